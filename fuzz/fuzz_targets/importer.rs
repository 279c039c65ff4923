//! Any bytes to each importer, also those that it would not claim: `cargo fuzz run -s none importer`. The first line is the
//! id of the importer and the number of its kind of files, such as `argo 1`; any other line stands for one of them, too.
#![no_main]

use libfuzzer_sys::fuzz_target;
use makespan_import::testing::Collect;
use makespan_import::{ClaimedFile, Options, REGISTRY, Source};

fuzz_target!(|data: &[u8]| {
    let Some(end) = data.iter().position(|byte| *byte == b'\n') else { return };
    let (line, bytes) = (&data[..end], &data[end + 1..]);
    let sum: usize = line.iter().map(|byte| usize::from(*byte)).sum();
    let text = String::from_utf8_lossy(line);
    let (id, part) = text.rsplit_once(' ').unwrap_or((&text, ""));
    let named = REGISTRY.iter().find(|entry| entry.importer.id == id);
    let importer = named.unwrap_or(&REGISTRY[sum % REGISTRY.len()]).importer;
    let part = importer.parts[part.parse().unwrap_or(sum) % importer.parts.len()];
    let source = Source::new("file", bytes.to_vec());
    // A reason why nothing can be read is as good as events.
    let _ = (importer.read)(
        &[ClaimedFile { source: &source, part }],
        &Options::default(),
        &mut Collect::default(),
    );
});
