//! Runs that are kept: brought into a store, out of it, from one to another, and removed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use common::kept::Kept;
use common::{NIGHTLY, file, shared, text};
use serde_json::{Value, json};

const STORES: [&str; 2] = ["sqlite:runs.db", "file:runs"];

/// The facts of a run, however it is reached.
fn facts(kept: &Kept, run: &str) -> Value {
    let mut summary = kept.json(&["summary", run])["runs"][0].clone();
    for other in ["format", "diagnostics"] {
        summary.as_object_mut().unwrap().remove(other);
    }
    summary
}

#[test]
fn importing_a_file_twice_stores_it_once() {
    for store in STORES {
        let kept = Kept::new("kept-import", store);
        let path = file(&kept.folder, "nightly.txt", NIGHTLY);
        let first = kept.json(&["import", &path]);
        assert_eq!(first["runs"][0]["run"], json!("nightly"));
        assert_eq!(first["runs"][0]["events"], first["runs"][0]["stored"]);
        assert_eq!(facts(&kept, "nightly"), facts(&kept, &path));
        let before = kept.said(&["export", "nightly"]);
        assert_eq!(kept.json(&["import", &path])["runs"][0]["stored"], json!(0));
        assert_eq!(kept.said(&["export", "nightly"]), before);
    }
}

#[test]
fn an_export_hides_secrets_and_counts_the_members_it_leaves_out() {
    for store in STORES {
        let kept = Kept::new("kept-redact", store);
        let lines = "{\"event\":\"run\",\"run\":\"r\"}\n{\"event\":\"log\",\"text\":\"curl https://ann:pw9@host/\",\"odd\":1}\n";
        let path = file(&kept.folder, "r.jsonl", lines);
        kept.said(&["import", &path]);
        assert!(kept.said(&["export", "r"]).contains("pw9"));
        let output = kept.run(&["export", "r", "--redact"]);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(
            output.status.success() && out.contains("curl https://") && !out.contains("pw9"),
            "{out}{err}"
        );
        assert!(err.contains("1 value was redacted"), "{err}");
        assert!(
            !out.contains("odd") && !kept.said(&["export", "r"]).contains("odd") || err.contains("1 member"),
            "{err}"
        );
    }
}

#[test]
fn files_without_a_run_are_reported_and_are_no_part_of_a_run() {
    let kept = Kept::new("kept-others", STORES[0]);
    let run = "{\"event\":\"run\",\"run\":\"r\"}\n{\"event\":\"task\",\"task\":\"a\"}\n";
    let paths = [("r.jsonl", run), ("notes.txt", "# notes\n"), ("empty.json", "")]
        .map(|(name, content)| file(&kept.folder, name, content));
    let output = kept.run(&["import", &paths[0], &paths[1], &paths[2]]);
    assert!(output.status.success());
    assert!(text(&output.stderr).contains("notes.txt: not recognised"), "{}", text(&output.stderr));
    let stored = kept.said(&["export", "r"]);
    assert!(!stored.contains("notes.txt") && !stored.contains("empty.json"), "{stored}");
}

#[test]
fn importing_a_grown_file_adds_its_new_events() {
    let kept = Kept::new("kept-grown", STORES[0]);
    let lines: Vec<String> =
        (0..6).map(|i| format!("{{\"event\":\"log\",\"text\":\"line {}\"}}\n", i / 2)).collect();
    let head = "{\"event\":\"run\",\"run\":\"r\",\"name\":\"R\"}\n".to_owned();
    let path = file(&kept.folder, "r.jsonl", head.clone() + &lines[..3].concat());
    assert_eq!(kept.json(&["import", &path])["runs"][0]["stored"], json!(4));
    file(&kept.folder, "r.jsonl", head + &lines.concat());
    // Of lines that are the same the store gets as many as the file has.
    assert_eq!(kept.json(&["import", &path])["runs"][0]["stored"], json!(3));
    let text = kept.said(&["export", "r"]);
    assert_eq!(text.matches("line 1").count(), 2, "{text}");
}

