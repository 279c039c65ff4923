//! No damage to the store of files is silent: what is read is what was written, or it is said that it is not.

use std::fs;
use std::path::{Path, PathBuf};

use makespan_store::retention::{IN_TRASH, Policy, apply, archive, plan};
use makespan_store::*;

use crate::support::homes::{Files, Home, files};
use crate::support::*;

const OVER: &str = "{\"event\":\"run\",\"run\":\"r\",\"status\":\"succeeded\"}";

/// The segments of a run, by a word of its name.
fn segments(home: &Files, run: &str) -> Vec<PathBuf> {
    let ours = |path: &Path| {
        let text = path.to_string_lossy().into_owned();
        text.contains(".seg") && text.contains(run)
    };
    files(&home.folder()).into_iter().map(|(path, _)| path).filter(|path| ours(path)).collect()
}

/// Everything that is made from segments goes.
fn forget(home: &Files) {
    for (path, _) in files(&home.folder()) {
        if path.to_string_lossy().ends_with(".json.gz") {
            fs::remove_file(path).unwrap();
        }
    }
}

/// What is read of all runs, and whether damage is reported by every way of reading.
fn read(store: &dyn Store) -> (Vec<(RunState, Records)>, bool) {
    let damaged = store.damaged().unwrap();
    let findings = store.info().unwrap().findings;
    assert_eq!(damaged.is_empty(), findings.iter().all(|found| found.code != "damaged-segment"));
    let mut all = Vec::new();
    for run in all_runs(store).unwrap() {
        let mut records = Vec::new();
        let gaps = store.read(&run.id, EventRange::All, &mut |record| {
            records.push((record.producer.to_owned(), record.seq, record.line.to_owned()));
            std::ops::ControlFlow::Continue(())
        });
        let gaps = gaps.unwrap();
        assert_eq!(gaps, store.check(&run.id).unwrap());
        let listed = damaged.iter().find(|damaged| damaged.run.as_deref() == Some(&run.id));
        assert_eq!(listed.map_or(&Gaps::default(), |damaged| &damaged.gaps), &gaps, "{}", run.id);
        assert_eq!(store.run(&run.id).unwrap().as_ref(), Some(&run));
        all.push((run, records));
    }
    (all, !damaged.is_empty())
}

fn small(compressed: bool) -> Files {
    let home = Files::new().unwrap();
    let store = home.open();
    for run in ["r", "no/name of a folder"] {
        tell(&*store, run, &["{\"event\":\"task\",\"task\":\"a\"}", "{\"event\":\"log\",\"text\":\"x\"}"]);
        put(&*store, run, "q", &[(1, OVER.replace("\"r\"", &json(run)))]).unwrap();
        store.mark(run, &Mark::Pin(true)).unwrap();
    }
    if compressed {
        assert_eq!(store.maintain().unwrap().compressed, 2);
    }
    home
}

#[test]
fn every_flipped_bit_is_harmless_or_reported() {
    for (compressed, cached, run) in [
        (false, true, "-r/"),
        (false, false, "-nonameofafolder"),
        (true, true, "-nonameofafolder"),
        (true, false, "-r/"),
    ] {
        let home = small(compressed);
        if !cached {
            forget(&home);
        }
        let before = read(&*home.open());
        assert!(!before.1);
        {
            let path = segments(&home, run).pop().unwrap();
            let whole = fs::read(&path).unwrap();
            let mut reported = 0;
            for at in 0..whole.len() {
                for bit in 0..8 {
                    let mut broken = whole.clone();
                    broken[at] ^= 1 << bit;
                    fs::write(&path, &broken).unwrap();
                    let (content, said) = read(&*home.open());
                    assert!(said || content == before.0, "bit {bit} of byte {at} of {}", path.display());
                    reported += usize::from(said);
                }
            }
            // Of a gzip member only its time and its system mean nothing, and those we hold to be what we write.
            assert!(reported >= whole.len() * 8 - 64, "{reported} of {}", whole.len() * 8);
            fs::write(&path, &whole).unwrap();
        }
    }
}

#[test]
fn a_damaged_last_record_is_not_taken_for_a_torn_one_and_stays_reported() {
    let home = small(false);
    let path = segments(&home, "-r/").pop().unwrap();
    let mut broken = fs::read(&path).unwrap();
    *broken.last_mut().unwrap() ^= 4;
    fs::write(&path, &broken).unwrap();
    let store = home.open();
    let gaps = store.check("r").unwrap();
    assert_eq!((gaps.parts().len(), gaps.parts()[0].to), (1, broken.len() as u64));
    // A writer goes on behind it and cuts nothing off.
    put(&*store, "r", "q", &[(2, OVER)]).unwrap();
    drop(store);
    assert!(fs::read(&path).unwrap().starts_with(&broken));
    for round in 0..3 {
        assert_eq!(home.open().check("r").unwrap(), gaps, "round {round}");
        if round == 0 {
            forget(&home);
        } else if round == 1 {
            // Nor is it forgotten when the segment is compressed; its bytes are put aside.
            assert_eq!(home.open().maintain().unwrap().compressed, 2);
            assert_eq!(files(&home.folder().join("quarantine")).len(), 1);
            forget(&home);
        }
    }
    assert_eq!(read(&*home.open()).0.len(), 2);
}

