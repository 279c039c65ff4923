//! The frozen run and the plain questions it answers by looking.

use makespan_format::Status;

use crate::columns::*;
use crate::{AttemptId, Dependencies, Diagnostic, NONE, Rows, StrId, Strings, TaskId, UNKNOWN};

/// One execution of a workflow. The columns are public for reading; only folding again changes them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// Identifies the run within its source.
    pub id: String,
    /// Display name of the run.
    pub name: StrId,
    /// The workflow that was executed.
    pub workflow: StrId,
    /// Program or format that recorded the run.
    pub source: StrId,
    /// Status as the engine recorded it, beside [`Run::status`].
    pub recorded_status: Option<Status>,
    /// Start as the engine recorded it, ns since the epoch.
    pub recorded_start: i64,
    /// End as the engine recorded it, ns since the epoch.
    pub recorded_end: i64,
    /// Error of the run as a whole: message, kind, traceback.
    pub error: [StrId; 3],
    /// Labels, a JSON object as text.
    pub labels: StrId,
    /// Parameters, a JSON object as text.
    pub params: StrId,
    /// Totals the source states, a JSON object as text; see [`Run::stored`].
    pub stored: StrId,
    /// Whether dependencies may be inferred if none are recorded.
    pub infer_edges: Option<bool>,
    /// The text of all strings.
    pub strings: Strings,
    /// The tasks, in topological order.
    pub tasks: Tasks,
    /// The attempts, by task and number.
    pub attempts: Attempts,
    pub(crate) attempts_of: Vec<u32>,
    /// The tasks that each task depends on.
    pub predecessors: Rows,
    /// The tasks that depend on each task.
    pub successors: Rows,
    /// Whether the dependencies were guessed from times.
    pub edges_inferred: bool,
    /// Dependencies (from, to) that go against the order because of cycles: shown, never analysed.
    pub cut: Vec<(u32, u32)>,
    /// Measured values.
    pub samples: Samples,
    /// Lines of logs.
    pub logs: Logs,
    /// Alerts.
    pub alerts: Alerts,
    /// Artifacts that tasks read and wrote.
    pub artifacts: Artifacts,
    /// Problems found in the input, and other remarks about it.
    pub diagnostics: Vec<Diagnostic>,
}

/// A total that the source states.
#[derive(Clone, Debug, PartialEq)]
pub enum Stored {
    /// A number.
    Number(f64),
    /// A word.
    Text(String),
}

impl Run {
    /// The text of a string id.
    pub fn text(&self, id: StrId) -> &str {
        self.strings.get(id)
    }

    /// Returns the title of the run: its name, else its workflow, else its id.
    pub fn title(&self) -> &str {
        [self.name, self.workflow]
            .into_iter()
            .find(|s| !s.is_empty())
            .map_or(self.id.as_str(), |s| self.text(s))
    }

    /// Number of tasks.
    pub fn task_count(&self) -> usize {
        self.tasks.id.len()
    }

    /// Number of attempts.
    pub fn attempt_count(&self) -> usize {
        self.attempts.task.len()
    }

    /// Number of dependencies, recorded or inferred, without those cut out of cycles.
    pub fn edge_count(&self) -> usize {
        self.predecessors.pair_count()
    }

    /// All tasks in topological order.
    pub fn task_ids(&self) -> impl DoubleEndedIterator<Item = TaskId> + ExactSizeIterator + use<> {
        (0..self.task_count() as u32).map(TaskId)
    }

    /// The attempts of a task, first to last.
    pub fn attempts_of(
        &self,
        task: TaskId,
    ) -> impl DoubleEndedIterator<Item = AttemptId> + ExactSizeIterator + use<> {
        let at = |i: usize| self.attempts_of.get(i).copied().unwrap_or(0);
        (at(task.index())..at(task.index() + 1)).map(AttemptId)
    }

    /// The name of a task: its own, else its id.
    pub fn task_name(&self, task: TaskId) -> &str {
        let name = self.tasks.name[task.index()];
        self.text(if name.is_empty() { self.tasks.id[task.index()] } else { name })
    }

    /// The step of a task: its own, else its name.
    pub fn task_step(&self, task: TaskId) -> &str {
        let step = self.tasks.step[task.index()];
        if step.is_empty() { self.task_name(task) } else { self.text(step) }
    }

    /// The id of a task.
    pub fn task_id(&self, task: TaskId) -> &str {
        self.text(self.tasks.id[task.index()])
    }

    /// The task of that id. Linear; for a few look-ups, as from a link.
    pub fn find_task(&self, id: &str) -> Option<TaskId> {
        self.task_ids().find(|&t| self.task_id(t) == id)
    }

    /// The task that contains it.
    pub fn parent(&self, task: TaskId) -> Option<TaskId> {
        let p = self.tasks.parent[task.index()];
        (p != NONE).then_some(TaskId(p))
    }

