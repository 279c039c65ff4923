//! One record of a task list to its events.

use std::borrow::Cow;

use makespan_format::{Attempt, Event, EventSink, Fields, Json, Log, Task};
use makespan_model::HashSet;

use super::silent::Silent;
use crate::ids::{Ids, Placed, Seen};
use crate::json::tape::Value;
use crate::outcome::{Outcome, Part};
use crate::tally::{Tally, clip};
use crate::times::{Clock, duration};

/// Below this many members, a list is faster than a set.
const FEW: usize = 24;

/// More tries than that is no count of tries.
const MOST_TRIES: i64 = 100_000;

/// A short stretch of a record, as the example of a complaint.
fn excerpt(record: Value<'_, '_>) -> String {
    clip(record.get()).to_owned()
}

/// Complains about a member that an object has again.
pub(super) fn repeated(tally: &mut Tally, key: &str) {
    tally.warn("duplicate-key", "duplicate members of an object: the last value is used", || key);
}

/// Whether two members of an object have the same name. What is not certain without reading the names is taken for true.
fn has_repeated(object: Value<'_, '_>) -> bool {
    let mut names = [""; FEW];
    for (at, name) in object.names().enumerate() {
        if at == FEW || name.contains('\\') || names[..at].contains(&name) {
            return true;
        }
        names[at] = name;
    }
    false
}

/// The members of an object, of repeated ones the last, which is said.
#[cold]
fn distinct<'t, 'a>(object: Value<'t, 'a>, tally: &mut Tally) -> Vec<(Cow<'a, str>, Value<'t, 'a>)> {
    let mut all: Vec<(Cow<'a, str>, Value<'t, 'a>)> = Vec::with_capacity(FEW);
    all.extend(object.members());
    if all.len() <= FEW {
        let mut at = 0;
        while at < all.len() {
            if all[at + 1..].iter().any(|(k, _)| k.len() == all[at].0.len() && *k == all[at].0) {
                repeated(tally, &all[at].0);
                all.remove(at);
            } else {
                at += 1;
            }
        }
    } else {
        let mut seen = HashSet::default();
        all.reverse();
        all.retain(|(key, _)| {
            let fresh = seen.insert(key.clone());
            if !fresh {
                repeated(tally, key);
            }
            fresh
        });
        all.reverse();
    }
    all
}

/// Knows the tasks that came before.
#[derive(Default)]
pub(super) struct Tasks {
    ids: Ids,
    silent: Silent,
    records: u64,
}

/// Where what a record says goes.
struct Out<'o, 'z> {
    tally: &'o mut Tally,
    clock: &'o mut Clock<'z>,
    sink: &'o mut dyn EventSink,
}

/// What a record said.
#[derive(Default)]
struct Record<'a> {
    id: Option<Cow<'a, str>>,
    task: Task<'a>,
    attempt: Attempt<'a>,
    outcome: Outcome<'a>,
    number: Option<u32>,
    /// Which instance of a mapped or sharded task it is.
    instance: Option<Cow<'a, str>>,
    /// Where it ran, besides its worker.
    pod: Option<Cow<'a, str>>,
    length: Option<i64>,
    labels: Fields,
    logs: Vec<Cow<'a, str>>,
}

impl Tasks {
    /// Emits the contents of a record; `key` is its name in an object of tasks.
    pub(super) fn task<'a>(
        &mut self,
        key: Option<Cow<'a, str>>,
        value: Value<'_, 'a>,
        tally: &mut Tally,
        clock: &mut Clock<'_>,
        sink: &mut dyn EventSink,
    ) {
        self.records += 1;
        if !value.is_object() {
            tally.warn("bad-record", "tasks that are not objects were ignored", || excerpt(value));
            return;
        }
        let mut record = Record { id: key, ..Record::default() };
        let mut out = Out { tally, clock, sink };
        let distinct = has_repeated(value).then(|| distinct(value, out.tally));
        let mut member = |(key, value): (Cow<'a, str>, Value<'_, 'a>)| {
            if value.is_null() {
                record.outcome.empty(&key);
            } else {
                out.member(&mut record, &key, value);
            }
        };
        match distinct {
            Some(members) => members.into_iter().for_each(member),
            None => value.members().for_each(&mut member),
        }
        self.emit(record, &mut out);
    }
}

