//! Damaged segments of the store of files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use makespan_store::{Error, Store, open};

use crate::support::homes::{Files, Home, files};
use crate::support::*;

fn filled() -> Files {
    let home = Files::new().unwrap();
    let store = home.open();
    for run in ["r", "other"] {
        for i in 0..40u64 {
            let lines: Vec<(u64, String)> = (1..=10)
                .map(|j| (i * 10 + j, format!("{{\"event\":\"log\",\"text\":\"{run} {i} {j}\"}}")))
                .collect();
            put(&*store, run, "p", &lines).unwrap();
        }
    }
    home
}

/// The segments of the run `r`.
fn segments(home: &Files) -> Vec<PathBuf> {
    let ours = |path: &Path| {
        let text = path.to_string_lossy().into_owned();
        text.contains(".seg") && text.contains("-r/")
    };
    files(&home.folder()).into_iter().map(|(path, _)| path).filter(|path| ours(path)).collect()
}

/// Everything that is made from segments goes, so that they are read anew.
fn forget(home: &Files) {
    for (path, _) in files(&home.folder()) {
        if path.to_string_lossy().ends_with(".json.gz") {
            fs::remove_file(path).unwrap();
        }
    }
}

fn numbers(store: &dyn Store) -> Vec<u64> {
    records(store, "r").into_iter().map(|(_, seq, _)| seq).collect()
}

fn resend(store: &dyn Store) -> u64 {
    let all: Vec<(u64, String)> = (1..=400u64)
        .map(|n| (n, format!("{{\"event\":\"log\",\"text\":\"r {} {}\"}}", (n - 1) / 10, (n - 1) % 10 + 1)))
        .collect();
    put(store, "r", "p", &all).unwrap().stored
}

#[test]
fn the_list_and_all_summaries_can_be_rebuilt() {
    let home = filled();
    let told = |store: &dyn Store| (store.runs(&Default::default()).unwrap(), store.metrics("r").unwrap());
    let before = told(&*home.open());
    forget(&home);
    assert!(told(&*home.open()) == before);
    // What is kept and no longer right is not believed.
    let store = home.open();
    put(&*store, "r", "q", &[(1, "{\"event\":\"task\",\"task\":\"a\"}")]).unwrap();
    drop(store);
    let now = told(&*home.open());
    let kept: Vec<_> =
        files(&home.folder()).into_iter().filter(|(p, _)| p.ends_with("state.json.gz")).collect();
    assert!(!kept.is_empty());
    for (path, bytes) in kept {
        fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    }
    fs::write(home.folder().join("index.json.gz"), "nonsense").unwrap();
    assert!(told(&*home.open()) == now);
}

#[test]
fn an_incomplete_tail_is_quarantined_and_can_be_sent_again() {
    let home = filled();
    forget(&home);
    let path = segments(&home).pop().unwrap();
    let whole = fs::read(&path).unwrap();
    let mut cuts: Vec<usize> = (0..whole.len()).step_by(97).collect();
    cuts.extend(whole.len() - 300..whole.len());
    for cut in cuts {
        fs::write(&path, &whole[..cut]).unwrap();
        forget(&home);
        let store = home.open();
        let left = match records_of(&*store, "r", Default::default()) {
            Ok(all) => all.len() as u64,
            // The cut took the very first record, which says what the run is called.
            Err(Error::NoRun { .. }) => 0,
            Err(error) => panic!("{error}"),
        };
        assert!(left < 400 && left.is_multiple_of(10), "{left} after a cut at {cut}");
        if cut % 5 == 0 {
            assert_eq!(resend(&*store), 400 - left);
            assert_eq!(numbers(&*store), (1..=400).collect::<Vec<_>>());
            drop(store);
            forget(&home);
            assert_eq!(numbers(&*home.open()), (1..=400).collect::<Vec<_>>());
        }
    }
    let aside = files(&home.folder().join("quarantine"));
    assert!(!aside.is_empty(), "what was cut off is put aside");
    let findings = home.open().info().unwrap().findings;
    let told = findings.iter().find(|f| f.code == "put-aside").unwrap();
    let bytes: usize = aside.iter().map(|(_, bytes)| bytes.len()).sum();
    assert_eq!(told.count, aside.len() as u64);
    assert!(told.message.contains(&format!("{bytes} bytes")), "{told:?}");
}