    /// The dependencies as a graph for the algorithms of `petgraph`.
    pub fn dependencies(&self) -> Dependencies<'_> {
        Dependencies::new(&self.successors, &self.predecessors)
    }

    /// The contained tasks of each task.
    pub fn children(&self) -> Rows {
        let pairs: Vec<(u32, u32)> = self
            .tasks
            .parent
            .iter()
            .enumerate()
            .filter(|(_, p)| **p != NONE)
            .map(|(t, p)| (*p, t as u32))
            .collect();
        Rows::from_pairs(self.task_count(), &pairs)
    }

    /// Start and end of an attempt, both known.
    pub fn interval(&self, attempt: AttemptId) -> Option<(i64, i64)> {
        let (s, e) = (self.attempts.started[attempt.index()], self.attempts.ended[attempt.index()]);
        (s != UNKNOWN && e != UNKNOWN).then_some((s, e))
    }

    /// Returns the first start and the last end of a task over its attempts. `None` unless both are known: an attempt
    /// without an end leaves the end open.
    pub fn task_interval(&self, task: TaskId) -> Option<(i64, i64)> {
        let mut span: Option<(i64, i64)> = None;
        for a in self.attempts_of(task) {
            let started = self.attempts.started[a.index()];
            if started == UNKNOWN {
                continue;
            }
            let (s, e) = self.interval(a)?;
            span = Some(span.map_or((s, e), |(s0, e0)| (s0.min(s), e0.max(e))));
        }
        span
    }

    /// First start of any attempt and last time known of any, ns since the epoch: the span that the makespan
    /// measures. Where no attempt has times, what the engine recorded of the run; `None` where nothing is known.
    pub fn span(&self) -> Option<(i64, i64)> {
        let known = |t: &i64| *t != UNKNOWN;
        let a = &self.attempts;
        let first = a.started.iter().copied().filter(known).min();
        let last = a.ended.iter().chain(&a.started).copied().filter(known).max();
        match (first, last) {
            (Some(s), Some(e)) => Some((s, e)),
            _ => (self.recorded_start != UNKNOWN && self.recorded_end >= self.recorded_start)
                .then_some((self.recorded_start, self.recorded_end)),
        }
    }

    /// Everything that a time axis has to hold: the span, widened by queue times and by samples, alerts and logs.
    pub fn extent(&self) -> Option<(i64, i64)> {
        let attempts = [&self.attempts.queued, &self.attempts.started, &self.attempts.ended];
        let rest = [&self.samples.t, &self.alerts.t, &self.logs.t];
        let extents = attempts.into_iter().chain(rest).filter_map(|times| extent_of(times));
        extents.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).or_else(|| self.span())
    }

    /// Returns the status derived from the tasks: running if one is running, failed if one failed, and so on; without
    /// tasks, the status recorded by the engine. `None` if neither is known.
    pub fn status(&self) -> Option<Status> {
        let mut seen = [false; Status::COUNT];
        for s in &self.tasks.status {
            seen[*s as usize] = true;
        }
        Status::of_run(self.tasks.status.is_empty(), |s| seen[s as usize], self.recorded_status)
    }

    /// Returns the totals stated by the source, in its order. Empty if there are none, or the text is not an object.
    pub fn stored(&self) -> Vec<(String, Stored)> {
        self.members(self.stored)
    }

    /// The numbers and words among the members of a JSON object that is kept as text (labels, parameters), by name.
    /// Those of objects within it, two deep at most, are called `outer.inner`; lists and nulls are passed over. Empty
    /// where the text is not an object.
    pub fn members(&self, text: StrId) -> Vec<(String, Stored)> {
        let Ok(serde_json::Value::Object(map)) = serde_json::from_str(self.text(text)) else {
            return Vec::new();
        };
        let mut out = Vec::new();
        let mut open: Vec<(String, usize, serde_json::Map<String, serde_json::Value>)> =
            vec![(String::new(), 0, map)];
        while let Some((outer, depth, map)) = open.pop() {
            for (key, value) in map {
                let name = if outer.is_empty() { key } else { format!("{outer}.{key}") };
                match value {
                    serde_json::Value::Number(n) => {
                        out.extend(n.as_f64().map(|n| (name, Stored::Number(n))));
                    }
                    serde_json::Value::String(s) => out.push((name, Stored::Text(s))),
                    serde_json::Value::Bool(b) => out.push((name, Stored::Text(b.to_string()))),
                    serde_json::Value::Object(inner) if depth < 2 => open.push((name, depth + 1, inner)),
                    _ => {}
                }
            }
        }
        out
    }
}

/// Returns the first and the last of the known times of a column.
#[inline(never)]
fn extent_of(times: &[i64]) -> Option<(i64, i64)> {
    let (mut first, mut last) = (i64::MAX, UNKNOWN);
    for &t in times.iter().filter(|t| **t != UNKNOWN) {
        (first, last) = (first.min(t), last.max(t));
    }
    (last != UNKNOWN).then_some((first, last))
}
