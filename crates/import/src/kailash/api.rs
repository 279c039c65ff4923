//! Responses and exports of the dashboard: lists of runs and tasks, reports, live metrics.

use std::rc::Rc;

use std::borrow::Cow;

use makespan_format::{Alert, Diagnostic, Event, EventSink, Log, Sample, Severity};
use makespan_model::{HashMap, HashSet, Order as _};
use serde_json::value::RawValue;

use super::book::Book;
use super::metrics::name_and_unit;
use super::record::{RunFacts, Slots, TaskRow, nanos};
use crate::importer::Zone;
use crate::json;
use crate::times::Clock;

/// The member of an object.
pub(super) fn member<'a>(object: &'a RawValue, name: &str) -> Option<&'a RawValue> {
    let mut found = None;
    json::each_member(object, |key, value| {
        if key == name && value.get() != "null" {
            found = Some(value);
        }
    });
    found
}

/// The records of an answer: the elements of an array, or of the first member of an envelope that is one, or the
/// answer itself.
pub(super) fn records(root: &RawValue) -> Vec<&RawValue> {
    if root.get().starts_with('[') {
        return json::elements(root);
    }
    for name in ["runs", "tasks", "items", "data", "results"] {
        if let Some(list) = member(root, name).filter(|l| l.get().starts_with("[")) {
            let elements = json::elements(list);
            if elements.first().is_none_or(|e| e.get().starts_with('{')) {
                return elements;
            }
        }
    }
    vec![root]
}

/// A performance report.
pub(super) struct Report<'a> {
    file: &'a str,
    run: usize,
    insights: Vec<&'a RawValue>,
    suggestions: Vec<&'a RawValue>,
    /// Records of its tasks, as far as it records them.
    tasks: Vec<TaskRow<'a>>,
}

