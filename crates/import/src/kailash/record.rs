//! Task and run records as Kailash writes them, read field by field without copying.

use std::borrow::Cow;

use makespan_format::ErrorInfo;
use makespan_model::HashSet;
use serde_json::value::RawValue;

use super::metrics::Metrics;
use crate::json;
use crate::json::tape::{Tape, Value};

/// A value that stays JSON.
pub(super) type Raw<'a> = Cow<'a, RawValue>;

/// The members of an object whose names are known, and the rest.
pub(crate) struct Slots<'a, const N: usize> {
    values: [Option<&'a RawValue>; N],
    /// Members of other names, without those that are `null`.
    pub(crate) rest: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a, const N: usize> Slots<'a, N> {
    /// The members named `names`; `None` where `raw` is not an object. Of several of one name the last counts.
    pub(crate) fn read(raw: &'a RawValue, names: &[&str; N]) -> Option<Slots<'a, N>> {
        let mut slots = Slots { values: [None; N], rest: Vec::new() };
        let mut next = 0;
        let is_object = json::each_member(raw, |key, value| {
            let found = place_of(names, next, &key);
            let given = value.get() != "null";
            match found {
                Some(i) => {
                    slots.values[i] = given.then_some(value);
                    next = i + 1;
                }
                None if given => slots.rest.push((key, value)),
                None => {}
            }
        });
        is_object.then_some(slots)
    }

    /// A member as JSON.
    pub(crate) fn raw(&self, i: usize) -> Option<&'a RawValue> {
        self.values[i]
    }

    /// A member as text that is not empty.
    pub(crate) fn text(&self, i: usize) -> Option<Cow<'a, str>> {
        self.values[i].and_then(json::text_of).filter(|t| !t.is_empty())
    }

    /// A member as a number.
    pub(crate) fn number(&self, i: usize) -> Option<f64> {
        self.values[i].and_then(json::number_of)
    }

    /// A member as a whole number.
    pub(crate) fn whole(&self, i: usize) -> Option<i64> {
        self.values[i].and_then(json::whole_of)
    }
}

/// One record of a task: one execution of a node, or one try of it.
#[derive(Default)]
pub(super) struct TaskRow<'a> {
    pub(super) id: Option<Cow<'a, str>>,
    pub(super) run: Option<Cow<'a, str>>,
    pub(super) node: Option<Cow<'a, str>>,
    pub(super) kind: Option<Cow<'a, str>>,
    pub(super) status: Option<Cow<'a, str>>,
    pub(super) started: Option<Cow<'a, str>>,
    pub(super) ended: Option<Cow<'a, str>>,
    pub(super) created: Option<Cow<'a, str>>,
    pub(super) worker: Option<Cow<'a, str>>,
    pub(super) error: Option<Cow<'a, str>>,
    /// The record of the try before this one.
    pub(super) previous: Option<Cow<'a, str>>,
    /// Number of this try from 1, where stated.
    pub(super) number: Option<u32>,
    pub(super) dependencies: Vec<Cow<'a, str>>,
    pub(super) result: Option<Raw<'a>>,
    pub(super) input: Option<Raw<'a>>,
    pub(super) output: Option<Raw<'a>>,
    pub(super) metadata: Option<Raw<'a>>,
    pub(super) metrics: Option<Metrics<'a>>,
    /// Seconds it took where it has no end.
    pub(super) duration: Option<f64>,
    /// Members that this program gives no meaning.
    pub(super) rest: Vec<(Cow<'a, str>, Raw<'a>)>,
}

const TASK: [&str; 25] = [
    "task_id",
    "run_id",
    "node_id",
    "node_type",
    "status",
    "started_at",
    "ended_at",
    "completed_at",
    "created_at",
    "result",
    "error",
    "metadata",
    "input_data",
    "output_data",
    "metrics",
    "dependencies",
    "parent_task_id",
    "retry_count",
    "worker",
    "attempt",
    "retry_of",
    "duration",
    "cpu_usage",
    "memory_usage_mb",
    "error_message",
];

