//! Phases of the page.

use makespan_engine::{FileReport, Progress};
use makespan_scene::{bytes, counted};

/// A phase of the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Phase {
    /// No run is open.
    #[default]
    Empty,
    /// Files are being opened.
    Loading(Loading),
    /// A run is shown.
    Ready,
    /// None of the given files could be read.
    Failed(Failure),
}

/// Progress of loading.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Loading {
    /// What is being opened.
    pub(crate) what: String,
    /// Name of the stage, with its numbers.
    pub(crate) stage: String,
    /// 0 to 1, if the size is known.
    pub(crate) part: Option<f64>,
    /// A warning about memory.
    pub(crate) warning: Option<String>,
}

/// Memory at which a page may run out, bytes: 32-bit WebAssembly is limited to 4 GiB.
const MOST_MEMORY: u64 = 3 << 30;

impl Loading {
    /// Nothing read yet.
    pub(crate) fn of(what: String) -> Loading {
        Loading { what, stage: "Reading".to_owned(), ..Loading::default() }
    }

    /// Updates the progress. `total` is the number of bytes to read; 0 if unknown.
    pub(crate) fn at(&mut self, progress: &Progress, total: f64) {
        self.warning = progress.expected_memory.filter(|m| *m > MOST_MEMORY).map(|m| {
            format!(
                "This file needs about {} of memory, more than a page can use. Cancel, and use `makespan summary` or `makespan report`.",
                bytes(m as f64)
            )
        });
        let read = bytes(progress.bytes as f64);
        let tasks = match progress.tasks {
            0 => String::new(),
            n => format!(", {} found", counted(n, "task")),
        };
        if total > 0.0 {
            self.part = Some((progress.bytes as f64 / total).min(1.0));
            let is_read = progress.bytes as f64 >= total && progress.tasks > 0;
            self.stage = if is_read {
                format!("Sorting and linking: {}", counted(progress.tasks, "task"))
            } else {
                format!("Reading: {read} of {}{tasks}", bytes(total))
            };
        } else {
            self.stage = format!("Reading: {read}{tasks}");
        }
    }
}

/// The reason why nothing is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Failure {
    /// Title.
    pub(crate) title: String,
    /// Details for each file.
    pub(crate) files: Vec<FileReport>,
}