#[test]
fn reimporting_an_export_adds_nothing() {
    for store in STORES {
        let kept = Kept::new("kept-export", store);
        let run = kept.created(&["--steps", "a,b"]);
        kept.said(&["step", "start", &run, "a"]);
        kept.said(&["metric", &run, "ü \"x\": y", "1e-7", "--unit", "°C"]);
        for name in ["out.jsonl", "out.jsonl.gz"] {
            kept.said(&["export", &run, "-o", name]);
            assert_eq!(facts(&kept, name), facts(&kept, &run), "{name}");
            assert_eq!(kept.json(&["import", name])["runs"][0]["stored"], json!(0), "{name}");
        }
        kept.said(&["export", &run, "-o", "out.json"]);
        let document: Value =
            serde_json::from_slice(&std::fs::read(kept.folder.join("out.json")).unwrap()).unwrap();
        assert_eq!(document["runs"][0]["run"], json!(run));
        let lines = kept.said(&["export", &run]);
        let events: Vec<Value> = lines.lines().skip(1).map(|l| serde_json::from_str(l).unwrap()).collect();
        assert_eq!(document["runs"][0]["events"], json!(events));
        let yaml = kept.said(&["export", &run, "--format", "yaml"]);
        assert!(yaml.starts_with("makespan: 1\nruns:\n") && yaml.contains(&run), "{yaml}");
    }
}

#[test]
fn a_copy_keeps_event_numbers_and_a_second_copy_adds_nothing() {
    for (from, to) in [(STORES[0], "file:copy"), (STORES[1], "sqlite:copy.db")] {
        let kept = Kept::new("kept-copy", from);
        let run = kept.created(&["--steps", "a,b"]);
        kept.said(&["step", "start", &run, "a"]);
        kept.said(&["pin", &run]);
        let gone = kept.created(&[]);
        kept.said(&["rm", "--force", &gone]);
        let copied = kept.json(&["copy", "--to", to]);
        assert_eq!(copied["runs"].as_array().unwrap().len(), 2);
        let other = |args: &[&str]| kept.said(&[&["--store", to], args].concat());
        assert_eq!(other(&["export", &run]), kept.said(&["export", &run]));
        let strip = |text: String| {
            let mut run: Value = serde_json::from_str(&text).unwrap();
            for clock in ["created", "updated"] {
                run.as_object_mut().unwrap().remove(clock);
            }
            run
        };
        assert_eq!(strip(other(&["status", &run, "--json"])), strip(kept.said(&["status", &run, "--json"])));
        assert_eq!(other(&["list", "--trash", "--ids"]), format!("{gone}\n"));
        let again = kept.json(&["copy", "--to", to]);
        assert!(again["runs"].as_array().unwrap().iter().all(|r| r["stored"] == json!(0)), "{again}");
        kept.said(&["step", "done", &run, "a"]);
        assert_eq!(kept.json(&["copy", "--to", to, &run])["runs"][0]["stored"], json!(1));
        let same = kept.run(&["copy", "--to", from]);
        assert_eq!(same.status.code(), Some(2));
    }
}

#[test]
fn pinned_and_active_runs_are_not_removed_and_the_trash_can_be_emptied_again() {
    let kept = Kept::new("kept-rm", STORES[0]);
    let run = kept.created(&[]);
    let refused = |args: &[&str], word: &str| {
        let output = kept.run(args);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains(word), "{}", text(&output.stderr));
    };
    refused(&["rm", &run], "unfinished");
    kept.said(&["finish", &run]);
    kept.said(&["pin", &run]);
    refused(&["rm", &run], "pinned");
    kept.said(&["unpin", &run]);
    // Of several runs all or none.
    refused(&["rm", &run, "nope"], "no run nope");
    assert_eq!(kept.json(&["list"])["total"], json!(1));
    kept.said(&["rm", &run]);
    assert_eq!(
        (&kept.json(&["list"])["total"], &kept.json(&["list", "--trash"])["total"]),
        (&json!(0), &json!(1))
    );
    kept.said(&["restore", &run]);
    kept.said(&["rm", "--for-good", &run]);
    refused(&["status", &run], "no run");
}

#[test]
fn every_verb_accepts_run_ids_and_files_take_precedence() {
    let kept = Kept::new("kept-verbs", STORES[0]);
    let path = file(&kept.folder, "nightly.txt", NIGHTLY);
    let faster = file(
        &kept.folder,
        "faster.txt",
        NIGHTLY.replace("run nightly", "run faster").replace("13..16", "13..14"),
    );
    kept.said(&["import", &path, &faster]);
    let pair = kept.json(&["compare", "nightly", "faster"]);
    let mut of_files = kept.json(&["compare", &path, &faster]);
    // But for the format, which is what they are read from.
    let strip = |mut document: Value| {
        document["runs"].as_array_mut().unwrap().iter_mut().for_each(|run| run["format"] = Value::Null);
        document
    };
    of_files = strip(of_files);
    assert_eq!(strip(pair), of_files);
    assert_eq!(kept.json(&["stats", "nightly"])["runs"].as_array().unwrap().len(), 1);
    kept.said(&["report", "nightly", "faster", "-o", "report.html"]);
    assert_eq!(kept.json(&["summary", "report.html"])["runs"].as_array().unwrap().len(), 2);
    assert!(kept.said(&["convert", "--to", "text", "nightly"]).starts_with("run nightly\n"));
    // Only the whole id counts.
    let part = kept.run(&["summary", "night"]);
    assert_eq!(part.status.code(), Some(1));
    assert!(text(&part.stderr).contains("did you mean nightly?"), "{}", text(&part.stderr));
    file(&kept.folder, "nightly", NIGHTLY.replace("run nightly", "run file"));
    assert_eq!(kept.json(&["summary", "nightly"])["runs"][0]["id"], json!("file"));
}