impl<'a> TaskRow<'a> {
    /// The record that `raw` is, as the tracker stores it or as the REST API answers it; `None` where it is none.
    pub(super) fn from_json(raw: &'a RawValue) -> Option<TaskRow<'a>> {
        let mut tape = Tape::default();
        tape.read(raw.get(), 0).ok()?;
        TaskRow::of(tape.value(raw.get()), &mut Vec::new())
    }

    /// The same of a record that was taken apart already. `order` remembers where the members of the record before
    /// belong, which is nearly always where those of this one do.
    pub(super) fn of(record: Value<'_, 'a>, order: &mut Vec<usize>) -> Option<TaskRow<'a>> {
        if !record.is_object() {
            return None;
        }
        let mut values: [Option<Value<'_, 'a>>; TASK.len()] = [None; TASK.len()];
        let mut row = TaskRow::default();
        for (nth, (key, value)) in record.members().enumerate() {
            let place = match order.get(nth) {
                Some(&i) if TASK[i] == key => Some(i),
                _ => {
                    let place = place_of(&TASK, 0, &key);
                    // What is not a member of ours is looked up each time.
                    if nth <= TASK.len() {
                        order.resize(order.len().max(nth + 1), 0);
                        order[nth] = place.unwrap_or(0);
                    }
                    place
                }
            };
            match place {
                Some(i) => values[i] = Some(value).filter(|v| !v.is_null()),
                None if value.is_null() => {}
                None => row.rest.extend(raw_of(value).map(|v| (key, v))),
            }
        }
        let text = |i: usize| values[i].and_then(filled);
        let keep = |i: usize| values[i].and_then(raw_of);
        row.id = text(0);
        row.run = text(1);
        row.node = text(2);
        if row.id.is_none() && row.node.is_none() {
            return None;
        }
        row.kind = text(3);
        row.status = text(4);
        row.started = text(5);
        row.ended = text(6).or_else(|| text(7));
        row.created = text(8);
        row.result = keep(9);
        row.error = text(10).or_else(|| text(24));
        row.metadata = keep(11);
        row.input = keep(12);
        row.output = keep(13);
        row.metrics = values[14].map(Metrics::of);
        row.previous = text(16).or_else(|| text(20));
        row.worker = text(18);
        row.duration = values[21].and_then(Value::number);
        if let Some(list) = values[15] {
            row.dependencies.extend(list.elements().filter_map(Value::text));
        }
        let whole = |i: usize| values[i].and_then(Value::whole);
        let tries = whole(17).filter(|n| *n > 0).map(|n| n.saturating_add(1)).or_else(|| whole(19));
        row.number = tries.and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0);
        if values[7].is_some() && text(7) != text(6) {
            row.rest.splice(0..0, keep(7).map(|v| (Cow::Borrowed("completed_at"), v)));
        }
        if row.metrics.is_none() {
            row.metrics = flat_metrics([21, 23, 22].map(|i| values[i].and_then(Value::number)));
        }
        Some(row)
    }
}

/// The text of a value, unless it is empty.
#[inline(never)]
fn filled<'a>(value: Value<'_, 'a>) -> Option<Cow<'a, str>> {
    value.text().filter(|text| !text.is_empty())
}

#[inline(never)]
fn raw_of<'a>(value: Value<'_, 'a>) -> Option<Raw<'a>> {
    serde_json::from_str(value.get()).ok().map(Cow::Borrowed)
}

/// The metrics that the REST API puts beside the other members.
fn flat_metrics(values: [Option<f64>; 3]) -> Option<Metrics<'static>> {
    let names = ["duration", "memory_usage_mb", "cpu_usage"];
    let mut metrics = Metrics::default();
    for (name, value) in names.into_iter().zip(values) {
        metrics.numbers.extend(value.map(|v| (Cow::Borrowed(name), v)));
    }
    (!metrics.numbers.is_empty()).then(|| metrics.checked())
}

