//! A damaged run of the file store: every verb that reads it says so and does not exit with 0.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::{Path, PathBuf};

use common::kept::Kept;
use common::text;

/// A store with a finished run of that id, and where its records lie.
fn kept(name: &str, id: &str) -> (Kept, PathBuf) {
    let kept = Kept::new(name, "file:runs");
    kept.said(&["create", "--name", "test", "--id", id]);
    kept.said(&["step", "add", id, "build"]);
    kept.said(&["step", "start", id, "build"]);
    kept.said(&["metric", id, "rows", "5"]);
    kept.said(&["log", id, "a line"]);
    kept.said(&["step", "done", id, "build"]);
    kept.said(&["finish", id]);
    let segment = find(&kept.folder.join("runs/runs"));
    (kept, segment.unwrap())
}

/// The first segment in a folder.
fn find(folder: &Path) -> Option<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).ok()?.map(|e| e.unwrap().path()).collect();
    entries.sort();
    let is_segment = |path: &PathBuf| path.to_string_lossy().contains(".seg");
    entries
        .iter()
        .find(|path| is_segment(path))
        .cloned()
        .or_else(|| entries.iter().find_map(|path| find(path)))
}

#[test]
fn every_verb_reports_a_damaged_run() {
    let (kept, segment) = kept("damage", "r");
    let whole = std::fs::read(&segment).unwrap();
    let verbs: [&[&str]; 11] = [
        &["status", "r"],
        &["status", "r", "--json"],
        &["metrics", "r"],
        &["summary", "r"],
        &["stats", "r"],
        &["export", "r"],
        &["export", "r", "--format", "json"],
        &["list"],
        &["copy", "--to", "sqlite:other.db"],
        &["gc", "--keep-last", "0", "--archive", "put-aside", "--yes", "--confirm", "1"],
        &["rm", "r"],
    ];
    for at in (0..whole.len()).step_by(whole.len() / 12) {
        let mut broken = whole.clone();
        broken[at] ^= 0x10;
        std::fs::write(&segment, &broken).unwrap();
        for args in verbs {
            let output = kept.run(args);
            let told = text(&output.stderr);
            assert!(output.status.code().is_some_and(|code| code != 0), "byte {at}, {args:?}: {told}");
            assert!(told.contains("run r is damaged"), "byte {at}, {args:?}: {told}");
        }
        assert!(!kept.folder.join("put-aside").read_dir().is_ok_and(|mut all| all.next().is_some()));
        // Nothing is removed; `gc` may have compressed what can be read.
        let packed = segment.with_extension("seg.gz");
        assert!(std::fs::read(&segment).is_ok_and(|now| now == broken) || packed.is_file());
        let _ = std::fs::remove_file(packed);
    }
    std::fs::write(&segment, &whole).unwrap();
    for args in &verbs[..8] {
        assert_eq!(kept.run(args).status.code(), Some(0), "{args:?}");
    }
}

#[test]
fn damaged_runs_are_copied_and_removed_on_demand() {
    let (kept, segment) = kept("damage-accepted", "run:with/a-name");
    let mut broken = std::fs::read(&segment).unwrap();
    *broken.last_mut().unwrap() ^= 1;
    std::fs::write(&segment, &broken).unwrap();
    let output = kept.run(&["copy", "--to", "sqlite:other.db", "--damaged"]);
    let told = text(&output.stdout) + &text(&output.stderr);
    assert!(output.status.code() == Some(2) && told.contains("copied 1 run"), "{told}");
    let copied = kept.json(&["--store", "sqlite:other.db", "list"]);
    assert!(copied["runs"][0]["labels"]["damaged"].as_str().unwrap().contains("1 damaged part"));
    let output = kept.run(&["rm", "run:with/a-name", "--force", "--damaged"]);
    assert!(text(&output.stdout).contains("in the trash"), "{}", text(&output.stderr));
    // The record that says what the run is called.
    broken[20] ^= 1;
    std::fs::write(&segment, &broken).unwrap();
    for args in [
        &["list"][..],
        &["list", "--json"],
        &["status", "run:with/a-name"],
        &["copy", "--to", "sqlite:third.db"],
    ] {
        let output = kept.run(args);
        let told = text(&output.stderr);
        assert!(output.status.code().is_some_and(|code| code != 0), "{args:?} {told}");
        assert!(told.contains("damaged"), "{args:?} {told}");
    }
}