impl<'a> Report<'a> {
    /// Reads a report and lets the book know its run.
    pub(super) fn read(root: &'a RawValue, file: &'a str, book: &mut Book<'_>) -> Option<Report<'a>> {
        let names = ["metadata", "run_info", "summary", "insights", "detailed_analysis", "comparison"];
        let s = Slots::read(root, &names)?;
        let mut facts = RunFacts::from_json(s.raw(1)?, file)?;
        facts.source = Some("Kailash performance report");
        json::each_member(s.raw(2)?, |key, value| match &*key {
            "total_tasks" => facts.store("tasks", value.get().to_owned()),
            "completed_tasks" => facts.store("succeeded", value.get().to_owned()),
            "failed_tasks" => facts.store("failed", value.get().to_owned()),
            // The sum over the tasks that completed, whatever ran at the same time: work, not wall time.
            "total_duration" => {
                if let Some(seconds) = json::number_of(value) {
                    facts.store("work_ns", nanos(seconds).to_string());
                }
            }
            key if value.get() != "null" => facts.store(key, value.get().to_owned()),
            _ => {}
        });
        if let Some(metadata) = s.raw(0) {
            facts.label("report", metadata.get());
        }
        if let Some(comparison) = s.raw(5) {
            facts.label("comparison", comparison.get());
        }
        for (key, value) in &s.rest {
            facts.label(key, value.get());
        }
        let analysis = |path: &[&str]| path.iter().try_fold(s.raw(4)?, |at, name| member(at, name));
        if let Some(bottlenecks) = analysis(&["bottlenecks"]).filter(|b| b.get() != "[]") {
            facts.label("bottlenecks", bottlenecks.get());
        }
        let mut errors: HashMap<(String, String), Cow<'a, str>> = HashMap::default();
        for error in analysis(&["error_analysis", "error_timeline"]).map(json::elements).unwrap_or_default() {
            if let Some(e) = Slots::read(error, &["time", "node_id", "error"])
                && let (Some(time), Some(node), Some(text)) = (e.text(0), e.text(1), e.text(2))
            {
                errors.insert((node.into_owned(), time.into_owned()), text);
            }
        }
        let order = analysis(&["task_analysis", "execution_order"]).map(json::elements).unwrap_or_default();
        let tasks = order.into_iter().filter_map(TaskRow::from_json).map(|mut row| {
            let key = (row.node.as_deref().unwrap_or_default(), row.started.as_deref().unwrap_or_default());
            row.error = errors.remove(&(key.0.to_owned(), key.1.to_owned()));
            row
        });
        let tasks = tasks.collect();
        let list = |raw: Option<&'a RawValue>| raw.map(json::elements).unwrap_or_default();
        Some(Report {
            file,
            run: book.learn(facts),
            insights: list(s.raw(3)),
            suggestions: list(analysis(&["error_analysis", "recovery_suggestions"])),
            tasks,
        })
    }

    /// Emits the tasks if no other file did, and the insights.
    pub(super) fn emit(self, book: &mut Book<'_>, sink: &mut dyn EventSink) {
        book.turn_to(self.run, sink);
        if book.runs[self.run].tasks.is_empty() && !self.tasks.is_empty() {
            let message =
                format!("{}: the tasks are from a report, which contains no ends and no ids", self.file);
            sink.diagnostic(Diagnostic::new(Severity::Info, "from-report", message));
            for row in &self.tasks {
                book.task(self.run, row, sink);
            }
        }
        for insight in self.insights {
            let names = ["category", "severity", "title", "description", "recommendation", "metrics"];
            let Some(i) = Slots::read(insight, &names) else { continue };
            let text: Vec<Cow<'_, str>> = [2, 3, 4].into_iter().filter_map(|at| i.text(at)).collect();
            // "Task extract (PythonCodeNode) is taking 0.50s …", "Task extract is using 179.8MB of memory."
            let node = i.text(3).and_then(|d| {
                let rest = d.strip_prefix("Task ")?;
                let end = rest.find(" (").or_else(|| rest.find(" is "))?;
                let tasks = book.runs[self.run].nodes.get(&rest[..end])?;
                if let [only] = tasks[..] { Some(book.runs[self.run].id_of(only).to_owned()) } else { None }
            });
            sink.event(Event::Alert(Alert {
                task: node.as_deref().map(Into::into),
                severity: i.text(1),
                text: text.join(". ").replace("..", ".").into(),
                ..Alert::default()
            }));
        }
        for text in self.suggestions.into_iter().filter_map(json::text_of) {
            sink.event(Event::Log(Log { level: Some("suggestion".into()), text, ..Log::default() }));
        }
    }
}

/// Live metrics: what the dashboard sampled, file by file.
#[derive(Default)]
pub(super) struct Live<'a> {
    points: Vec<(&'a str, &'a RawValue)>,
    /// Folder, and the run that was watched there.
    watched: Vec<(&'a str, Cow<'a, str>)>,
}

/// What was sampled at one moment.
type Point<'a> = (Option<i64>, Vec<(Cow<'a, str>, f64)>);

