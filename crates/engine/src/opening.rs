//! Opens files: receives chunks, returns runs.

use makespan_format::{Event, EventSink};
use makespan_import::{Outcome, Settings, Similarity, TableSample, Verdict};
use makespan_model::{Run, RunsBuilder};
use makespan_scene::Scene;
use makespan_views::Look;
use makespan_views::timeline::{Frame, Index, Lanes, scene};

use crate::answer::{FileReport, Progress};
use crate::question::Size;

/// A table whose columns can be mapped: its name, and a sample from its beginning.
pub(crate) type Table = (String, TableSample);

/// Files that are being opened.
pub(crate) struct Opening {
    file: String,
    importing: makespan_import::Opening<'static>,
    folding: Folding,
}

/// Builds runs from arriving events.
pub(crate) struct Folding(pub(crate) RunsBuilder);

impl EventSink for Folding {
    fn event(&mut self, event: Event<'_>) {
        self.0.apply(&event);
    }
}

impl Opening {
    /// Creates an opening without files.
    pub(crate) fn new(settings: Settings<'static>) -> Opening {
        Opening {
            file: String::new(),
            importing: makespan_import::Opening::new(settings),
            folding: Folding(RunsBuilder::new()),
        }
    }

    pub(crate) fn begin(&mut self, name: &str, size: Option<u64>) {
        name.clone_into(&mut self.file);
        self.importing.begin(name, size);
    }

    pub(crate) fn push(&mut self, chunk: &[u8]) -> Progress {
        self.importing.push(chunk, &mut self.folding);
        let so_far = self.importing.progress();
        Progress {
            file: self.file.clone(),
            bytes: so_far.bytes_read,
            tasks: self.folding.0.task_count(),
            expected_memory: self.importing.expected_memory(),
        }
    }

    /// Draws the timeline of the first run as far as it has been read; `None` before a task with times was read. O(n)
    /// in the tasks read so far.
    pub(crate) fn preview(&self, (width, height): Size) -> Option<Scene> {
        let run = self.folding.0.preview().into_iter().next()?;
        run.span()?;
        let index = Index::new(&run, Lanes::Worker);
        let whole = Frame::whole(&index, width);
        let frame = Frame { height: whole.height.min(height), ..whole };
        Some(scene(&run, &index, &Look::default(), &frame))
    }

    pub(crate) fn end(&mut self) {
        self.importing.end(&mut self.folding);
    }

    /// Returns the runs, the result of each file, and the tables whose columns can be mapped.
    pub(crate) fn finish(mut self) -> (Vec<Run>, Vec<FileReport>, Vec<Table>) {
        let outcome = self.importing.finish(&mut self.folding);
        let (files, tables) = reports(outcome);
        (self.folding.0.finish().0, files, tables)
    }
}

fn reports(outcome: Outcome) -> (Vec<FileReport>, Vec<Table>) {
    let mut tables = Vec::new();
    let mut report = |f: makespan_import::FileVerdict| FileReport {
        table: f.table.as_ref().map(|_| tables.len()),
        is_doubtful: f.table.as_ref().is_some_and(|table| table.similarity == Similarity::Tasks),
        name: {
            tables.extend(f.table.map(|table| (f.name.clone(), table)));
            f.name
        },
        format: f.format.map(str::to_owned),
        error: if f.kind == Verdict::Read { String::new() } else { f.error.unwrap_or(f.reason) },
        offset: f.offset,
        tried: f.tried.into_iter().map(|(id, why)| (id.to_string(), why.to_string())).collect(),
    };
    let files = outcome.files.into_iter().map(&mut report).collect();
    (files, tables)
}
