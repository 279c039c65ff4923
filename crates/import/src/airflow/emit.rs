//! Emits what was read as events.

use std::borrow::Cow;
use std::rc::Rc;

use makespan_format::{Attempt, Diagnostic, Event, EventSink, Fields, Json, RunInfo, Severity, Status, Task};
use makespan_model::{HashMap, HashSet, Order as _};

use super::gather::{Book, Dag, Instance, Run};
use super::logs::{Errors, emit_logs, errors};
use crate::gather::lacks;
use crate::ids::{Ids, RECENT};
use crate::importer::{Importer, Options};
use crate::json::tape::Value;
use crate::tally::Tally;
use crate::times::Clock;

/// Above so many dependencies between the instances of two mapped tasks, each waits for the one that ended last.
const MOST_PAIRS: usize = 4096;

pub(super) fn emit(
    book: &Book<'_, '_>,
    importer: &Importer,
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) {
    let mut used = vec![false; book.dags.len()];
    for run in &book.runs.list {
        let best = (0..book.dags.len()).max_by_key(|at| (book.dags[*at].common(run), usize::MAX - at));
        let best = best.filter(|at| book.dags[*at].common(run) > 0);
        if let Some(at) = best {
            used[at] = true;
        }
        emit_run(run, best.map(|at| &book.dags[at]), book, importer, options, sink);
    }
    for (dag, _) in book.dags.iter().zip(used).filter(|(_, used)| !used) {
        emit_dag(dag, sink);
    }
    if !book.runs.list.is_empty() {
        for file in &book.unused {
            let message = format!("{file}: nothing in this file belongs to a run");
            sink.diagnostic(Diagnostic::new(Severity::Info, "not-used", message));
        }
    }
}

fn labels(of: Value<'_, '_>, keys: &[&str]) -> Fields {
    let mut labels = Fields::new();
    for key in keys {
        if let Some(value) = of.at(key).filter(|v| !matches!(v.get(), "\"\"" | "[]" | "{}")) {
            labels.raw(key, value.get());
        }
    }
    labels
}

fn emit_run(
    run: &Run<'_, '_>,
    dag: Option<&Dag<'_, '_>>,
    book: &Book<'_, '_>,
    importer: &Importer,
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) {
    let mut clock = Clock::new(Rc::new(options.zone));
    let mut tally = Tally::new();
    let mut info = RunInfo {
        id: Cow::Borrowed(&run.id),
        name: Some(run.name.clone()).filter(|n| !n.is_empty()),
        workflow: Some(run.dag.clone()).filter(|d| !d.is_empty()),
        source: Some("Airflow".into()),
        ..RunInfo::default()
    };
    if let Some(facts) = run.facts {
        info.status = clock.status(facts.text_at("state").as_deref(), false);
        info.started = facts.at("start_date").and_then(|t| clock.value(t));
        info.ended = facts.at("end_date").and_then(|t| clock.value(t));
        info.params = facts.at("conf").filter(|c| c.is_object()).map(|c| Json::from_raw(c.get()));
        let keys = [
            "run_type",
            "logical_date",
            "execution_date",
            "data_interval_start",
            "data_interval_end",
            "queued_at",
            "triggered_by",
            "triggering_user_name",
            "note",
        ];
        info.labels = labels(facts, &keys).finish();
    }
    sink.event(Event::Run(info));
    lacks(importer, sink);
    let numbers = |i: &Instance<'_, '_>| i.tries.iter().map(|t| t.0).collect::<HashSet<u32>>().len() as u64;
    let got: u64 = run.tasks.list.iter().map(numbers).sum();
    if run.total > got {
        let message = format!(
            "{got} of {} task instances are in the files; ask for the other pages with `offset` (the server returns at \
             most 100 at once)",
            run.total
        );
        sink.diagnostic(Diagnostic::new(Severity::Warning, "pages-missing", message));
    }
    let facts: HashMap<&str, Value<'_, '_>> =
        dag.into_iter().flat_map(|d| &d.tasks).map(|(id, value)| (&**id, *value)).collect();
    let mut of_task: HashMap<&str, Vec<&Instance<'_, '_>>> = HashMap::default();
    for instance in &run.tasks.list {
        of_task.entry(&instance.task).or_default().push(instance);
    }
    let errors = errors(run, book);
    // Times are read once more when they are emitted, and only then what they lack is counted.
    let (mut ids, mut scratch) = (Ids::default(), clock.clone());
    for instance in &run.tasks.list {
        let mut after = Vec::new();
        let upstream = dag.and_then(|d| d.upstream.get(&instance.task));
        for task in upstream.into_iter().flatten() {
            let before = of_task.get(&**task).map(Vec::as_slice).unwrap_or_default();
            let pairs = before.len() * of_task.get(&*instance.task).map_or(1, Vec::len);
            if pairs > MOST_PAIRS {
                let end = |i: &&&Instance<'_, '_>| {
                    i.tries.iter().filter_map(|t| t.1.text_at("end_date")).map(Cow::into_owned).max()
                };
                after.extend(before.iter().max_by_key(end).map(|i| Cow::Borrowed(&*i.id)));
                tally.info(
                    "edges-thinned",
                    "mapped tasks are drawn as depending on the instance that ended last, not on each instance",
                    || &**task,
                );
            } else {
                after.extend(before.iter().map(|i| Cow::Borrowed(&*i.id)));
            }
        }
        let facts = facts.get(&*instance.task).copied();
        for own in split(instance, &mut ids, &mut scratch) {
            emit_instance(&own, after.clone(), facts, &errors, &mut clock, &mut tally, sink);
        }
    }
    emit_logs(run, book, &mut clock, sink);
    ids.add_to(&mut tally);
    clock.add_to(&mut tally);
    tally.report(&run.id, sink);
}

