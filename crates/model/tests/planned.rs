//! Planned tasks that turn out to be steps of other tasks.
#![allow(clippy::unwrap_used)]

use makespan_format::{Attempt, Event, RunInfo, Status, Task};
use makespan_model::{Run, RunsBuilder};

/// A run from tasks (id, step, dependencies) and attempts (task, start, end).
fn run(tasks: &[(&str, &str, &[&str])], attempts: &[(&str, i64, i64)]) -> Run {
    let mut builder = RunsBuilder::new();
    builder.apply(&Event::Run(RunInfo { id: "r".into(), ..RunInfo::default() }));
    for (id, step, after) in tasks {
        let after = after.iter().map(|id| (*id).into()).collect();
        let step = Some(*step).filter(|step| !step.is_empty()).map(Into::into);
        builder.apply(&Event::Task(Task { id: (*id).into(), step, after, ..Task::default() }));
    }
    for (task, started, ended) in attempts {
        let (started, ended) = (Some(*started), Some(*ended));
        let attempt = Attempt { task: (*task).into(), number: 1, started, ended, ..Attempt::default() };
        builder.apply(&Event::Attempt(attempt));
    }
    builder.finish().0.remove(0)
}

fn ids(run: &Run) -> Vec<&str> {
    run.task_ids().map(|task| run.task_id(task)).collect()
}

/// Dependencies as `from to`.
fn edges(run: &Run) -> Vec<String> {
    let of = |task: usize| run.predecessors.row(task).iter().map(move |from| (*from as usize, task));
    let pairs = (0..run.task_count()).flat_map(of);
    let id = |task: usize| run.strings.get(run.tasks.id[task]);
    let mut edges: Vec<String> = pairs.map(|(from, to)| format!("{} {}", id(from), id(to))).collect();
    edges.sort();
    edges
}

#[test]
fn a_planned_task_that_is_only_a_step_of_tasks_that_ran_does_not_stay_pending() {
    let run = run(
        &[
            ("load", "load", &[]),
            ("fit", "fit", &["load"]),
            ("report", "report", &["fit"]),
            ("fit-1", "fit", &[]),
            ("fit-2", "fit", &["fit-1"]),
        ],
        &[("load", 0, 1), ("fit-1", 1, 2), ("fit-2", 2, 3)],
    );
    assert_eq!(ids(&run), ["load", "fit-1", "fit-2", "report"]);
    assert_eq!(edges(&run), ["fit-1 fit-2", "fit-1 report", "fit-2 report", "load fit-1"]);
    let pending = run.tasks.status.iter().filter(|status| **status == Status::Pending).count();
    assert_eq!(pending, 1, "only the report is still to come");
    let found: Vec<&str> = run.diagnostics.iter().map(|d| d.code.as_ref()).collect();
    assert_eq!(found, ["planned-step"]);

    let mut again = RunsBuilder::new();
    run.events(&mut again);
    assert_eq!(again.finish().0.remove(0).to_jsonl(), run.to_jsonl());
}

#[test]
fn planned_steps_that_depend_on_each_other_pass_their_dependencies_on() {
    let run = run(
        &[("b", "", &["a"]), ("a", "", &[]), ("b-1", "b", &[]), ("a-1", "a", &[]), ("a-2", "a", &[])],
        &[("a-1", 0, 1), ("a-2", 0, 2), ("b-1", 2, 3)],
    );
    assert_eq!(ids(&run), ["a-1", "a-2", "b-1"]);
    assert_eq!(edges(&run), ["a-1 b-1", "a-2 b-1"]);
}

#[test]
fn a_dependency_that_the_times_contradict_is_not_passed_on() {
    let tasks: &[(&str, &str, &[&str])] =
        &[("fit", "", &[]), ("eval", "", &["fit"]), ("fit-1", "fit", &[]), ("fit-2", "fit", &["eval"])];
    let run = run(tasks, &[("fit-1", 0, 1), ("eval", 1, 2), ("fit-2", 2, 3)]);
    assert_eq!(edges(&run), ["eval fit-2", "fit-1 eval"]);
    assert!(run.cut.is_empty());
}

#[test]
fn a_planned_task_stays_pending_until_a_task_of_its_step_runs() {
    let run = run(&[("fit", "", &[]), ("fit-1", "fit", &[])], &[]);
    assert_eq!(ids(&run), ["fit", "fit-1"]);
}

#[test]
fn a_task_that_is_more_than_a_step_stays() {
    let attempt: &[(&str, i64, i64)] = &[("fit-1", 0, 1)];
    // It ran itself, it contains the others, or it belongs to another step.
    assert_eq!(ids(&run(&[("fit", "", &[]), ("fit-1", "fit", &[])], &[("fit", 0, 1), attempt[0]])).len(), 2);
    assert_eq!(ids(&run(&[("fit", "train", &[]), ("fit-1", "fit", &[])], attempt)).len(), 2);
    let mut builder = RunsBuilder::new();
    let task = |id: &'static str| Task { id: id.into(), step: Some("fit".into()), ..Task::default() };
    builder.apply(&Event::Task(task("fit")));
    builder.apply(&Event::Task(Task { parent: Some("fit".into()), ..task("fit-1") }));
    builder.apply(&Event::Attempt(Attempt {
        task: "fit-1".into(),
        number: 1,
        started: Some(0),
        ..Attempt::default()
    }));
    assert_eq!(builder.finish().0[0].task_count(), 2);
}

#[test]
fn a_task_with_the_name_of_tasks_that_ran_is_another_instance_and_stays() {
    let mut builder = RunsBuilder::new();
    for id in ["fit", "fit-2"] {
        let task =
            Task { id: id.into(), name: Some("fit".into()), step: Some("fit".into()), ..Task::default() };
        builder.apply(&Event::Task(task));
    }
    builder.apply(&Event::Attempt(Attempt {
        task: "fit-2".into(),
        number: 1,
        started: Some(0),
        ..Attempt::default()
    }));
    assert_eq!(builder.finish().0[0].task_count(), 2);
}

#[test]
fn a_planned_task_with_too_many_dependencies_to_pass_on_stays() {
    let ids = |kind: &str| (0..3_000).map(|i| format!("{kind}{i}")).collect::<Vec<_>>();
    let (members, before) = (ids("m"), ids("b"));
    let before: Vec<&str> = before.iter().map(String::as_str).collect();
    let mut tasks: Vec<(&str, &str, &[&str])> = before.iter().map(|id| (*id, "", [].as_slice())).collect();
    tasks.extend(members.iter().map(|id| (id.as_str(), "fit", [].as_slice())));
    tasks.push(("fit", "", &before));
    let run = run(&tasks, &[("m0", 0, 1)]);
    assert_eq!((run.task_count(), run.edge_count()), (6_001, 3_000));
}