#[test]
fn missing_and_shortened_segments_are_reported() {
    let make = || {
        let home = Files::new().unwrap();
        for i in 1..=3 {
            let store = home.open();
            put(&*store, "r", "p", &[(i, OVER)]).unwrap();
            assert_eq!(store.maintain().unwrap().compressed, 1);
        }
        home.open()
            .append(&Batch { run: "r", producer: "p", lines: &[Numbered { seq: 4, line: OVER }] })
            .unwrap();
        assert_eq!(segments(&home, "-r/").len(), 4);
        home
    };
    for gone in 0..4 {
        let home = make();
        fs::remove_file(&segments(&home, "-r/")[gone]).unwrap();
        let store = home.open();
        let gaps = store.check("r").unwrap();
        assert_eq!(gaps.parts()[0].segment as usize, gone + 1, "{gaps}");
        assert!(read(&*store).1);
        // What only the summary knew is written down by the next writer.
        put(&*store, "r", "p", &[(9, OVER)]).unwrap();
        drop(store);
        forget(&home);
        assert!(!home.open().check("r").unwrap().is_empty(), "segment {}", gone + 1);
    }
    let home = make();
    for path in segments(&home, "-r/") {
        fs::remove_file(path).unwrap();
    }
    assert_eq!(home.open().check("r").unwrap().parts().len(), 4);
    // A cut between two records leaves nothing in the segment that shows it.
    let home = Files::new().unwrap();
    let store = home.open();
    put(&*store, "r", "p", &[(1, OVER)]).unwrap();
    let first = fs::metadata(&segments(&home, "-r/")[0]).unwrap().len();
    put(&*store, "r", "p", &[(2, OVER)]).unwrap();
    drop(store);
    let path = segments(&home, "-r/").pop().unwrap();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(first).unwrap();
    assert_eq!(home.open().check("r").unwrap().parts()[0].from, first);
}

#[test]
fn a_damaged_run_is_neither_copied_nor_removed_unless_that_is_accepted() {
    let home = small(false);
    let path = segments(&home, "-r/").pop().unwrap();
    let mut broken = fs::read(&path).unwrap();
    let middle = broken.len() / 2;
    broken[middle] ^= 1;
    fs::write(&path, &broken).unwrap();
    let (store, target, folder) = (home.open(), Files::new().unwrap(), home.folder().join("archive"));
    let copied = target.open();
    assert!(matches!(copy(&*store, &*copied, "r", OnDamage::Refuse), Err(Error::Corrupt { .. })));
    assert_eq!(copied.run("r").unwrap(), None, "nothing is copied");
    assert!(matches!(archive(&*store, "r", &folder, OnDamage::Refuse), Err(Error::Corrupt { .. })));
    assert_eq!(files(&folder).len(), 0);
    let taken = copy(&*store, &*copied, "r", OnDamage::Accept).unwrap();
    assert!(!taken.gaps.is_empty() && taken.events < 3);
    let label = copied.run("r").unwrap().unwrap().marks.get("damaged").cloned().unwrap_or_default();
    assert!(label.contains("1 damaged part"), "{label}");
    let mut lines = Vec::new();
    assert!(!export(&*store, "r", &mut lines).unwrap().gaps.is_empty());
    assert!(String::from_utf8(lines).unwrap().contains("damaged-segment"));

    store.mark("r", &Mark::Pin(false)).unwrap();
    let policy = Policy { older_than: None, keep_last: Some(0), max_size: None, keep_failed: false };
    let now = i64::MAX / 2;
    let runs: Vec<RunState> = all_runs(&*store).unwrap().into_iter().filter(|run| run.id == "r").collect();
    let run = runs[0].clone();
    let mut shown = plan(&runs, &policy, now);
    if shown.goes.is_empty() {
        // Its end may be what is damaged.
        shown.goes.push(makespan_store::retention::Leaving {
            run,
            reason: makespan_store::retention::Reason::Size,
        });
    }
    let confirmed = Some(shown.goes.len());
    for archive in [None, Some(folder.as_path())] {
        let done = apply(&*store, &shown, confirmed, archive, OnDamage::Refuse).unwrap();
        assert_eq!((done.trashed.len(), done.damaged), (0, vec!["r".to_owned()]));
        assert_eq!(store.run("r").unwrap().unwrap().trashed, None);
    }
    store.mark("r", &Mark::Trash(Some(now - 2 * IN_TRASH))).unwrap();
    let spent = plan(&all_runs(&*store).unwrap(), &policy, now);
    assert_eq!(spent.spent.len(), 1);
    assert_eq!(apply(&*store, &spent, None, None, OnDamage::Refuse).unwrap().removed.len(), 0);
    assert!(store.run("r").unwrap().is_some());
    assert_eq!(apply(&*store, &spent, None, Some(&folder), OnDamage::Accept).unwrap().removed, ["r"]);
    assert_eq!((store.run("r").unwrap(), files(&folder).len()), (None, 1));
}
