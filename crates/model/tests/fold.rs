//! Folding, unfolding, and what is said of bad input.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::borrow::Cow;

use makespan_format::{
    Alert, Artifact, Attempt, Diagnostic, Direction, ErrorInfo, Event, EventSink, Json, Log, RunInfo, Sample,
    Severity, Status, Task,
};
use makespan_model::{Run, RunsBuilder, TaskId, notation};
use proptest::prelude::*;

fn fold(run: &Run) -> Run {
    let mut builder = RunsBuilder::new();
    run.events(&mut builder);
    builder.finish().0.remove(0)
}

/// Equal as runs: the same events, whatever ids the strings have.
fn assert_same(a: &Run, b: &Run) {
    assert_eq!(a.to_jsonl(), b.to_jsonl());
    assert_eq!((a.edges_inferred, &a.predecessors, &a.cut), (b.edges_inferred, &b.predecessors, &b.cut));
    assert_eq!((&a.tasks.status, &a.tasks.parent), (&b.tasks.status, &b.tasks.parent));
}

const PIPELINE: &str = "
    # task      span      on    after            flags
    fetch       0..4      w1
    align       4..9      w1    fetch            step=align
    sort        5..7      w2    fetch
    call        9..12     w2    align sort       try=1 failed error=no_disk
    call        13..16    w2                     try=2
    report      -         -     call             pending";

#[test]
fn the_notation_reads_as_written() {
    let run = notation::run(PIPELINE).unwrap();
    assert_eq!((run.task_count(), run.attempt_count(), run.edge_count()), (5, 5, 5));
    let call = run.find_task("call").unwrap();
    assert_eq!(run.task_interval(call), Some((9_000_000_000, 16_000_000_000)));
    assert_eq!(run.tasks.status[call.index()], Status::Succeeded);
    assert_eq!(run.status(), Some(Status::Running));
    assert_eq!(run.span(), Some((0, 16_000_000_000)));
    let again = notation::run(&notation::write(&run)).unwrap();
    assert_eq!(again.attempts.started, run.attempts.started);
    assert_eq!(again.predecessors, run.predecessors);
    assert!(
        notation::looks_like(PIPELINE)
            && !notation::looks_like("{\"a\": 1}")
            && !notation::looks_like("hello world")
    );
}

#[test]
fn ids_that_look_like_syntax_or_commands_remain_tasks_in_the_notation() {
    let ids = [
        "# a",
        "##[group]b",
        "x##vso[c",
        "::error::d",
        "=1+1",
        "train[lr=0.1]",
        "lr=0.1",
        "try=2",
        "failed",
        "e",
    ];
    let mut lines = vec!["{\"event\":\"run\",\"run\":\"::r\"}".to_owned()];
    for (i, id) in ids.iter().enumerate() {
        let after = if i > 0 { format!("\"{}\"", ids[i - 1]) } else { String::new() };
        lines.push(format!("{{\"event\":\"task\",\"task\":\"{id}\",\"after\":[{after}]}}"));
        lines.push(format!(
            "{{\"event\":\"attempt\",\"task\":\"{id}\",\"number\":1,\"started\":{i},\"ended\":{i}}}"
        ));
    }
    let mut fold = RunsBuilder::new();
    for line in &lines {
        fold.event(makespan_format::read_line(line.as_bytes()).unwrap().event);
    }
    let text = notation::write(&fold.finish().0[0]);
    assert!(!text.contains("##") && !text.lines().any(|line| line.starts_with("::")), "{text}");
    let again = notation::run(&text).unwrap();
    assert_eq!((again.task_count(), again.edge_count()), (ids.len(), ids.len() - 1), "{text}");
    assert!(notation::run("a 0..1 w\nb 1..2 w a stp=x").is_err(), "an unknown key is reported");
}

#[test]
fn tasks_are_in_topological_order() {
    let run = notation::run("late 5..6 w early\nearly 0..5 w").unwrap();
    let order: Vec<&str> = run.task_ids().map(|t| run.task_id(t)).collect();
    assert_eq!(order, ["early", "late"]);
    assert_eq!(run.predecessors.row(1), [0]);
}

fn codes(run: &Run) -> Vec<(&str, u64)> {
    run.diagnostics.iter().map(|d| (d.code.as_ref(), d.count)).collect()
}

#[test]
fn invalid_graphs_are_repaired_and_reported() {
    let run = notation::run("a 0..1 w a b\nb 1..2 w a\nc 2..3 w ghost\nd 9..8 w c c\ne 4.. w d").unwrap();
    assert_eq!(
        codes(&run),
        [
            ("dangling-dependency", 1),
            ("self-dependency", 1),
            ("duplicate-dependency", 1),
            ("time-backward", 1),
            ("open-end", 1),
            ("cycle", 1)
        ]
    );
    assert_eq!(run.cut.len(), 1);
    assert_same(&fold(&run), &run);
}

#[test]
fn edges_are_inferred_only_where_none_are_recorded() {
    let run = notation::run("c 5..6 w1\na 0..2 w1\nb 0..3 w2").unwrap();
    assert!(run.edges_inferred);
    let edges: Vec<(&str, &str)> =
        run.successors.pairs().map(|(a, b)| (run.task_id(TaskId(a)), run.task_id(TaskId(b)))).collect();
    assert_eq!(edges, [("b", "c")]);
    assert_same(&fold(&run), &run);
    assert!(!notation::run("a 0..1 w\nb 1..2 w a").unwrap().edges_inferred);
}