impl Out<'_, '_> {
    fn member<'a>(&mut self, record: &mut Record<'a>, key: &str, value: Value<'_, 'a>) {
        let Record { id, task, attempt, labels, .. } = record;
        let text = value.text().filter(|t| !t.is_empty());
        match (key, text) {
            ("id" | "task_id" | "taskId" | "key" | "uuid", Some(text)) if id.is_none() => *id = Some(text),
            ("name" | "task_name" | "title" | "label" | "task", Some(text)) if task.name.is_none() => {
                task.name = Some(text);
            }
            ("step" | "stage", Some(text)) => task.step = Some(text),
            ("kind" | "type" | "operator" | "class" | "node_type", Some(text)) if task.kind.is_none() => {
                task.kind = Some(text);
            }
            ("parent" | "parent_id" | "group", Some(text)) => task.parent = Some(text),
            (
                "parents" | "dependencies" | "depends_on" | "dependsOn" | "after" | "deps" | "upstream"
                | "needs",
                text,
            ) => self.dependencies(&mut task.after, value, text),
            ("worker" | "host" | "hostname" | "thread" | "executor", Some(text))
                if attempt.worker.is_none() =>
            {
                attempt.worker = Some(text);
            }
            ("start" | "started" | "started_at" | "start_time" | "startTime" | "start_date" | "begin", _) => {
                attempt.started = self.clock.value(value);
            }
            (
                "end" | "ended" | "ended_at" | "end_time" | "endTime" | "end_date" | "finished_at"
                | "completed_at" | "stop",
                _,
            ) => attempt.ended = self.clock.value(value),
            ("queued" | "queued_at" | "submitted_at" | "scheduled_at" | "queue_time", _) => {
                attempt.queued = self.clock.value(value);
            }
            ("duration" | "duration_s" | "elapsed", _) => self.length(record, key, value, 1e9),
            ("duration_ms" | "elapsed_ms", _) => self.length(record, key, value, 1e6),
            ("progress", _) => match value.number() {
                Some(part) if (0.0..=1.0).contains(&part) => attempt.progress = Some(part),
                _ => {
                    labels.raw(key, value.get());
                }
            },
            ("log" | "logs", Some(text)) => record.logs.push(text),
            ("log" | "logs", None) if value.is_array() => {
                let lines = value.elements().map(|line| line.text().unwrap_or(Cow::Borrowed(line.get())));
                record.logs.extend(lines);
            }
            ("attempt" | "try" | "try_number", _) if tries(value).is_some() => record.number = tries(value),
            // -1 is how a task says that it is not mapped.
            (
                "map_index" | "mapIndex" | "map_idx" | "shard" | "shardIndex" | "shard_index" | "shard_id",
                Some(text),
            ) => {
                labels.raw(key, value.get());
                record.instance = record.instance.take().or(Some(text).filter(|text| text != "-1"));
            }
            ("pod" | "pod_name" | "podName" | "container_id", Some(text)) => {
                labels.raw(key, value.get());
                record.pod = Some(text);
            }
            // A count of retries; the first try is none. Kept as well, since some mean how many are allowed.
            ("retry_count" | "retries", _) if tries(value).is_some() => {
                record.number = record.number.or(tries(value).map(|n| n + 1));
                labels.raw(key, value.get());
            }
            ("params" | "parameters" | "args", _) if value.is_object() && task.params.is_none() => {
                task.params = Some(Json::from_raw(value.get()));
            }
            _ => {
                if record.outcome.member(key, value.get()) != Part::Taken {
                    labels.raw(key, value.get());
                }
            }
        }
    }

    fn length(&mut self, record: &mut Record<'_>, key: &str, value: Value<'_, '_>, unit_ns: f64) {
        record.length = duration(value, unit_ns);
        if record.length.is_none() {
            record.labels.raw(key, value.get());
            let what = "durations that are negative, too long or not numbers were kept as labels";
            self.tally.warn("bad-duration", what, || value.get());
        }
    }

    fn dependencies<'a>(
        &mut self,
        after: &mut Vec<Cow<'a, str>>,
        value: Value<'_, 'a>,
        text: Option<Cow<'a, str>>,
    ) {
        if let Some(one) = text {
            after.push(one);
            return;
        }
        for id in value.elements() {
            match id.text() {
                Some(id) => after.push(id),
                None => {
                    let what = "dependencies that are not ids were ignored";
                    self.tally.warn("bad-dependency", what, || excerpt(id));
                }
            }
        }
    }
}

