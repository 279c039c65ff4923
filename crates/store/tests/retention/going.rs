//! Plans are applied: what was shown goes, and only that.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;

use makespan_store::retention::{Applied, IN_TRASH, Policy, apply, archive, plan};
use makespan_store::{Error, Mark, OnDamage, Store, all_runs, export};

use crate::homes;
use crate::meddler::Meddler;
use crate::support::homes::{Folder, files};
use crate::support::*;

const DAY: i64 = 86_400_000_000_000;
const OLD: Policy =
    Policy { older_than: Some(30 * DAY), keep_last: None, max_size: None, keep_failed: false };

/// A store of thirty runs, of which some are old; the time that they are old at.
fn filled(store: &dyn Store) -> i64 {
    tell(store, "clock", &["{\"event\":\"task\",\"task\":\"a\"}"]);
    let now = store.run("clock").unwrap().unwrap().updated;
    for i in 0..30i64 {
        let ended = now - if i < 6 { 40 + i } else { 1 } * DAY;
        let status = if i == 0 { "running" } else { "succeeded" };
        let end = (i > 0).then_some(ended);
        let id = format!("r{i:02}");
        tell(store, &id, &[opening(&id, "w"), attempt("t", ended - 5, end, status)]);
    }
    store.mark("r01", &Mark::Pin(true)).unwrap();
    now
}

fn ids(store: &dyn Store) -> (BTreeSet<String>, BTreeSet<String>) {
    let (gone, left): (Vec<_>, Vec<_>) =
        all_runs(store).unwrap().into_iter().partition(|r| r.trashed.is_some());
    let names = |runs: Vec<makespan_store::RunState>| runs.into_iter().map(|run| run.id).collect();
    (names(left), names(gone))
}

fn set<const N: usize>(ids: [&str; N]) -> BTreeSet<String> {
    ids.map(str::to_owned).into()
}

#[test]
fn planned_runs_move_to_the_trash_and_are_deleted_a_day_later() {
    for home in homes() {
        let store = home.open();
        let now = filled(&*store);
        let before = all_runs(&*store).unwrap();
        let shown = plan(&before, &OLD, now);
        assert_eq!(all_runs(&*store).unwrap(), before, "a plan changes nothing");
        let mut going: Vec<String> = shown.goes.iter().map(|leaving| leaving.run.id.clone()).collect();
        let done = apply(&*store, &shown, None, None, OnDamage::Refuse).unwrap();
        assert_eq!(done, Applied { trashed: going.clone(), ..Applied::default() });
        assert_eq!(
            apply(&*store, &shown, None, None, OnDamage::Refuse).unwrap(),
            done,
            "once more does and says the same"
        );
        going.sort();
        assert_eq!(going, ["r02", "r03", "r04", "r05"]);
        assert_eq!(ids(&*store).1, set(["r02", "r03", "r04", "r05"]));
        // Within the day nothing more happens; what people and events take out of the trash stays.
        let soon = plan(&all_runs(&*store).unwrap(), &OLD, now + IN_TRASH - 1);
        assert_eq!((soon.goes.len(), soon.spent.len()), (0, 0));
        put(&*store, "r02", "late", &[(1, "{\"event\":\"log\",\"text\":\"still here\"}")]).unwrap();
        store.mark("r03", &Mark::Pin(true)).unwrap();
        let later = plan(&all_runs(&*store).unwrap(), &Policy::default(), now + IN_TRASH);
        let done = apply(&*store, &later, None, None, OnDamage::Refuse).unwrap();
        assert_eq!(done.removed, ["r05", "r04"]);
        assert_eq!(
            apply(&*store, &later, None, None, OnDamage::Refuse).unwrap(),
            done,
            "once more does and says the same"
        );
        let (left, trash) = ids(&*store);
        assert_eq!((left.len(), trash), (28, set(["r03"])));
        assert!(left.contains("r02") && store.run("r04").unwrap().is_none());
        drop(store);
        assert_eq!(ids(&*home.open()).0, left);
    }
}

#[test]
fn a_large_removal_is_refused_unless_its_number_is_confirmed() {
    for home in homes() {
        let store = home.open();
        let now = filled(&*store);
        let all = Policy { older_than: Some(0), ..Policy::default() };
        let runs = all_runs(&*store).unwrap();
        let shown = plan(&runs, &all, now);
        assert_eq!(shown.goes.len(), 28);
        for confirmed in [None, Some(27), Some(0)] {
            let refused = apply(&*store, &shown, confirmed, None, OnDamage::Refuse);
            assert!(
                matches!(&refused, Err(Error::Invalid { reason }) if reason.starts_with("28 of 31 runs"))
            );
            assert_eq!(all_runs(&*store).unwrap(), runs);
        }
        assert_eq!(apply(&*store, &shown, Some(28), None, OnDamage::Refuse).unwrap().trashed.len(), 28);
        assert_eq!(ids(&*store).0, set(["clock", "r00", "r01"]));
    }
}