#[test]
fn several_runs_in_one_stream_stay_separate() {
    let mut b = RunsBuilder::new();
    notation::read("run one\na 0..1 w\nrun two failed\na 0..2 w\nrun one\nb 1..2 w a", &mut b);
    let (runs, _) = b.finish();
    let seen: Vec<_> = runs.iter().map(|r| (r.title(), r.task_count(), r.recorded_status)).collect();
    assert_eq!(seen, [("one", 2, None), ("two", 1, Some(Status::Failed))]);
}

#[test]
fn runs_beyond_the_limit_are_counted() {
    let mut runs = RunsBuilder::at_most(2);
    for id in ["a", "b", "c", "b", "d"] {
        runs.apply(&Event::Run(RunInfo { id: id.into(), ..RunInfo::default() }));
        runs.apply(&Event::Task(Task { id: "t".into(), ..Task::default() }));
    }
    let (kept, _) = runs.finish();
    assert_eq!(kept.iter().map(|run| (&*run.id, run.task_count())).collect::<Vec<_>>(), [("a", 1), ("b", 1)]);
    let found = kept[0].diagnostics.iter().find(|d| d.code == "runs-left-out").unwrap();
    assert_eq!(found.count, 2);
    assert!(found.message.contains("2 records of other runs and 2 other events"), "{}", found.message);
}

#[test]
fn a_preview_shows_the_tasks_so_far_and_folding_goes_on() {
    let mut b = RunsBuilder::new();
    notation::read("b 2..4 w1 a\na 0..2 w2", &mut b);
    let early = b.preview().remove(0);
    assert_eq!((early.task_count(), early.edge_count(), early.diagnostics.len()), (2, 0, 0));
    assert_eq!(early.task_interval(early.find_task("b").unwrap()), Some((2_000_000_000, 4_000_000_000)));
    notation::read("c 4..5 w1 b", &mut b);
    let run = b.finish().0.remove(0);
    assert_eq!((run.task_count(), run.edge_count()), (3, 2));
}

#[test]
fn a_hundred_thousand_deep_chain_folds() {
    let mut b = RunsBuilder::new();
    for i in (0..100_000u32).rev() {
        let after = if i == 0 { vec![] } else { vec![Cow::Owned(format!("t{}", i - 1))] };
        b.event(Event::Task(Task {
            id: Cow::Owned(format!("t{i}")),
            parent: Some(Cow::Owned(format!("t{}", i + 1))),
            after,
            ..Task::default()
        }));
    }
    let run = b.finish().0.remove(0);
    assert_eq!((run.edge_count(), run.cut.len(), run.task_id(TaskId(0))), (99_999, 0, "t0"));
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-e]", "[a-c]{2}", Just("<b>\"\\\u{1}é".to_owned())]
}

fn time() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![3 => (0..40i64).prop_map(|t| Some(t * 1_000)), 1 => Just(None), 1 => Just(Some(i64::MAX))]
}

fn event() -> impl Strategy<Value = Event<'static>> {
    let status = || prop::option::of(prop::sample::select(&Status::ALL[..]));
    let task = (
        name(),
        prop::option::of(name()),
        prop::collection::vec(name(), 0..3),
        status(),
        prop::option::of(name()),
    )
        .prop_map(|(id, step, after, status, parent)| {
            Event::Task(Task {
                id: id.into(),
                step: step.map(Into::into),
                parent: parent.map(Into::into),
                after: after.into_iter().map(Into::into).collect(),
                status,
                labels: Some(Json::from_raw("{\"k\":1}")),
                ..Task::default()
            })
        });
    let attempt = (name(), 1..4u32, time(), time(), time(), status(), prop::option::of(name())).prop_map(
        |(task, number, queued, started, ended, status, text)| {
            Event::Attempt(Attempt {
                task: task.into(),
                number,
                queued,
                started,
                ended,
                status,
                worker: text.clone().map(Into::into),
                progress: Some(0.5),
                error: text.map(|t| ErrorInfo { message: t.into(), ..ErrorInfo::default() }),
            })
        },
    );
    let rest = (name(), prop::option::of(name()), time(), 0..4u8).prop_map(|(text, task, t, kind)| {
        let task: Option<Cow<'static, str>> = task.map(Into::into);
        match kind {
            0 => Event::Sample(Sample { task, name: text.into(), value: 1.5, t, ..Sample::default() }),
            1 => Event::Log(Log { task, text: text.into(), t, ..Log::default() }),
            2 => Event::Alert(Alert { task, text: text.into(), t, ..Alert::default() }),
            _ => Event::Artifact(Artifact {
                task,
                name: text.into(),
                direction: Direction::Input,
                ..Artifact::default()
            }),
        }
    });
    prop_oneof![4 => task, 4 => attempt, 1 => rest]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn folding_the_events_of_a_run_gives_the_same_run(events in prop::collection::vec(event(), 0..30)) {
        let mut b = RunsBuilder::new();
        b.event(Event::Run(RunInfo { id: "r".into(), ..RunInfo::default() }));
        b.diagnostic(Diagnostic::new(Severity::Info, "naive-times", "local"));
        events.into_iter().for_each(|e| b.event(e));
        let run = b.finish().0.remove(0);
        prop_assert!(run.predecessors.pairs().all(|(t, p)| p < t));
        assert_same(&fold(&run), &run);
    }
}