/// The folder part of a relative path.
fn folder(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

impl<'a> Live<'a> {
    /// Takes the points of a file: of an export, of a list, or a single one.
    pub(super) fn take(&mut self, root: &'a RawValue, file: &'a str) {
        let before = self.points.len();
        if root.get().starts_with('[') {
            json::each_element(root, |p| self.points.push((file, p)));
            return;
        }
        if let Some(history) = member(root, "history") {
            json::each_element(history, |p| self.points.push((file, p)));
        }
        self.points.extend(member(root, "current_metrics").map(|p| (file, p)));
        if self.points.len() == before {
            self.points.push((file, root));
        }
    }

    /// Takes an answer about the monitor: it names the run that is watched.
    pub(super) fn take_status(&mut self, root: &'a RawValue, file: &'a str) -> bool {
        let run = member(root, "run_id").and_then(json::text_of);
        let named = run.is_some();
        self.watched.extend(run.map(|run| (folder(file), run)));
        named
    }

    /// Emits the points, each moment once: of the run that was watched, of the only run there is, or of one of
    /// their own.
    pub(super) fn emit(self, book: &mut Book<'_>, sink: &mut dyn EventSink) {
        let mut files: Vec<&str> = self.points.iter().map(|p| folder(p.0)).collect();
        files.order_by(Ord::cmp);
        files.dedup();
        for dir in files {
            let points = self.points.iter().filter(|p| folder(p.0) == dir);
            let watched = self.watched.iter().find(|w| w.0 == dir).and_then(|w| book.find(&w.1));
            let only = (book.runs.len() == 1).then_some(0);
            let at = watched.or(only).unwrap_or_else(|| {
                let id =
                    if dir.is_empty() { "live metrics".to_owned() } else { format!("live metrics in {dir}") };
                let file = points.clone().next().map_or(dir, |p| p.0);
                book.learn(RunFacts { source: Some("Kailash dashboard"), ..RunFacts::named(&id, file) })
            });
            book.turn_to(at, sink);
            let mut seen = HashSet::default();
            let mut rows: Vec<Point<'_>> = Vec::new();
            for (_, point) in points {
                let (mut time, mut values) = (None, Vec::new());
                json::each_member(point, |key, value| match &*key {
                    "timestamp" => time = json::text_of(value),
                    _ => values.extend(json::number_of(value).map(|n| (key, n))),
                });
                if seen.insert(time.as_deref().map(str::to_owned)) {
                    rows.push((time.and_then(|t| book.runs[at].clock.read(&t)), values));
                }
            }
            rows.order_by_key(|r| r.0);
            for (t, values) in rows {
                for (name, value) in values {
                    let (name, unit) = name_and_unit(&name);
                    let (name, unit) = (name.into(), unit.map(Into::into));
                    sink.event(Event::Sample(Sample { name, unit, value, t, ..Sample::default() }));
                }
            }
            let message = format!(
                "{}: in live metrics total_cpu_usage is a mean over tasks, and total_memory_usage counts the memory \
                 of one process once for each task",
                book.runs[at].place()
            );
            sink.diagnostic(Diagnostic::new(Severity::Info, "live-metrics", message));
        }
    }
}

/// Emits task records of the API, which name no run: of the run in whose time they lie, else of one of their own.
pub(super) fn emit_nameless(
    rows: &[TaskRow<'_>],
    file: &str,
    zone: &dyn Zone,
    book: &mut Book<'_>,
    sink: &mut dyn EventSink,
) {
    let mut clock = Clock::new(Rc::new(zone));
    let times: Vec<i64> =
        rows.iter().flat_map(|r| [&r.started, &r.ended]).filter_map(|t| clock.maybe(t.as_ref())).collect();
    let (first, last) = (times.iter().min().copied(), times.iter().max().copied());
    let mut fits: Vec<usize> = Vec::new();
    for (at, run) in book.runs.iter().enumerate() {
        let started = clock.maybe(run.facts.started.as_ref());
        let ended = clock.maybe(run.facts.ended.as_ref()).unwrap_or(i64::MAX);
        if let (Some(first), Some(last), Some(started)) = (first, last, started)
            && started <= first
            && last <= ended
        {
            fits.push(at);
        }
    }
    if fits.len() > 1 {
        let near: Vec<usize> =
            fits.iter().copied().filter(|&at| folder(&book.runs[at].facts.file) == folder(file)).collect();
        if !near.is_empty() {
            fits = near;
        }
    }
    if let [at] = fits[..] {
        book.turn_to(at, sink);
        if book.runs[at].tasks.is_empty() {
            let message = format!("{file}: the answer names no run; its tasks lie in the time of this one");
            sink.diagnostic(Diagnostic::new(Severity::Info, "joined-by-time", message));
            rows.iter().for_each(|row| book.task(at, row, sink));
        } else {
            book.runs[at].counts.twice += rows.len() as u64;
        }
        return;
    }
    let at = book.learn(RunFacts { source: Some("Kailash REST API"), ..RunFacts::named(file, file) });
    book.turn_to(at, sink);
    let message = format!("{file}: the answer names no run; its tasks are shown as a run of their own");
    sink.diagnostic(Diagnostic::new(Severity::Info, "no-run-id", message));
    rows.iter().for_each(|row| book.task(at, row, sink));
}