#[test]
fn runs_that_changed_since_the_plan_are_kept() {
    let log = "{\"event\":\"log\",\"text\":\"alive\"}";
    for home in homes() {
        let store = home.open();
        let now = filled(&*store);
        let shown = plan(&all_runs(&*store).unwrap(), &OLD, now);
        put(&*store, "r02", "late", &[(1, log)]).unwrap();
        store.mark("r03", &Mark::Pin(true)).unwrap();
        store.delete("r04").unwrap();
        // In the moment before the last one is marked, an event comes.
        let meddle = |store: &dyn Store, run: &str| {
            put(store, run, "just now", &[(1, log)]).unwrap();
        };
        let done = apply(&Meddler::before(&*store, &meddle), &shown, None, None, OnDamage::Refuse).unwrap();
        assert_eq!(done.spared.iter().cloned().collect::<BTreeSet<_>>(), set(["r02", "r03", "r04", "r05"]));
        assert_eq!((done.trashed.len(), ids(&*store).1.len()), (0, 0));
    }
}

#[test]
fn a_stop_at_any_point_leaves_nothing_half_done() {
    for home in homes() {
        let store = home.open();
        let now = filled(&*store);
        let (folder, mut stops) = (Folder::new(), 0);
        for day in 0..3 {
            // One change a try, until a try gets through.
            loop {
                let shown = plan(&all_runs(&*store).unwrap(), &OLD, now + day * IN_TRASH);
                match apply(
                    &Meddler::stopping(&*store, 1),
                    &shown,
                    None,
                    Some(folder.path()),
                    OnDamage::Refuse,
                ) {
                    Ok(done) => {
                        assert_eq!(done.spared, [""; 0]);
                        break;
                    }
                    Err(error) => assert!(error.is_transient()),
                }
                stops += 1;
            }
        }
        assert!(stops > 5, "{stops} stops");
        let (left, trash) = ids(&*store);
        assert_eq!((left.len(), trash.len()), (27, 0));
        assert_eq!(files(folder.path()).len(), 4, "each is in the archive once");
    }
}

fn unpacked(path: &std::path::Path) -> Vec<u8> {
    let mut lines = Vec::new();
    flate2::read::GzDecoder::new(fs::File::open(path).unwrap()).read_to_end(&mut lines).unwrap();
    lines
}

#[test]
fn archived_runs_are_complete_and_have_plain_names() {
    for home in homes() {
        let (store, top) = (home.open(), Folder::new());
        let folder = top.path().join("archive");
        let hostile = [
            "../../up",
            "/etc/passwd",
            "a/b",
            "a\\b",
            "a\0b",
            "..",
            "-",
            "con",
            "数据",
            ".hidden",
            &"x".repeat(9_000),
        ];
        let mut expected = BTreeSet::new();
        for id in hostile {
            tell(
                &*store,
                id,
                &[opening(id, "w"), "no event at all".to_owned(), "{\"event\":\"of the future\"}".to_owned()],
            );
            let path = archive(&*store, id, &folder, OnDamage::Refuse).unwrap();
            let mut lines = Vec::new();
            assert_eq!(export(&*store, id, &mut lines).unwrap().events, 3);
            assert!(unpacked(&path) == lines, "{id:?}");
            assert_eq!(
                archive(&*store, id, &folder, OnDamage::Refuse).unwrap(),
                path,
                "once more is the same"
            );
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(name.len() <= 120 && !name.starts_with(['.', '-']), "{name}");
            expected.insert(path);
        }
        assert_eq!(expected.len(), hostile.len());
        let found: BTreeSet<_> = files(top.path()).into_iter().map(|(path, _)| path).collect();
        assert_eq!(found, expected, "nothing lies anywhere else");
        // A run that comes again under an old id does not take the place of the one that was there.
        let old = archive(&*store, "a/b", &folder, OnDamage::Refuse).unwrap();
        store.delete("a/b").unwrap();
        tell(&*store, "a/b", &[opening("a/b", "another")]);
        assert_ne!(archive(&*store, "a/b", &folder, OnDamage::Refuse).unwrap(), old);
        assert!(old.exists());
        assert!(matches!(
            archive(&*store, "never there", &folder, OnDamage::Refuse),
            Err(Error::NoRun { .. })
        ));
        assert_eq!(files(top.path()).len(), expected.len() + 1, "what failed leaves nothing");
    }
}

#[test]
fn a_run_that_cannot_be_archived_is_not_removed() {
    for home in homes() {
        let (store, top) = (home.open(), Folder::new());
        let now = filled(&*store);
        let shown = plan(&all_runs(&*store).unwrap(), &OLD, now);
        let taken = top.path().join("file");
        fs::write(&taken, "no folder").unwrap();
        let why = apply(&*store, &shown, None, Some(&taken), OnDamage::Refuse).unwrap_err().to_string();
        assert!(why.starts_with(&format!("the archive {} cannot be written", taken.display())), "{why}");
        assert_eq!(ids(&*store).1.len(), 0);
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_the_archive_is_replaced_and_not_followed() {
    let home = &homes()[0];
    let (store, top) = (home.open(), Folder::new());
    tell(&*store, "r", &["{\"event\":\"task\",\"task\":\"a\"}"]);
    let (folder, target) = (top.path().join("archive"), top.path().join("target"));
    let path = archive(&*store, "r", &folder, OnDamage::Refuse).unwrap();
    let whole = fs::read(&path).unwrap();
    fs::write(&target, "precious").unwrap();
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&target, &path).unwrap();
    assert_eq!(archive(&*store, "r", &folder, OnDamage::Refuse).unwrap(), path);
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    assert!(fs::symlink_metadata(&path).unwrap().is_file() && fs::read(&path).unwrap() == whole);
}
