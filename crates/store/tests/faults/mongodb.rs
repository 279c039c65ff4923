//! What only MongoDB does: changes without transactions, of which some may come late, and removals in several steps.

use ::mongodb::bson::{Document, doc};
use makespan_store::{Error, EventRange, open};

use crate::servers::{alone, mongodb::ALONE};
use crate::support::child::Job;
use crate::support::homes::{Home, Mongodb};
use crate::support::*;

impl Mongodb {
    /// All documents of a collection.
    fn all(&self, name: &str) -> Vec<Document> {
        self.ask(async |database| {
            let mut cursor =
                database.collection::<Document>(name).find(doc! {}).sort(doc! { "_id": 1 }).await?;
            let mut all = Vec::new();
            while cursor.advance().await? {
                all.push(cursor.deserialize_current()?);
            }
            Ok(all)
        })
    }

    fn put_back(&self, name: &str, documents: &[Document]) {
        self.ask(async |database| {
            let collection = database.collection::<Document>(name);
            collection.delete_many(doc! {}).await?;
            if documents.is_empty() {
                return Ok(());
            }
            collection.insert_many(documents).await.map(|_| ())
        });
    }
}

const COLLECTIONS: [&str; 3] = ["makespan_runs", "makespan_blocks", "makespan_states"];

fn lines(from: u64, to: u64) -> Vec<(u64, String)> {
    (from..=to).map(|n| (n, Job::line("p", n))).collect()
}

#[test]
fn a_process_may_die_between_any_two_of_its_steps() {
    let _alone = alone(&ALONE);
    let Some(home) = Mongodb::new() else { return };
    let store = home.open();
    put(&*store, "r", "p", &lines(1, 512)).unwrap();
    let before = COLLECTIONS.map(|name| home.all(name));
    assert_eq!(before.each_ref().map(Vec::len), [1, 0, 0], "a short run is one document");
    put(&*store, "r", "p", &lines(500, 700)).unwrap();
    let told = |store: &dyn makespan_store::Store| {
        let run = store.run("r").unwrap().unwrap();
        (run.tasks, run.events, store.metrics("r").unwrap()[0].count, records(store, "r"))
    };
    let after = told(&*store);
    let [_, blocks, states] = COLLECTIONS.map(|name| home.all(name));
    assert!(blocks.len() == 1 && states.len() > 100);
    // Blocks, or a part of the states, or all, were written when the process died; the run was not replaced yet.
    for (blocks, states) in
        [(&blocks[..], &states[..0]), (&blocks, &states[..states.len() / 2]), (&blocks, &states)]
    {
        home.put_back(COLLECTIONS[0], &before[0]);
        home.put_back(COLLECTIONS[1], blocks);
        home.put_back(COLLECTIONS[2], states);
        let run = store.run("r").unwrap().unwrap();
        assert_eq!((run.events, records(&*store, "r").len()), (512, 512), "nothing is seen of it");
        assert_eq!(records_of(&*store, "r", EventRange::After(500)).unwrap().len(), 12);
        assert_eq!(put(&*store, "r", "p", &lines(500, 700)).unwrap().stored, 188);
        assert!(told(&*store) == after);
    }
}

#[test]
fn late_writes_change_nothing() {
    let _alone = alone(&ALONE);
    let Some(home) = Mongodb::new() else { return };
    let store = home.open();
    let all = lines(1, 1_600);
    put(&*store, "r", "p", &all[..600]).unwrap();
    let early = home.all(COLLECTIONS[2]);
    put(&*store, "r", "p", &all[600..]).unwrap();
    let late = home.all(COLLECTIONS[2]);
    let changed =
        |state: &&Document| late.iter().any(|other| other.get("_id") == state.get("_id") && other != *state);
    assert!(early.iter().any(|state| changed(&state)), "a state was written twice");
    // Every state says of which version of the run it is, which no older version replaces.
    for state in &early {
        let later = late.iter().find(|other| other.get("_id") == state.get("_id")).unwrap();
        assert!(later.get_i64("version").unwrap() >= state.get_i64("version").unwrap());
    }
    assert_eq!(put(&*store, "r", "p", &all).unwrap().stored, 0);
    assert_eq!(records(&*store, "r").len(), 1_600);
    for seen in [0, 1, 511, 512, 513, 1_023, 1_599, 1_600] {
        let more = records_of(&*store, "r", EventRange::After(seen)).unwrap();
        assert_eq!(
            (more.len() as u64, more.first().map(|r| r.1)),
            (1_600 - seen, (seen < 1_600).then_some(seen + 1))
        );
    }
}

#[test]
fn leftovers_of_a_removal_are_removed_later_and_nothing_else() {
    let _alone = alone(&ALONE);
    let Some(home) = Mongodb::new() else { return };
    let store = home.open();
    for run in ["gone", "kept", "new"] {
        put(&*store, run, "p", &lines(1, 600)).unwrap();
    }
    let [runs, blocks, states] = COLLECTIONS.map(|name| home.all(name));
    store.delete("gone").unwrap();
    let left = COLLECTIONS.map(|name| home.all(name));
    assert!(left[1].len() < blocks.len() && left[2].len() < states.len());
    assert_eq!(home.all("makespan_leaving"), []);
    // As if the process had died before it removed what the run referred to.
    home.put_back(COLLECTIONS[1], &blocks);
    home.put_back(COLLECTIONS[2], &states);
    let ids = runs.iter().flat_map(|run| {
        ["events", "tasks"].map(|name| (run.get_str("_id").unwrap(), run.get_str(name).unwrap()))
    });
    let leaving = |since: i64| -> Vec<Document> {
        ids.clone().map(|(run, id)| doc! { "_id": id, "run": run, "since": since }).collect()
    };
    home.put_back("makespan_leaving", &leaving(i64::MAX));
    store.maintain().unwrap();
    assert_eq!(home.all(COLLECTIONS[1]), blocks, "somebody may be at it");
    home.put_back("makespan_leaving", &leaving(0));
    store.maintain().unwrap();
    assert_eq!(COLLECTIONS.map(|name| home.all(name)), left);
    assert_eq!(home.all("makespan_leaving"), []);
    assert_eq!(records(&*store, "kept").len(), 600);
}

#[test]
fn names_of_places() {
    let _alone = alone(&ALONE);
    let Some(home) = Mongodb::new() else { return };
    let refused = |url: &str| open(url).err().unwrap().to_string();
    assert!(refused("mongodb://127.0.0.1:1").contains("missing database"));
    assert!(refused("mongodb://127.0.0.1:1/?tls=true").contains("missing database"));
    let srv = refused("mongodb+srv://me:hunter2@cluster.example.org/runs");
    assert!(srv.contains("mongodb+srv:// is not supported") && !srv.contains("hunter2"), "{srv}");
    assert!(refused("mongodb://127.0.0.1:1/runs?retryWrites=perhaps").contains("not a valid store URL"));
    // Whatever the URL says, acknowledged means durable, and reading sees what was acknowledged.
    let weak = open(&format!("{}&w=0&journal=false&readPreference=secondaryPreferred", home.url())).unwrap();
    put(&*weak, "r", "p", &lines(1, 3)).unwrap();
    assert_eq!(records(&*home.open(), "r").len(), 3);
}

#[test]
fn foreign_collections_are_not_changed() {
    let _alone = alone(&ALONE);
    let Some(home) = Mongodb::new() else { return };
    home.put_back("makespan_schema", &[doc! { "_id": "schema", "version": "theirs" }]);
    assert!(matches!(open(&home.url()).err(), Some(Error::Foreign { .. })));
    assert_eq!(home.all(COLLECTIONS[0]), []);
}
