//! Any text as a link: `cargo fuzz run -s none link`. A link that opens gives a view whose own link gives the same view.
#![no_main]

use libfuzzer_sys::fuzz_target;
use makespan_views::{decode, encode};

fuzz_target!(|data: &[u8]| {
    if let Ok(view) = decode(&String::from_utf8_lossy(data)) {
        let link = encode(&view);
        if let Ok(again) = decode(&link) {
            assert_eq!(encode(&again), link);
        }
    }
});