/// Records of one try that ran at the same time are of tasks of their own. Others record the try at several moments: of
/// a sensor that was rescheduled, or of a task that was running when the first file was written.
fn split<'t, 'a>(instance: &Instance<'t, 'a>, ids: &mut Ids, clock: &mut Clock<'_>) -> Vec<Instance<'t, 'a>> {
    let mut all: Vec<(Instance<'t, 'a>, HashMap<u32, Vec<Attempt<'_>>>)> = Vec::new();
    for (number, record) in &instance.tries {
        let mut moment = |key: &str| record.at(key).and_then(|t| clock.value(t));
        let (started, ended) = (moment("start_date"), moment("end_date"));
        let worker = record.text_at("hostname");
        let attempt = Attempt { number: *number, started, ended, worker, ..Attempt::default() };
        let is_beside = |known: &Attempt<'_>| match (known.ended.zip(known.started), ended.zip(started)) {
            (Some((end, start)), Some((other_end, other))) => {
                start < other_end && other < end && start != other && *number > 0
            }
            _ => false,
        };
        let fits = |known: &HashMap<u32, Vec<Attempt<'_>>>| {
            known.get(number).is_none_or(|list| list.iter().rev().take(RECENT).all(|a| !is_beside(a)))
        };
        let recent = all.len().saturating_sub(RECENT);
        let at = match all[recent..].iter().position(|(_, known)| fits(known)) {
            Some(at) => recent + at,
            None => {
                let id = match all.len() {
                    0 => instance.id.clone(),
                    others => format!("{} #{}", instance.id, others + 1),
                };
                if !all.is_empty() {
                    ids.other(&instance.id);
                }
                let own = Instance { id, task: instance.task.clone(), tries: Vec::new() };
                all.push((own, HashMap::default()));
                all.len() - 1
            }
        };
        let (own, known) = &mut all[at];
        let list = known.entry(*number).or_default();
        if attempt.started.is_some() && list.iter().rev().take(RECENT).any(|a| *a == attempt) {
            ids.duplicate(&instance.id);
        }
        list.push(attempt);
        own.tries.push((*number, *record));
    }
    all.into_iter().map(|(own, _)| own).collect()
}

