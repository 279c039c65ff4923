//! Hosts that die, and what is left of their record.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;

use makespan_format::read_line;
use makespan_model::RunsBuilder;

use crate::matrix::{fresh_folder, host};

/// The tasks that a host said had ended, each after the call had returned.
fn acknowledged(fault: &str, folder: &Path, kill_after: Option<usize>) -> (Vec<String>, Option<i32>) {
    let mut child = host(fault, folder, true).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = Vec::new();
    while let Some(Ok(line)) = lines.next() {
        acknowledged.push(line);
        if kill_after == Some(acknowledged.len()) {
            child.kill().unwrap();
        }
    }
    (acknowledged, child.wait().unwrap().signal())
}

/// Every task that was acknowledged is there, succeeded; only the last line may be torn.
fn check(folder: &Path, acknowledged: &[String]) {
    let run = std::fs::read_dir(folder.join("runs")).unwrap().next().unwrap().unwrap().path();
    let bytes = std::fs::read(run.join("run.jsonl")).unwrap();
    let mut builder = RunsBuilder::new();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
    for (i, line) in lines.iter().enumerate() {
        match read_line(line.strip_suffix(b"\n").unwrap_or(line)) {
            Ok(read) => builder.apply(&read.event),
            Err(error) => assert!(i + 1 == lines.len() && !line.ends_with(b"\n"), "line {i}: {error:?}"),
        }
    }
    let run = builder.finish().0.remove(0);
    for task in acknowledged {
        let id = run.find_task(task).unwrap_or_else(|| panic!("{task} was safe, and is missing"));
        assert_eq!(run.tasks.status[id.index()], makespan_model::Status::Succeeded, "{task}");
    }
}

pub(crate) fn killed() {
    let kills = std::env::var("MAKESPAN_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(6);
    let mut tasks = 0;
    for kill in 0..kills {
        let folder = fresh_folder(&format!("kill-{kill}"));
        // Early and late: after 1 to 400 tasks, spread evenly.
        let after = 1 + kill * 97 % 400;
        let (acknowledged, signal) = acknowledged("is killed", &folder, Some(after));
        assert_eq!(signal, Some(9));
        assert!(acknowledged.len() >= after);
        check(&folder, &acknowledged);
        std::fs::remove_dir_all(&folder).unwrap();
        tasks += acknowledged.len();
    }
    println!("  {kills} kills, {tasks} tasks, none missing");
}

pub(crate) fn aborted() {
    // With the records of every call written, an abort takes nothing; a panic that aborts takes nothing of a buffered
    // record either, for the panic hook has it written.
    for fault in ["is killed by itself", "a buffered record and a panic that aborts"] {
        let folder = fresh_folder("abort");
        let (acknowledged, signal) = acknowledged(fault, &folder, None);
        assert_eq!((acknowledged.len(), signal), (100, Some(6)), "{fault}");
        check(&folder, &acknowledged);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
