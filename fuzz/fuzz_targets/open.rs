//! Any bytes as a file: `cargo fuzz run -s none open`. There is a verdict and there are runs, whole or in chunks.
#![no_main]

use libfuzzer_sys::fuzz_target;
use makespan_import::{Opening, Options, Settings, Source, open};
use makespan_model::RunsBuilder;

fuzz_target!(|data: &[u8]| {
    let mut whole = RunsBuilder::new();
    let outcome = open(vec![Source::new("file", data.to_vec())], &Options::default(), &mut whole);
    assert!(!outcome.files.is_empty());
    let mut runs = RunsBuilder::new();
    let mut opening = Opening::new(Settings { files: Some(1), ..Settings::default() });
    opening.begin("file", Some(data.len() as u64));
    data.chunks(7).for_each(|chunk| opening.push(chunk, &mut runs));
    opening.end(&mut runs);
    let in_chunks = opening.finish(&mut runs);
    assert_eq!((outcome.files.len(), outcome.runs), (in_chunks.files.len(), in_chunks.runs));
    assert!(whole.finish().0 == runs.finish().0);
});