impl Tasks {
    fn emit(&mut self, record: Record<'_>, out: &mut Out<'_, '_>) {
        let Record { id, mut task, mut attempt, outcome, number, instance, pod, length, mut labels, logs } =
            record;
        let Some(id) = id.or_else(|| self.own_id(&mut task)) else {
            let what = "tasks with neither an id nor a name were numbered";
            out.tally.warn("no-id", what, String::new);
            let id = format!("task {}", self.records);
            let id = Some(Cow::Owned(id));
            let record = Record { id, task, attempt, outcome, number, instance, pod, length, labels, logs };
            return self.emit(record, out);
        };
        attempt.status = outcome.settle(&mut out.clock.unread);
        attempt.error = outcome.into_error();
        match (attempt.started, attempt.ended, length) {
            (Some(start), None, Some(length)) => attempt.ended = start.checked_add(length),
            (None, Some(end), Some(length)) => attempt.started = end.checked_sub(length),
            (_, _, Some(length)) => {
                labels.num("duration_s", length as f64 / 1e9);
            }
            _ => {}
        }
        let ready = out.clock.ready(&task.after);
        out.clock.settle_after(&mut attempt, &id, ready);
        let timed = attempt.started.or(attempt.ended).or(attempt.queued).is_some();
        let tried =
            timed || attempt.worker.is_some() || attempt.error.is_some() || attempt.progress.is_some();
        let params = task.params.as_ref().map_or("", Json::as_str);
        let seen = Seen { id: &id, instance, number, params, pod: pod.as_deref().unwrap_or_default() };
        let (placed, key, now) = match self.ids.place(&seen, &attempt) {
            Placed::Duplicate => return,
            Placed::Try { id, key, number } => (id, key, number),
        };
        if placed != id {
            task.step.get_or_insert_with(|| task.name.clone().unwrap_or_else(|| id.clone()));
            task.name.get_or_insert_with(|| placed.clone());
        }
        if !tried && number.is_none() {
            task.status = attempt.status;
        }
        self.silent.note(key, now, &attempt);
        self.ids.depends(key, &task.after);
        task.id = Cow::Borrowed(&placed);
        task.labels = labels.finish();
        out.sink.event(Event::Task(task));
        if tried || number.is_some() {
            out.sink.event(Event::Attempt(Attempt { task: Cow::Borrowed(&placed), number: now, ..attempt }));
        }
        for text in logs {
            let task = Some(Cow::Borrowed(&*placed));
            out.sink.event(Event::Log(Log { task, text, ..Log::default() }));
        }
    }

    /// Emits what only the end of the file shows, and what was found.
    pub(super) fn finish(self, tally: &mut Tally, sink: &mut dyn EventSink) {
        self.ids.later(tally, |task, all| {
            let after = all.iter().map(|id| Cow::Borrowed(id.as_str())).collect();
            sink.event(Event::Task(Task { id: Cow::Borrowed(task), after, ..Task::default() }));
        });
        self.silent.finish(&self.ids, tally, sink);
        self.ids.add_to(tally);
    }

