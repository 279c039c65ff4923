//! `makespan site`: what is written, kept and removed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::kept::Kept;
use common::{NIGHTLY, file, files_under, folder, run, text};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

const OTHER: &str = "run weekly\npack 20..30 w1\n";

/// The files below a folder with their content, but for those of the app.
fn content(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = files_under(root).into_iter().filter(|path| !path.starts_with(root.join("app")));
    files.map(|path| (path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap())).collect()
}

/// What a call says that must go well.
fn site(args: &[&str], out: &Path) -> String {
    let output = run(&[&["site", "-o", out.to_str().unwrap()], args].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// The file below a folder whose name begins and ends so.
fn named(root: &Path, start: &str, end: &str) -> PathBuf {
    let fits = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with(start) && name.ends_with(end) && !name.ends_with(".app.html")
    };
    files_under(root).into_iter().find(fits).unwrap_or_else(|| panic!("{start}…{end} in {}", root.display()))
}

#[test]
fn a_site_is_written_once_and_kept() {
    let dir = folder("site-once");
    let (one, two) = (file(&dir, "one.txt", NIGHTLY), file(&dir, "two.txt", OTHER));
    let out = dir.join("public");
    let said = site(&[&one, &two], &out);
    assert!(said.contains("2 runs of 2 workflows") && said.contains("0 unchanged, 0 removed"), "{said}");
    let before = content(&out);
    let said = site(&[&two, &one], &out);
    assert!(said.contains("; 0 files written"), "{said}");
    assert!(before == content(&out), "the same bytes whatever file comes first");
    let index = text(&before[Path::new("index.html")]);
    assert!(index.contains("nightly") && index.contains("weekly") && index.contains("✗ failed"), "{index}");
    // The events of a run are the run.
    let summary = |path: &str| {
        let output = run(&["summary", "--json", path]);
        let mut document: Value = serde_json::from_slice(&output.stdout).unwrap();
        document["runs"][0]["format"] = Value::Null;
        document
    };
    let events = named(&out.join("runs"), "nightly-", ".jsonl.gz");
    assert_eq!(summary(events.to_str().unwrap()), summary(&one));
}

#[test]
fn pages_of_runs_that_are_gone_are_removed_and_nothing_else_is() {
    let dir = folder("site-gone");
    let (one, two) = (file(&dir, "one.txt", NIGHTLY), file(&dir, "two.txt", OTHER));
    let out = dir.join("public");
    site(&[&one, &two], &out);
    let edited = named(&out.join("runs"), "weekly-", ".html");
    fs::write(&edited, "edited").unwrap();
    for own in ["runs/notes.html", "CNAME", "images/a.svg"] {
        file(&out, own, "own");
    }
    let output = run(&["site", &one, "-o", out.to_str().unwrap()]);
    let said = text(&output.stdout);
    let removed: usize =
        said.trim_end().trim_end_matches(" removed").rsplit(' ').next().unwrap().parse().unwrap();
    assert!(removed >= 2, "the events and the workflow of the other run: {said}");
    assert!(text(&output.stderr).contains("was changed since it was written, and is kept"));
    assert_eq!(fs::read(&edited).unwrap(), b"edited");
    let left = content(&out);
    for own in ["runs/notes.html", "CNAME", "images/a.svg"] {
        assert_eq!(left[Path::new(own)], b"own", "{own}");
    }
    let weekly = |path: &PathBuf| path.to_string_lossy().contains("weekly-");
    assert_eq!(left.keys().filter(|path| weekly(path)).count(), 1, "{:?}", left.keys());
    assert!(!text(&left[Path::new("index.html")]).contains("weekly"));
}

#[test]
fn a_site_list_naming_foreign_files_removes_none_of_them() {
    let dir = folder("site-list");
    let one = file(&dir, "one.txt", NIGHTLY);
    let out = dir.join("public");
    site(&[&one], &out);
    let precious = file(&dir, "precious.html", "precious");
    let inside = file(&out, "runs/UPPER.html", "precious");
    let list = out.join("makespan-site.json");
    let mut document: Value = serde_json::from_slice(&fs::read(&list).unwrap()).unwrap();
    // Their hash is right, so that nothing but their place protects them.
    let hash: String = Sha256::digest(b"precious").iter().map(|byte| format!("{byte:02x}")).collect();
    for path in ["../precious.html", "runs/../../precious.html", "runs/UPPER.html", precious.as_str()] {
        document["files"][path] = serde_json::json!({ "made_of": hash, "content": hash });
    }
    fs::write(&list, document.to_string()).unwrap();
    site(&[&one], &out);
    assert!(Path::new(&precious).exists() && Path::new(&inside).exists());
    fs::write(&list, "{").unwrap();
    let refused = run(&["site", &one, "-o", out.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("not a valid list"), "{}", text(&refused.stderr));
}

#[test]
fn a_folder_that_is_not_a_site_is_left_alone() {
    let dir = folder("site-other");
    let one = file(&dir, "one.txt", NIGHTLY);
    let out = dir.join("homepage");
    let index = file(&out, "index.html", "my page");
    let refused = run(&["site", &one, "-o", out.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("not written by `makespan site`"), "{}", text(&refused.stderr));
    assert_eq!(fs::read(&index).unwrap(), b"my page");
    assert_eq!(files_under(&out).len(), 1);
}

#[cfg(unix)]
#[test]
fn a_site_is_not_written_through_a_link() {
    let dir = folder("site-link");
    let one = file(&dir, "one.txt", NIGHTLY);
    let (out, elsewhere) = (dir.join("public"), dir.join("elsewhere"));
    site(&[&one], &out);
    fs::rename(out.join("runs"), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, out.join("runs")).unwrap();
    let before = content(&elsewhere);
    let refused = run(&["site", &one, "-o", out.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("a symbolic link"), "{}", text(&refused.stderr));
    assert!(before == content(&elsewhere));
}

#[test]
fn the_runs_of_a_store_make_a_site_without_those_in_the_trash() {
    let kept = Kept::new("site-store", "sqlite:runs.db");
    let (one, two) = (file(&kept.folder, "one.txt", NIGHTLY), file(&kept.folder, "two.txt", OTHER));
    kept.said(&["import", &one, &two]);
    assert!(kept.said(&["site", "-o", "public"]).contains("2 runs of 2 workflows"));
    kept.said(&["rm", "weekly"]);
    let said = kept.said(&["site", "-o", "public"]);
    assert!(said.contains("1 run of 1 workflow") && !said.ends_with(" 0 removed\n"), "{said}");
}

#[test]
fn secrets_are_redacted_and_a_site_is_not_an_input() {
    let dir = folder("site-secrets");
    let events = "{\"event\":\"run\",\"run\":\"r\",\"params\":{\"api_key\":\"k-123456\"}}\n\
        {\"event\":\"attempt\",\"task\":\"t\",\"started\":0,\"ended\":1,\"error\":\"https://ann:pw9@host/\"}\n";
    file(&dir.join("in"), "run.jsonl", events);
    let out = dir.join("in/public");
    let output = run(&["site", dir.join("in").to_str().unwrap(), "-o", out.to_str().unwrap()]);
    assert!(text(&output.stderr).contains("values were redacted"), "{}", text(&output.stderr));
    for (path, bytes) in
        content(&out).into_iter().filter(|(path, _)| path.extension().is_some_and(|e| e == "html"))
    {
        assert!(!text(&bytes).contains("pw9"), "{}", path.display());
    }
    let output = run(&["site", dir.join("in").to_str().unwrap(), "-o", out.to_str().unwrap()]);
    assert!(text(&output.stdout).contains("1 run of"), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("a site that `makespan site` wrote"), "{}", text(&output.stderr));
}