/// A store with runs that ended so many days ago.
fn aged(name: &str, days: &[i64]) -> Kept {
    let kept = Kept::new(name, STORES[0]);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64;
    let line = |days: &i64| {
        let t = (now - days * 86_400) * 1_000_000_000;
        let run = json!({"event": "run", "run": format!("d{days}"), "status": "succeeded", "started": t, "ended": t});
        format!("{run}\n")
    };
    let path = file(&kept.folder, "aged.jsonl", days.iter().map(line).collect::<String>());
    kept.said(&["import", &path]);
    kept
}

fn ids(document: &Value, member: &str) -> Vec<String> {
    document[member].as_array().unwrap().iter().map(|run| run["run"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn gc_removes_exactly_the_runs_that_it_showed() {
    let kept = aged("kept-gc", &[1, 2, 3, 4, 5, 6, 7, 8, 100, 200]);
    kept.said(&["pin", "d200"]);
    let before = kept.json(&["list"]);
    let shown = kept.json(&["gc", "--older-than", "7.5 d"]);
    assert_eq!(
        (ids(&shown, "runs"), &shown["done"]),
        (vec!["d100".to_owned(), "d8".to_owned()], &json!(false))
    );
    assert_eq!(shown["kept"], json!({"pinned": 1}));
    assert_eq!(kept.json(&["list"]), before);
    let done = kept.json(&["gc", "--older-than", "7.5 d", "--yes", "--archive", "old"]);
    assert_eq!((ids(&done, "runs"), &done["done"]), (ids(&shown, "runs"), &json!(true)));
    let trash = kept.json(&["list", "--trash", "--oldest"]);
    assert_eq!(ids(&trash, "runs"), ["d100", "d8"]);
    assert_eq!(kept.json(&["list"])["total"], json!(8));
    // The archive has them, as runs.
    let archived = kept.json(&["summary", "old"]);
    assert_eq!(archived["runs"].as_array().unwrap().len(), 2);
    // They stay in the trash for a day.
    assert_eq!(kept.json(&["gc", "--older-than", "7.5 d", "--yes"])["removed"], json!([]));
    assert_eq!(kept.json(&["list", "--trash"])["total"], json!(2));
}

#[test]
fn a_large_removal_requires_its_number() {
    let kept = aged("kept-much", &[1, 2, 3, 4]);
    for args in [&["--yes"][..], &["--confirm", "2"]] {
        let output = kept.run(&[&["gc", "--keep-last", "1"], args].concat());
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains("re-run with --confirm 3"), "{}", text(&output.stderr));
    }
    assert_eq!(kept.json(&["list"])["total"], json!(4));
    kept.said(&["gc", "--keep-last", "1", "--confirm", "3"]);
    assert_eq!(ids(&kept.json(&["list"]), "runs"), ["d1"]);
    let output = kept.run(&["gc", "--yes"]);
    assert_eq!(output.status.code(), Some(2), "a policy is needed");
}

#[test]
fn an_archive_that_cannot_be_written_keeps_the_run() {
    let kept = aged("kept-archive", &[1, 2, 3, 4, 5, 90]);
    file(&kept.folder, "taken", "a file is no folder");
    let output = kept.run(&["gc", "--older-than", "30 d", "--yes", "--archive", "taken"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert_eq!(kept.json(&["list"])["total"], json!(6));
}

#[test]
fn every_member_of_the_json_is_documented() {
    let kept = Kept::new("kept-documented", STORES[0]);
    let run = kept.created(&["--steps", "a"]);
    kept.said(&["metric", &run, "m", "1"]);
    let path = file(&kept.folder, "nightly.txt", NIGHTLY);
    let page = include_str!("../../../docs/cli.md");
    let mut open = vec![
        kept.json(&["status", &run]),
        kept.json(&["list"]),
        kept.json(&["metrics", &run]),
        kept.json(&["import", &path]),
        kept.json(&["gc", "--max-size", "0"]),
        kept.json(&["config", "show"])["settings"]["store"].clone(),
    ];
    while let Some(value) = open.pop() {
        if let Some(members) = value.as_object() {
            for (name, value) in members {
                // The statuses are those of the vocabulary, which docs/events.md describes.
                let known = page.contains(&format!("`{name}`")) || name.contains('-');
                assert!(known || value.is_u64(), "docs/cli.md does not tell of {name}");
                open.push(value.clone());
            }
        }
        open.extend(value.as_array().into_iter().flatten().cloned());
    }
}

#[test]
fn unusable_stores_are_reported_with_the_reason() {
    let kept = Kept::new("kept-wrong", STORES[0]);
    let wrong = |store: &str, word: &str| {
        let output = kept.run(&["--store", store, "list"]);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(word), "{told}");
    };
    wrong("couchdb://me:hunter2@db", "unknown scheme");
    wrong("mongodb://me:hunter2@db", "missing database");
    wrong("mongodb+srv://me:hunter2@db/runs", "mongodb+srv:// is not supported");
    wrong("runs.db", "missing scheme");
    wrong("sqlite:no/such/folder/runs.db", "folder");
    file(
        &kept.folder,
        "text.db",
        "this is no database, but a text that is long enough to be looked at as one",
    );
    wrong("sqlite:text.db", "text.db");
    for scheme in ["couchdb", "mongodb", "mongodb+srv"] {
        let store = format!("{scheme}://me:hunter2@db");
        let told = text(&kept.run(&["--store", &store, "list"]).stderr);
        assert!(!told.contains("hunter2"), "{told}");
    }
    file(&kept.folder, "newer/makespan-store.json", "{\"makespan-store\":99}");
    wrong("file:newer", "file:newer: the store is of schema 99");
    file(&kept.folder, "other/notes.txt", "somebody else's");
    wrong("file:other", "is not a Makespan store");
    // A database that is ours, and damaged in its middle.
    let damaged = Kept::new("kept-damaged", STORES[0]);
    let run = damaged.created(&["--steps", "a,b"]);
    let path = damaged.folder.join("runs.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = 100..bytes.len();
    bytes[middle].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    let output = damaged.run(&["status", &run]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("damaged"), "{}", text(&output.stderr));
}

#[test]
fn a_list_reports_damage_and_shows_the_rest() {
    let kept = Kept::new("kept-torn", STORES[1]);
    let run = kept.created(&["--steps", "a,b"]);
    kept.said(&["step", "start", &run, "a"]);
    let other = kept.created(&[]);
    let segment = common::files_under(&kept.folder.join("runs"))
        .into_iter()
        .find(|path| path.to_string_lossy().contains(&run) && path.extension().is_some_and(|e| e == "seg"))
        .unwrap();
    let mut bytes = std::fs::read(&segment).unwrap();
    // Within the second record, behind the one that says which run this is.
    bytes[250] ^= 0xff;
    std::fs::write(&segment, bytes).unwrap();
    // What is known of runs may be made anew at any time.
    for path in common::files_under(&kept.folder.join("runs")) {
        if path.to_string_lossy().ends_with(".json.gz") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let output = kept.run(&["list", "--ids"]);
    let (listed, told) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(listed.contains(&other) && listed.contains(&run) && told.contains("damaged"), "{listed} {told}");
}

#[test]
fn queries_do_not_create_a_store() {
    for store in STORES {
        let kept = Kept::new("kept-questions", store);
        for (args, code) in [
            (&["list"][..], 0),
            (&["summary", "nothing.jsonl"], 1),
            (&["status", "r"], 1),
            (&["step", "start", "r", "a"], 1),
            (&["metric", "r", "m", "1"], 1),
            (&["rm", "r"], 1),
            (&["gc", "--keep-last", "1"], 1),
            (&["copy", "--to", "file:other"], 1),
        ] {
            let output = kept.run(args);
            assert_eq!(output.status.code(), Some(code), "{args:?} {}", text(&output.stderr));
            assert_eq!(std::fs::read_dir(&kept.folder).unwrap().count(), 0, "{args:?}");
        }
    }
}

#[test]
fn importing_samples_twice_stores_them_once() {
    let Some(samples) = shared("samples/seeds") else { return };
    let kept = Kept::new("kept-samples", STORES[0]);
    let path = samples.display().to_string();
    let first = kept.json(&["import", &path]);
    assert!(!first["runs"].as_array().unwrap().is_empty());
    let again = kept.json(&["import", &path]);
    assert!(again["runs"].as_array().unwrap().iter().all(|run| run["stored"] == json!(0)), "{again}");
    for run in first["runs"].as_array().unwrap().iter().take(20) {
        let id = run["run"].as_str().unwrap();
        assert_eq!(facts(&kept, id)["id"], json!(id));
    }
}