    /// An id for a task that has but a name: the name, numbered where it is taken, since tasks of one name are
    /// instances of one step.
    fn own_id<'a>(&self, task: &mut Task<'a>) -> Option<Cow<'a, str>> {
        let name = task.name.clone()?;
        task.step.get_or_insert_with(|| name.clone());
        if !self.ids.knows(&name) {
            return Some(name);
        }
        Some(Cow::Owned(format!("{name} #{}", self.records)))
    }
}

fn tries(value: Value<'_, '_>) -> Option<u32> {
    let n = value.whole().filter(|n| (0..=MOST_TRIES).contains(n))?;
    u32::try_from(n).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::importer::{ClaimedFile, Options, Source};
    use crate::testing::Collect;

    fn read(text: &str) -> Vec<String> {
        let source = Source::new("f.json", text.as_bytes().to_vec());
        let mut sink = Collect::default();
        let part = if text.starts_with("{\"id\"") { "lines" } else { "tasks" };
        (super::super::PLAIN.read)(&[ClaimedFile { source: &source, part }], &Options::default(), &mut sink)
            .unwrap();
        sink.lines
    }

    #[test]
    fn a_task_with_everything() {
        let got = read(
            r#"{"run_id":"r","name":"n","owner":"me","tasks":[{"id":1,"name":"a","parents":["x",2,null],
            "start":"2026-01-01T00:00:00Z","duration":1.5,"status":"ok","worker":"w","attempt":2,"log":"hi",
            "url":"u","params":{"k":1},"kind":"K","error":"e"}]}"#,
        );
        assert_eq!(got[0], r#"{"event":"run","makespan":1,"run":"r","name":"n","labels":{"owner":"me"}}"#);
        assert_eq!(
            got[1],
            r#"{"event":"task","task":"1","name":"a","kind":"K","after":["x","2"],"labels":{"url":"u"},"params":{"k":1}}"#
        );
        assert_eq!(
            got[2],
            r#"{"event":"attempt","task":"1","try":2,"started":1767225600000000000,"ended":1767225601500000000,"worker":"w","status":"failed","error":{"message":"e"}}"#
        );
        assert_eq!(got[3], r#"{"event":"log","task":"1","text":"hi"}"#);
        assert!(got[4].contains("bad-dependency") && got.len() == 5, "{got:?}");
    }

    #[test]
    fn ids_that_occur_again_and_names_for_ids() {
        let got = read(
            r#"[{"id":"a","start":1767225600,"end":1767225601,"status":"failed"},{"id":"a","start":1767225601},
                {"id":"a","status":"ok"},{"id":"b","after":["a"]},{"id":"a","start":1767225600}]"#,
        );
        assert!(got[4].contains("\"try\":2"), "{got:?}");
        assert!(got.iter().any(|l| l.contains(r#""task":"b","after":["a","a #2"]"#)), "{got:?}");
        assert!(got.iter().any(|l| l.contains("duplicate-id")));
        let got = read(r#"[{"name":"a","start":1767225600},{"name":"a","start":1767225601}]"#);
        assert!(got[3].contains(r#""task":"a #2","name":"a","step":"a""#), "{got:?}");
    }

    #[test]
    fn one_task_a_line_and_a_half_one() {
        let got = read("{\"id\":1,\"start\":1767225600}\n\n{\"id\":2,\"start\":1767225600}\n{\"id\":3,\"sta");
        assert_eq!(got.iter().filter(|l| l.contains("\"event\":\"task\"")).count(), 2);
        assert!(got.iter().any(|l| l.contains("truncated") && l.contains("\"line\":4")), "{got:?}");
    }

    #[test]
    fn repeated_members_count_once_the_last() {
        let got = read(r#"{"name":"a","name":"b","tasks":[{"id":"2","id":"3"}]}"#);
        assert!(got[0].contains(r#""name":"b""#));
        assert_eq!(got[1], r#"{"event":"task","task":"3"}"#);
        assert!(got[2].contains("duplicate-key"));
    }
}
