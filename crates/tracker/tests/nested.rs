//! Programs that are started within a run, and where the environment says that runs go.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use makespan_model::{Run, Status};
use makespan_tracker::{Context, Tracker};

fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// This program again as one that is started by another; it does what [`a_program_follows_its_environment`] does.
fn program(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "a_program_follows_its_environment"]);
    for name in ["MAKESPAN_RUN", "MAKESPAN_TASK", "MAKESPAN_FILE", "MAKESPAN_DIR", "MAKESPAN_STORE"] {
        command.env_remove(name);
    }
    command.envs(variables.iter().copied());
    command
}

fn parent_of(run: &Run, name: &str) -> Option<String> {
    let task = run.task_ids().find(|task| run.task_name(*task) == name).unwrap();
    run.parent(task).map(|parent| run.task_name(parent).to_owned())
}

#[test]
fn a_program_follows_its_environment() {
    let tracker = Tracker::from_env();
    let is_named =
        ["MAKESPAN_FILE", "MAKESPAN_DIR", "MAKESPAN_STORE"].iter().any(|name| env::var_os(name).is_some());
    assert_eq!(tracker.is_enabled(), is_named);
    let run = tracker.run("inner").label("a", 1).start();
    run.metric("rows", 3, "");
    let fetch = run.task("fetch").start();
    let fetched = fetch.reference();
    drop(fetch);
    drop(run.task("merge").after(&fetched).start());
}

#[test]
fn a_started_program_becomes_a_task_of_the_run() {
    for way in ["file", "folder"] {
        let folder = folder(&format!("nested-{way}"));
        let tracker = match way {
            "file" => Tracker::to_file(folder.join("run.jsonl")),
            _ => Tracker::to_folder(&folder),
        };
        let run = tracker.unwrap().run("outer").start();
        let fetch = run.task("fetch").start();
        let sort = run.task("fetch").start();
        for context in [fetch.context(), sort.context()] {
            let environment = context.environment();
            assert_eq!(environment.len(), 3, "{environment:?}");
            assert!(program(&[]).envs(environment).status().unwrap().success());
        }
        let file = run.environment().into_iter().find(|(name, _)| *name == "MAKESPAN_FILE").unwrap().1;
        assert_eq!(run.environment().len(), 2, "a run has no task");
        drop((fetch, sort, run));
        let runs = support::fold_all(&std::fs::read_to_string(file).unwrap());
        let [run] = &runs[..] else { panic!("{} runs", runs.len()) };
        assert_eq!(run.status(), Some(Status::Succeeded));
        let names: Vec<&str> = run.task_ids().map(|task| run.task_name(task)).collect();
        assert_eq!(names.iter().filter(|name| **name == "inner").count(), 2, "{names:?}");
        assert_eq!(run.task_ids().len(), 8, "{names:?}");
        assert_eq!(parent_of(run, "inner").as_deref(), Some("fetch"));
        assert_eq!(parent_of(run, "merge").as_deref(), Some("inner"));
        assert!(run.task_ids().all(|task| run.tasks.status[task.index()] == Status::Succeeded));
        assert!(!run.edges_inferred);
    }
}

#[test]
fn the_environment_selects_where_runs_are_written() {
    let folder = folder("nested-places");
    let text = folder.to_str().unwrap();
    let store = format!("sqlite:{text}/runs.db");
    for (name, value, place) in
        [("MAKESPAN_DIR", text, folder.clone()), ("MAKESPAN_STORE", &store, folder.join("runs.db.inbox"))]
    {
        assert!(program(&[(name, value)]).status().unwrap().success());
        let found: Vec<_> = std::fs::read_dir(place).unwrap().flatten().collect();
        let file =
            found.iter().map(|entry| entry.path().join("run.jsonl")).find(|path| path.is_file()).unwrap();
        assert_eq!(
            support::fold_all(&std::fs::read_to_string(file).unwrap())[0].status(),
            Some(Status::Succeeded)
        );
    }
    assert!(Context::none().environment().is_empty());
    assert!(Tracker::in_memory().unwrap().0.run("r").start().environment().is_empty());
}
