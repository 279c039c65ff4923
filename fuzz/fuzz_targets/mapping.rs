//! Any text as a mapping: `cargo fuzz run -s none mapping`. One that is understood survives being written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use makespan_import::Mapping;

fuzz_target!(|data: &[u8]| {
    if let Ok(mapping) = Mapping::parse(&String::from_utf8_lossy(data)) {
        let text = mapping.to_toml();
        assert_eq!(Mapping::parse(&text).as_ref(), Ok(&mapping), "{text}");
    }
});
