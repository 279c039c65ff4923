//! Disks that are full or may not be written, and calls to the system that fail: the writer is a process of its own,
//! started by whatever makes its calls fail.

use std::process::{Command, Stdio};

use makespan_store::{Store, open};

use crate::support::child::{Job, Said, acknowledged};
use crate::support::homes::{Files, Home};
use crate::support::*;

fn homes() -> Vec<Box<dyn Home>> {
    #[cfg_attr(not(feature = "sqlite"), allow(unused_mut))]
    let mut homes: Vec<Box<dyn Home>> = vec![Box::new(Files::new().unwrap())];
    #[cfg(feature = "sqlite")]
    homes.push(Box::new(crate::support::homes::Sqlite::new().unwrap()));
    homes
}

fn job(home: &dyn Home, to: u64) -> Job {
    let (run, producer) = ("r".to_owned(), "p".to_owned());
    Job { url: home.url(), run, producer, from: 1, to, batch: 40, tries: 3 }
}

/// Runs a child under another program, or in another way.
fn under(job: &Job, program: &str, arguments: &[&str]) -> Vec<Said> {
    let child = job.command();
    let mut command = Command::new(program);
    command.args(arguments).arg(child.get_program()).args(child.get_args());
    for (name, value) in child.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().unwrap();
    String::from_utf8_lossy(&output.stdout).lines().filter_map(Said::parse).collect()
}

/// Everything that was acknowledged is there once, in order and without a gap; and what is missing can be sent.
fn whole_after(store: &dyn Store, said: &[Said], all: u64, how: &str) {
    let last = acknowledged(said).unwrap_or(0);
    let numbers: Vec<u64> = match store.run("r").unwrap() {
        Some(_) => records(store, "r").into_iter().map(|(_, seq, _)| seq).collect(),
        None => Vec::new(),
    };
    assert!(numbers.len() as u64 >= last, "{how}: {} of {last} acknowledged events are there", numbers.len());
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "{how}");
    let lines: Vec<(u64, String)> = (1..=all).map(|n| (n, Job::line("p", n))).collect();
    assert_eq!(put(store, "r", "p", &lines).unwrap().stored, all - numbers.len() as u64, "{how}");
    assert_eq!(store.run("r").unwrap().unwrap().events, all, "{how}");
    assert_eq!(
        store.metrics("r").unwrap()[0].count,
        (1..=all).filter(|n| n % 4 == 2).count() as u64,
        "{how}"
    );
}

#[test]
fn a_full_disk_is_reported_and_loses_nothing() {
    for home in homes() {
        drop(home.open());
        // The limit on the size of a file stands in for a full disk; it must not end the process.
        for blocks in [40, 200, 600] {
            let limit = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
            let said = under(&job(&*home, 20_000), "sh", &["-c", &limit, "sh"]);
            let failed: Vec<_> = said.iter().filter(|s| matches!(s, Said::Failed(_))).collect();
            assert!(!failed.is_empty(), "{blocks} blocks are too few for everything: {:?}", said.last());
            assert!(
                failed.iter().all(|s| matches!(s, Said::Failed(why) if why.contains("is full"))),
                "{failed:?}"
            );
            // Reading goes on, and writing as well once there is room.
            let store = home.open();
            whole_after(&*store, &said, 20_000, "a full disk");
            store.delete("r").unwrap();
        }
    }
}

#[test]
fn every_call_that_fails_is_noticed() {
    let works = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).status();
    if !works.is_ok_and(|status| status.success()) {
        return skipped("calls that fail", "strace is not installed, or may not trace");
    }
    let mut noticed = 0;
    for (fault, calls) in [
        ("ENOSPC", &["write", "pwrite64", "ftruncate", "mkdir", "rename"][..]),
        ("EIO", &["fdatasync", "fsync", "pread64", "lseek"][..]),
        ("EMFILE", &["openat"][..]),
    ] {
        for call in calls {
            // The first calls are those of the program that starts, which no library survives.
            let first = if *call == "openat" { 12 } else { 1 };
            for nth in first..first + 8 {
                for home in homes() {
                    // One call fails, or this one and all after it.
                    let when = if nth % 3 == 0 { format!("{nth}+") } else { nth.to_string() };
                    let inject = format!("inject={call}:error={fault}:when={when}");
                    let arguments = ["-f", "-qq", "-o", "/dev/null", "-e", &inject];
                    let said = under(&job(&*home, 150), "strace", &arguments);
                    let how = format!("{inject} {}: {said:?}", home.url());
                    whole_after(&*home.open(), &said, 150, &how);
                    noticed += usize::from(said.iter().any(|s| matches!(s, Said::Failed(_))));
                }
            }
        }
    }
    assert!(noticed > 30, "the faults were met only {noticed} times");
}

#[test]
fn a_read_only_store_can_be_read() {
    if !Command::new("setpriv").arg("--version").output().is_ok_and(|output| output.status.success()) {
        return skipped("folders that may not be written", "setpriv is not installed");
    }
    let root = String::from_utf8_lossy(&Command::new("id").arg("-u").output().unwrap().stdout).trim() == "0";
    for home in homes() {
        let store = home.open();
        tell(&*store, "r", &["{\"event\":\"task\",\"task\":\"a\"}"]);
        drop(store);
        let (folder, _) = home.contents().unwrap().swap_remove(0);
        let top = folder
            .ancestors()
            .find(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with("makespan-store-")));
        let top = top.unwrap().to_owned();
        let chmod = |mode: &str| {
            assert!(Command::new("chmod").args(["-R", mode]).arg(&top).status().unwrap().success())
        };
        chmod("a-w,a+rX");
        // Nobody is anybody but the owner, and root is stopped by nothing.
        let said = if root {
            under(&job(&*home, 10), "setpriv", &["--reuid=65534", "--regid=65534", "--clear-groups"])
        } else {
            job(&*home, 10).start().finish()
        };
        let store = open(&home.url()).unwrap();
        assert_eq!(lines(&*store, "r").len(), 1);
        drop(store);
        chmod("u+w");
        let told = said.iter().all(|s| matches!(s, Said::Failed(why) if why.contains("cannot be written")));
        assert!(told && !said.is_empty(), "{said:?}");
        whole_after_reading(&*home.open());
    }
}

fn whole_after_reading(store: &dyn Store) {
    put(store, "r", "p", &[(1, "{\"event\":\"task\",\"task\":\"b\"}")]).unwrap();
    assert_eq!(lines(store, "r").len(), 2);
}

#[test]
fn an_interrupted_creation_of_a_store_can_be_completed() {
    let (mut random, mut made) = (Random(23), 0);
    for _ in 0..12 {
        for home in homes() {
            let mut child = job(&*home, 1_000_000).start();
            std::thread::sleep(std::time::Duration::from_micros(random.below(25_000)));
            child.kill();
            let said = child.finish();
            made += usize::from(home.contents().is_some_and(|files| !files.is_empty()));
            let store = home.open();
            let last = acknowledged(&said).unwrap_or(0);
            let stored = store.run("r").unwrap().map_or(0, |run| run.events);
            assert!(stored >= last, "{stored} of {last} acknowledged events: {said:?}");
            tell(&*store, "another", &["{\"event\":\"task\",\"task\":\"a\"}"]);
            assert_eq!(lines(&*store, "another").len(), 1);
        }
    }
    assert!(made > 0, "some children came as far as to make something");
}