/// Where `key` stands among the names. Programs write their members in one order, so the next name is nearly always
/// the right one.
#[inline(never)]
fn place_of<const N: usize>(names: &[&str; N], next: usize, key: &str) -> Option<usize> {
    (0..N).map(|i| if next + i < N { next + i } else { next + i - N }).find(|&i| names[i] == key)
}

/// Names and JSON values in the order given, each name once: the first word counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Pairs {
    list: Vec<(String, String)>,
    names: HashSet<String>,
}

impl Pairs {
    /// Adds a value unless one of that name is there.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        if self.names.insert(name.to_owned()) {
            self.list.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Name and value of each.
    pub(super) fn iter(&self) -> impl Iterator<Item = &(String, String)> {
        self.list.iter()
    }
}

/// What is known of a run besides its tasks. Several files may record one run; the first word counts.
#[derive(Clone, Debug, Default)]
pub(super) struct RunFacts {
    pub(super) id: String,
    pub(super) workflow: Option<String>,
    pub(super) name: Option<String>,
    pub(super) source: Option<&'static str>,
    pub(super) status: Option<String>,
    pub(super) started: Option<String>,
    pub(super) ended: Option<String>,
    pub(super) error: Option<String>,
    pub(super) params: Option<String>,
    pub(super) labels: Pairs,
    pub(super) stored: Pairs,
    /// Ids of the tasks that the run file names.
    pub(super) listed: Vec<String>,
    /// The file that recorded it first.
    pub(super) file: String,
}

const RUN: [&str; 14] = [
    "run_id",
    "workflow_name",
    "status",
    "started_at",
    "ended_at",
    "tasks",
    "metadata",
    "error",
    "total_tasks",
    "completed_tasks",
    "failed_tasks",
    "duration",
    "task_count",
    "parameters",
];

impl RunFacts {
    /// Facts of a run of which only the id is known.
    pub(super) fn named(id: &str, file: &str) -> RunFacts {
        RunFacts { id: id.to_owned(), file: file.to_owned(), ..RunFacts::default() }
    }

    /// The run that `raw` is: from the tracker's run file or from an API answer.
    pub(super) fn from_json(raw: &RawValue, file: &str) -> Option<RunFacts> {
        let s = Slots::read(raw, &RUN)?;
        // Reports write times by `str`, and so an absent one as "None".
        let owned = |i: usize| s.text(i).filter(|t| t != "None").map(Cow::into_owned);
        let id = s.text(0);
        if id.is_none() && s.raw(1).is_none() {
            return None;
        }
        let mut facts = RunFacts {
            workflow: owned(1),
            status: owned(2),
            started: owned(3),
            ended: owned(4),
            error: owned(7),
            ..RunFacts::named(id.as_deref().unwrap_or(file), file)
        };
        if let Some(list) = s.raw(5) {
            let mut count = 0u64;
            json::each_element(list, |id| {
                count += 1;
                facts.listed.extend(json::text_of(id).map(Cow::into_owned));
            });
            facts.store("tasks", count.to_string());
        }
        if let Some(metadata) = s.raw(6) {
            facts.metadata(metadata);
        }
        if let Some(params) = s.raw(13).filter(|p| p.get().starts_with('{')) {
            facts.params = Some(params.get().to_owned());
        }
        for (i, key) in [(8, "tasks"), (12, "tasks"), (9, "succeeded"), (10, "failed")] {
            if let Some(n) = s.whole(i) {
                facts.store(key, n.to_string());
            }
        }
        if let Some(seconds) = s.number(11) {
            facts.store("makespan_ns", nanos(seconds).to_string());
        }
        for (key, value) in &s.rest {
            facts.label(key, value.get());
        }
        Some(facts)
    }