fn emit_instance(
    instance: &Instance<'_, '_>,
    after: Vec<Cow<'_, str>>,
    facts: Option<Value<'_, '_>>,
    errors: &Errors<'_>,
    clock: &mut Clock<'_>,
    tally: &mut Tally,
    sink: &mut dyn EventSink,
) {
    // Of a try that several files hold, what was read last.
    let mut tries = instance.tries.clone();
    tries.reverse();
    tries.order_by_key(|t| t.0);
    tries.dedup_by_key(|t| t.0);
    let Some(&(last, latest)) = tries.last() else { return };
    let class = facts.and_then(|f| f.at("class_ref")).and_then(|c| c.text_at("class_name"));
    let keys = [
        "pool",
        "pool_slots",
        "queue",
        "priority_weight",
        "rendered_map_index",
        "note",
        "executor",
        "scheduled_when",
    ];
    let mut labels = labels(latest, &keys);
    if let Some(rule) = facts.and_then(|f| f.text_at("trigger_rule")).filter(|r| r != "all_success") {
        labels.str("trigger_rule", &rule);
    }
    if let Some(owner) = facts.and_then(|f| f.text_at("owner")) {
        labels.str("owner", &owner);
    }
    let state = |record: Value<'_, '_>, clock: &mut Clock<'_>| {
        let word = record.text_at("state");
        clock.status(word.as_deref(), false).unwrap_or_else(|| without_state(record, clock))
    };
    let states: Vec<Status> = tries.iter().map(|(_, record)| state(*record, clock)).collect();
    let status = states.last().copied().unwrap_or(Status::Pending);
    let shown = latest.text_at("task_display_name").unwrap_or(Cow::Borrowed(&*instance.task));
    let name = if instance.id.len() > instance.task.len() {
        Cow::Owned(format!("{shown}{}", &instance.id[instance.task.len()..]))
    } else {
        shown
    };
    sink.event(Event::Task(Task {
        id: Cow::Borrowed(&instance.id),
        name: Some(name),
        step: Some(instance.task.clone()),
        kind: latest.text_of(&["operator_name", "operator"]).or(class),
        // `group.task`, in any depth
        parent: instance.task.rsplit_once('.').map(|(group, _)| Cow::Borrowed(group)),
        after,
        status: Some(status),
        labels: labels.finish(),
        // What the templates of the task became.
        params: latest
            .at("rendered_fields")
            .filter(|fields| fields.is_object() && fields.get() != "{}")
            .map(|fields| Json::from_raw(fields.get())),
    }));
    let mut expected = 1;
    for ((number, record), own) in tries.into_iter().zip(states) {
        // What was decided without a try has the moment of the decision for both its times.
        let time = |key: &str| record.at(key).map(|t| t.get());
        let is_decision = matches!(status, Status::Skipped | Status::UpstreamFailed)
            && time("start_date") == time("end_date");
        let is_dated = ["start_date", "queued_when", "queued_dttm"].iter().any(|key| time(key).is_some());
        if number == 0 || is_decision || !is_dated {
            continue;
        }
        if number > expected {
            tally.info(
                "attempts-lost",
                "earlier attempts of tasks are not in the files; get them from `…/taskInstances/TASK/tries`",
                || &*instance.id,
            );
        }
        expected = number + 1;
        let mut attempt = Attempt {
            task: Cow::Borrowed(&instance.id),
            number,
            queued: record.any(&["queued_when", "queued_dttm"]).and_then(|t| clock.value(t)),
            started: record.at("start_date").and_then(|t| clock.value(t)),
            ended: record.at("end_date").and_then(|t| clock.value(t)),
            worker: record.text_at("hostname"),
            // A try that another one followed says that it failed, whatever the state of the task was.
            status: Some(if number < last && !own.is_terminal() { Status::Failed } else { own }),
            ..Attempt::default()
        };
        if attempt.status == Some(Status::Failed) {
            attempt.error = errors.get(&(instance.id.clone(), number)).cloned();
        }
        clock.settle(&mut attempt);
        sink.event(Event::Attempt(attempt));
    }
}

/// Returns the status of a task instance without a state. Airflow writes none for a task that the scheduler has not
/// looked at yet, and for one that was cleared: this one keeps the times of the try before, whose outcome is lost.
fn without_state(record: Value<'_, '_>, clock: &mut Clock<'_>) -> Status {
    let is_dated = |key| record.at(key).is_some_and(|time| !matches!(time.get(), "\"\""));
    if is_dated("start_date") || is_dated("end_date") {
        clock.unread.add("no state beside a start or an end");
        return Status::Unknown;
    }
    Status::Pending
}

/// Shows the tasks of a DAG of which no run is there.
fn emit_dag(dag: &Dag<'_, '_>, sink: &mut dyn EventSink) {
    sink.event(Event::Run(RunInfo {
        id: dag.file.into(),
        source: Some("Airflow".into()),
        infer_edges: Some(false),
        ..RunInfo::default()
    }));
    let message = format!("{}: the tasks of a DAG without a run; nothing in it was executed", dag.file);
    sink.diagnostic(Diagnostic::new(Severity::Info, "no-results", message));
    for (task, value) in &dag.tasks {
        sink.event(Event::Task(Task {
            id: task.clone(),
            step: Some(task.clone()),
            kind: value.text_of(&["operator_name"]),
            parent: task.rsplit_once('.').map(|(group, _)| Cow::Borrowed(group)),
            after: dag.upstream.get(task).cloned().unwrap_or_default(),
            status: Some(Status::Pending),
            ..Task::default()
        }));
    }
}
