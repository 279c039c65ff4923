//! What the program writes and reads besides its input: no link leads it elsewhere, and nobody else can read it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::Path;
use std::time::{Duration, Instant};

use common::kept::Kept;
use common::{NIGHTLY, file, text};

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().mode() & 0o777
}

/// All files and folders below a folder.
fn below(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = vec![folder.to_owned()];
    let mut next = 0;
    while let Some(path) = found.get(next).cloned() {
        if path.is_dir() {
            found.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        }
        next += 1;
    }
    found
}

#[test]
fn an_output_file_is_not_written_through_a_link_and_keeps_its_mode() {
    let kept = Kept::new("output-links", "file:runs");
    let root = kept.folder.clone();
    let (run, victim) = (file(&root, "run.txt", NIGHTLY), file(&root, "victim", "precious"));
    // Names that the temporary file might have, for every process that may be next.
    for id in 1..40_000 {
        let _ = symlink(&victim, root.join(format!("x.html.{id}.part")));
    }
    symlink(&victim, root.join("link.html")).unwrap();
    for output in ["x.html", "link.html"] {
        assert_eq!(kept.run(&["report", &run, "-o", output]).status.code(), Some(0));
        assert!(fs::read_to_string(root.join(output)).unwrap().starts_with("<!doctype html>"));
        assert!(!root.join(output).is_symlink());
    }
    assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    let private = root.join("private.jsonl");
    fs::write(&private, "").unwrap();
    fs::set_permissions(&private, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    assert_eq!(kept.run(&["convert", &run, "--to", "jsonl", "-o", "private.jsonl"]).status.code(), Some(0));
    assert_eq!(mode(&private), 0o600);
    let left = fs::read_dir(&root)
        .unwrap()
        .filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().starts_with(".makespan"));
    assert_eq!(left.count(), 0);
}

#[test]
fn links_in_a_folder_are_skipped_and_reported() {
    let kept = Kept::new("input-links", "file:runs");
    let root = kept.folder.clone();
    file(&root, "given/run.txt", NIGHTLY);
    let secret = file(&root, "pgpass", "db.example.org:5432:runs:me:hunter2\n");
    let other = file(&root, "elsewhere/other.txt", NIGHTLY);
    for (target, name) in
        [(secret.as_str(), "a.jsonl"), (other.as_str(), "b.txt"), ("/etc", "c"), ("nowhere", "d")]
    {
        symlink(target, root.join("given").join(name)).unwrap();
    }
    let output = kept.run(&["report", "given", "-o", "x.html"]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("4 symbolic links in it not followed"), "{told}");
    let report = fs::read_to_string(root.join("x.html")).unwrap();
    assert!(!report.contains("hunter2") && !told.contains("hunter2"));
    // A link that the user names is followed.
    symlink(root.join("given"), root.join("named")).unwrap();
    assert_eq!(kept.run(&["summary", "named"]).status.code(), Some(0));
    assert_eq!(kept.run(&["summary", "given/b.txt"]).status.code(), Some(0));
}

#[test]
fn stores_are_private() {
    for store in ["file:deep/runs", "sqlite:runs.db"] {
        let kept = Kept::new("private-store", store);
        let id = kept.created(&["--steps", "a"]);
        kept.said(&["log", &id, "x"]);
        kept.said(&["finish", &id, "--status", "failed"]);
        kept.run(&["gc", "--keep-last", "9", "--yes"]);
        let mut seen = 0;
        for path in below(&kept.folder).into_iter().filter(|path| *path != kept.folder) {
            if path.to_string_lossy().contains("runs") || path.ends_with("deep") {
                assert_eq!(mode(&path), if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
                seen += 1;
            }
        }
        assert!(seen > 1);
    }
}

#[test]
fn an_unreachable_store_costs_two_seconds_and_loses_nothing() {
    // One answers nothing, the other refuses.
    let deaf = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = deaf.local_addr().unwrap().port();
    for port in [port, 9] {
        for scheme in ["postgres", "mysql", "redis", "mongodb"] {
            let store = format!("{scheme}://me:hunter2@127.0.0.1:{port}/0");
            let kept = Kept::new(&format!("unreached-{port}"), &store);
            let begun = Instant::now();
            let output = kept
                .command()
                .env("TMPDIR", &kept.folder)
                .args(["run", "--", "echo", "done"])
                .output()
                .unwrap();
            let (took, told) = (begun.elapsed(), text(&output.stderr));
            assert!(took < Duration::from_millis(2_500), "{store}: {took:?} {told}");
            assert_eq!(
                (output.status.code(), text(&output.stdout)),
                (Some(0), "done\n".to_owned()),
                "{told}"
            );
            let name = told.split_whitespace().find(|word| word.contains("makespan-")).unwrap();
            let spooled = Path::new(name.trim_end_matches(';'));
            assert_eq!(mode(spooled), 0o600);
            assert!(!told.contains("hunter2"), "{told}");
            let local = ["--store", "sqlite:local.db"];
            kept.said(&[&local[..], &["import", spooled.to_str().unwrap()]].concat());
            let list = kept.json(&[&local[..], &["list"]].concat());
            assert_eq!(
                (list["runs"][0]["status"].as_str(), list["runs"][0]["tasks"].as_u64()),
                (Some("succeeded"), Some(1))
            );
        }
    }
}

#[test]
fn no_output_line_is_a_command_to_a_ci_service() {
    let kept = Kept::new("build-services", "file:runs");
    for (id, name) in [("::error::id", "::add-mask::name"), ("##[error]id", "##vso[task.setvariable]name")] {
        kept.said(&["create", "--id", id, "--name", name, "--steps", "::warning::step,##[group]step"]);
        kept.run(&["step", "start", id, "::warning::step"]);
        kept.run(&["step", "fail", id, "::warning::step", "--error", "::error::what"]);
        for args in [
            &["list"][..],
            &["list", "--json"],
            &["list", "--ids"],
            &["status", id],
            &["status", id, "--json"],
            &["summary", &format!("run:{id}")],
            &["stats", &format!("run:{id}")],
            &["query", &format!("run:{id}"), "status = failed"],
            &["pin", id],
            &["export", id],
            &["status", "::error::nothing"],
        ] {
            let output = kept.command().env("GITHUB_ACTIONS", "true").args(args).output().unwrap();
            for line in (text(&output.stdout) + &text(&output.stderr)).lines() {
                let obeyed =
                    line.trim_start().starts_with("::") || line.contains("##[") || line.contains("##vso[");
                assert!(!obeyed, "{args:?}: {line}");
            }
        }
    }
    // Elsewhere ids and events are data.
    assert!(kept.said(&["list", "--ids"]).contains("::error::id\n"));
}