    /// Takes the run's metadata: parameters where there are any, the rest as labels.
    pub(super) fn metadata(&mut self, metadata: &RawValue) {
        let is_object = json::each_member(metadata, |key, value| match (&*key, value.get()) {
            (_, "null") => {}
            ("parameters" | "params", params) if params.starts_with('{') && self.params.is_none() => {
                self.params = Some(params.to_owned());
            }
            (key, value) => self.label(key, value),
        });
        if !is_object {
            self.label("metadata", metadata.get());
        }
    }

    /// Adds a label, JSON, unless one of that name is there.
    pub(super) fn label(&mut self, key: &str, value: &str) {
        self.labels.add(key, value);
    }

    /// Adds a stored total, JSON, unless one of that name is there.
    pub(super) fn store(&mut self, key: &str, value: String) {
        self.stored.add(key, &value);
    }

    /// Fills what is not known yet from what another file says of the same run.
    pub(super) fn merge(&mut self, other: RunFacts) {
        let fill = |mine: &mut Option<String>, theirs: Option<String>| {
            if mine.is_none() {
                *mine = theirs;
            }
        };
        fill(&mut self.workflow, other.workflow);
        fill(&mut self.name, other.name);
        fill(&mut self.status, other.status);
        fill(&mut self.started, other.started);
        fill(&mut self.ended, other.ended);
        fill(&mut self.error, other.error);
        fill(&mut self.params, other.params);
        self.source = self.source.or(other.source);
        if self.listed.is_empty() {
            self.listed = other.listed;
        }
        other.labels.iter().for_each(|(key, value)| self.label(key, value));
        other.stored.iter().for_each(|(key, value)| self.stored.add(key, value));
    }
}

/// Whole nanoseconds of a count of seconds; the nearest that an `i64` holds.
pub(super) fn nanos(seconds: f64) -> i64 {
    (seconds * 1e9).round() as i64
}

/// An error as Kailash writes it: one line, or a Python traceback whose last line says what went wrong.
pub(crate) fn error_info(text: &str) -> ErrorInfo<'_> {
    let trimmed = text.trim_end();
    if !trimmed.contains('\n') {
        return ErrorInfo { message: text.into(), kind: class_of(trimmed).map(Into::into), trace: None };
    }
    let line = if trimmed.contains("Traceback (most recent call last)") {
        trimmed.lines().next_back()
    } else {
        trimmed.lines().find(|l| !l.trim().is_empty())
    };
    let line = line.unwrap_or(trimmed).trim();
    ErrorInfo { message: line.into(), kind: class_of(line).map(Into::into), trace: Some(text.into()) }
}

/// The class of `ValueError: no such row`.
fn class_of(line: &str) -> Option<&str> {
    let class = line.split(':').next()?;
    let is_name = class.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
    let last = class.rsplit('.').next()?;
    let is_class = ["Error", "Exception", "Exit", "Interrupt", "Timeout", "Warning"];
    (is_name && is_class.iter().any(|end| last.ends_with(end))).then_some(class)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_last_line_of_a_traceback_is_the_message() {
        let text =
            "Node failed\nTraceback (most recent call last):\n  File \"x.py\", line 3\nOSError: disk full\n";
        let e = error_info(text);
        assert_eq!(
            (&*e.message, e.kind.as_deref(), e.trace.as_deref()),
            ("OSError: disk full", Some("OSError"), Some(text))
        );
        let e = error_info("user pressed stop");
        assert_eq!((&*e.message, e.kind, e.trace), ("user pressed stop", None, None));
        let e = error_info("first\nsecond");
        assert_eq!((&*e.message, e.trace.as_deref()), ("first", Some("first\nsecond")));
    }

    #[test]
    fn members_are_found_in_any_order() {
        let raw: &RawValue = serde_json::from_str(r#"{"c":3,"x":[1],"a":"1","b":null,"y":null}"#).unwrap();
        let s = Slots::read(raw, &["a", "b", "c"]).unwrap();
        assert_eq!((s.text(0).as_deref(), s.raw(1).is_none(), s.whole(2)), (Some("1"), true, Some(3)));
        assert_eq!(s.rest.len(), 1);
    }
}
