//! Runs of the examples and samples.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_import::{Options, Source, open};
use makespan_model::RunsBuilder;

/// The run of a file of the repository.
pub(crate) fn facts(path: &str) -> Facts {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    let bytes = fs::read(&file).unwrap_or_else(|error| panic!("{path}: {error}"));
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let mut fold = RunsBuilder::new();
    open(vec![Source::new(name, bytes)], &Options::default(), &mut fold);
    Facts::new(Arc::new(fold.finish().0.into_iter().next().expect("a run")))
}