#[test]
fn damage_in_the_middle_is_reported_and_the_rest_is_read() {
    for compressed in [false, true] {
        let home = filled();
        if compressed {
            let store = home.open();
            put(&*store, "r", "q", &[(1, "{\"event\":\"run\",\"run\":\"r\",\"status\":\"succeeded\"}")])
                .unwrap();
            assert_eq!(store.maintain().unwrap().compressed, 1);
        }
        let path = segments(&home).pop().unwrap();
        assert_eq!(path.to_string_lossy().ends_with(".gz"), compressed);
        let whole = fs::read(&path).unwrap();
        let mut told = 0;
        for at in (0..whole.len() - 200).step_by(if compressed { 61 } else { 331 }) {
            let mut broken = whole.clone();
            broken[at] ^= 0x20;
            fs::write(&path, &broken).unwrap();
            forget(&home);
            let store = home.open();
            let all = records(&*store, "r");
            let findings = store.info().unwrap().findings;
            let lost = 400 + usize::from(compressed) - all.len();
            assert!(lost <= 10 || compressed, "{lost} lost by byte {at}");
            // Also where it is the record that names the run.
            let said = findings.iter().any(|f| f.code == "damaged-segment");
            assert!(said || lost == 0 && compressed, "byte {at}");
            told += findings.len();
            assert_eq!(lines(&*store, "other").len(), 400);
        }
        assert!(told > 3 || compressed);
        // What was lost is sent again and stored, and the damage stays known.
        let mut broken = whole.clone();
        let middle = whole.len() / 2;
        broken[middle] ^= 1;
        fs::write(&path, &broken).unwrap();
        forget(&home);
        if !compressed {
            let store = home.open();
            assert_eq!(resend(&*store), 10);
            assert_eq!(numbers(&*store), (1..=400).collect::<Vec<_>>());
            assert_eq!(store.info().unwrap().findings.len(), 1);
        }
    }
}

#[test]
fn a_duplicated_segment_counts_once() {
    let home = filled();
    let path = segments(&home).pop().unwrap();
    fs::copy(&path, path.with_file_name("000002.seg")).unwrap();
    fs::copy(&path, path.with_file_name("000007.seg")).unwrap();
    forget(&home);
    let store = home.open();
    assert_eq!(numbers(&*store), (1..=400).collect::<Vec<_>>());
    assert_eq!((resend(&*store), store.run("r").unwrap().unwrap().events), (0, 400));
}

#[test]
fn compressed_runs_are_plain_gzip_and_can_be_read_and_continued() {
    let home = filled();
    let store = home.open();
    let end = "{\"event\":\"run\",\"run\":\"r\",\"status\":\"failed\"}";
    put(&*store, "r", "q", &[(1, end)]).unwrap();
    let before = (records(&*store, "r"), store.run("r").unwrap());
    assert_eq!(store.maintain().unwrap().compressed, 1);
    assert_eq!(store.maintain().unwrap().compressed, 0);
    assert!((records(&*store, "r"), store.run("r").unwrap()) == before);
    let path = segments(&home).pop().unwrap();
    let mut plain = Vec::new();
    std::io::Read::read_to_end(
        &mut flate2::read::MultiGzDecoder::new(fs::File::open(path).unwrap()),
        &mut plain,
    )
    .unwrap();
    assert!(String::from_utf8_lossy(&plain).contains("\"text\":\"r 39 10\""));
    put(&*store, "r", "q", &[(2, end)]).unwrap();
    drop(store);
    forget(&home);
    let store = home.open();
    assert_eq!(records(&*store, "r").len(), 402);
    assert_eq!((resend(&*store), store.maintain().unwrap().compressed), (0, 1));
    assert_eq!(records(&*store, "r").len(), 402);
}

