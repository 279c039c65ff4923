//! Any bytes to each importer, also those that it would not claim: `cargo fuzz run -s none importer`. The first byte says
//! which importer reads them, the second as which of its kinds of files.
#![no_main]

use libfuzzer_sys::fuzz_target;
use makespan_import::testing::Collect;
use makespan_import::{ClaimedFile, Options, REGISTRY, Source};

fuzz_target!(|data: &[u8]| {
    let [which, part, bytes @ ..] = data else { return };
    let importer = REGISTRY[usize::from(*which) % REGISTRY.len()].importer;
    let part = importer.parts[usize::from(*part) % importer.parts.len()];
    let source = Source::new("file", bytes.to_vec());
    // A reason why nothing can be read is as good as events.
    let _ = (importer.read)(
        &[ClaimedFile { source: &source, part }],
        &Options::default(),
        &mut Collect::default(),
    );
});
