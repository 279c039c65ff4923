//! What a run looks like while its events still come.

use crate::build::{Info, RunBuilder};
use crate::strings::Interner;
use crate::{Run, RunsBuilder};

impl RunsBuilder {
    /// The runs as far as they have been folded, for a first picture. They hold tasks, containers, attempts, statuses
    /// and names; dependencies, samples, logs, alerts, artifacts and findings are left out, so that a preview costs
    /// little more than copying these columns. O(tasks + attempts + bytes of text); folding goes on afterwards.
    pub fn preview(&self) -> Vec<Run> {
        self.runs.iter().map(|run| run.preview()).collect()
    }
}

impl RunBuilder {
    fn preview(&self) -> Run {
        let part = RunBuilder {
            id: self.id.clone(),
            info: Info { infer_edges: Some(false), ..self.info.clone() },
            strings: Interner::of(self.strings.strings.clone()),
            tasks: self.tasks.clone(),
            attempts: self.attempts.clone(),
            said: self.said.clone(),
            task_of: self.task_of.clone(),
            ..RunBuilder::default()
        };
        let mut run = part.finish();
        run.infer_edges = self.info.infer_edges;
        run.diagnostics.clear();
        run
    }
}