#[test]
fn the_process_that_records_the_end_compresses_the_run() {
    let home = Files::new().unwrap();
    let line = |i: u64| {
        format!("{{\"event\":\"log\",\"task\":\"t\",\"t\":{i},\"text\":\"{}\"}}", "long ".repeat(400))
    };
    for (run, status) in [("over", "succeeded"), ("open", "running")] {
        let store = home.open();
        let lines: Vec<(u64, String)> = (1..=60).map(|i| (i, line(i))).collect();
        put(&*store, run, "p", &lines).unwrap();
        let status = format!("{{\"event\":\"run\",\"run\":\"{run}\",\"status\":\"{status}\"}}");
        put(&*store, run, "p", &[(61, status)]).unwrap();
    }
    let names: Vec<String> =
        files(&home.folder()).iter().map(|(path, _)| path.to_string_lossy().into_owned()).collect();
    let ends = |run: &str, ending: &str| {
        names.iter().any(|n| n.contains(&format!("-{run}/")) && n.ends_with(ending))
    };
    assert!(ends("over", ".seg.gz") && !ends("over", ".seg"), "{names:?}");
    assert!(ends("open", ".seg") && !ends("open", ".seg.gz"), "{names:?}");
    let store = home.open();
    for run in ["over", "open"] {
        assert_eq!(records(&*store, run).len(), 61);
    }
}

#[test]
fn readers_are_not_disturbed_by_compression_and_removal() {
    let home = Files::new().unwrap();
    let (writer, reader) = (home.open(), home.open());
    tell(&*writer, "stays", &["{\"event\":\"task\",\"task\":\"a\"}"]);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for i in 0..90 {
                let run = format!("r{}", i % 3);
                let end = format!("{{\"event\":\"run\",\"run\":\"{run}\",\"status\":\"succeeded\"}}");
                put(&*writer, &run, "p", &[(i + 1, end)]).unwrap();
                writer.maintain().unwrap();
                if i % 10 == 9 {
                    writer.delete(&run).unwrap();
                }
            }
            over.store(true, Ordering::Relaxed);
        });
        let mut rounds = 0;
        while !over.load(Ordering::Relaxed) {
            assert!(reader.runs(&Default::default()).unwrap().total >= 1);
            assert_eq!(lines(&*reader, "stays").len(), 1);
            for run in ["r0", "r1", "r2"] {
                match records_of(&*reader, run, Default::default()) {
                    Ok(records) => assert!(!records.is_empty()),
                    Err(error) => assert_eq!(error, Error::NoRun { run: run.to_owned() }),
                }
            }
            rounds += 1;
        }
        assert!(rounds > 10, "{rounds} rounds");
    });
}

#[test]
fn a_foreign_folder_is_not_changed() {
    let home = Files::new().unwrap();
    fs::create_dir_all(home.folder()).unwrap();
    fs::write(home.folder().join("thesis.txt"), "years of work").unwrap();
    let before = home.contents();
    assert!(matches!(open(&home.url()).err(), Some(Error::Foreign { .. })));
    let file = format!("file:{}", home.folder().join("thesis.txt").display());
    assert!(matches!(open(&file).err(), Some(Error::Foreign { .. })));
    assert!(home.contents() == before);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_and_ids_are_not_paths() {
    let (home, elsewhere) = (filled(), Files::new().unwrap());
    let store = elsewhere.open();
    tell(&*store, "secret", &["{}"]);
    drop(store);
    let day = segments(&home)[0].parent().unwrap().parent().unwrap().to_owned();
    let target = files(&elsewhere.folder()).into_iter().find(|(p, _)| p.ends_with("000001.seg")).unwrap().0;
    std::os::unix::fs::symlink(target.parent().unwrap(), day.join("linked")).unwrap();
    let store = home.open();
    assert_eq!(store.run("secret").unwrap(), None);
    for id in ["../../../escaped", "/etc/passwd", "a/b", "..", "C:\\x", "con"] {
        tell(&*store, id, &["{}"]);
        assert_eq!(lines(&*store, id).len(), 1);
        store.delete(id).unwrap();
    }
    assert!(target.exists());
    let outside: Vec<_> = fs::read_dir(home.folder().parent().unwrap()).unwrap().collect();
    assert_eq!(outside.len(), 1, "{outside:?}");
}
