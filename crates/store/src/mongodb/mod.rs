//! Many machines and processes at once: `mongodb://user:password@host/database`.
//!
//! | collection | `_id` | holds |
//! |---|---|---|
//! | `makespan_schema` | `schema` | the version of this layout |
//! | `makespan_runs` | key of the run | its state, and what was appended last |
//! | `makespan_blocks` | events id, place of the first event | events, compressed |
//! | `makespan_states` | tasks id or events id, kind, key | states of tasks and metrics, and which numbers are stored |
//! | `makespan_leaving` | tasks id or events id | what is being removed, so that a later process can finish it |
//!
//! A server that stands alone has no transactions, so every change is the replacement of one document, the run's, and
//! happens only if nobody replaced it since it was read. That document holds the last events and the states they
//! changed. Before it takes more than a block holds, these are written to the other collections; whoever does so
//! twice, or too late, changes nothing, since each document there carries the version of the run that it is of. A run
//! of a few hundred events is one document.
//!
//! Everything is written with `w: majority, j: true` and read with `majority` from the primary, whatever the URL says:
//! what was acknowledged is in the journals of most members.

mod append;
mod client;
mod document;
mod numbers;
mod reading;
mod remove;
mod states;
mod store;

use std::sync::{Mutex, MutexGuard, PoisonError};

use mongodb::bson::doc;

use crate::{Error, Location, Store};
use client::{Client, SCHEMA as SCHEMAS, inserted};

/// The version of the layout.
const SCHEMA: i32 = 1;
/// As many threads of this process write at once. Those that write to one run would only get in each other's way.
const WRITERS: usize = 16;

/// A store in a database of MongoDB.
struct Mongo {
    client: Client,
    writing: [Mutex<()>; WRITERS],
}

impl Mongo {
    /// Keeps the other threads of this process from writing to a run.
    fn alone(&self, key: &str) -> MutexGuard<'_, ()> {
        let place = key.bytes().last().unwrap_or_default() as usize % WRITERS;
        self.writing[place].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens the store in a database. One that is a store already is only looked at: whoever may not write can open it, too.
pub(crate) fn open(location: &Location) -> Result<Box<dyn Store>, Error> {
    let client = Client::open(location)?;
    let found = || client.find(SCHEMAS, &doc! { "_id": "schema" }, &doc! {});
    let mut schema = found()?;
    if schema.is_empty() {
        let document = doc! { "_id": "schema", "version": SCHEMA };
        client.ask(async |database| {
            inserted(client::collection(database, SCHEMAS).insert_one(&document).await)
        })?;
        // Of several processes that come at once one made it.
        schema = found()?;
    }
    let version = schema.first().and_then(|schema| client::count(schema, "version"));
    match version.and_then(|version| u32::try_from(version).ok()) {
        Some(found) if found > SCHEMA.unsigned_abs() => {
            Err(Error::Newer { found, known: SCHEMA.unsigned_abs() })
        }
        Some(_) => Ok(Box::new(Mongo { client, writing: Default::default() })),
        None => {
            let reason = format!("another program uses the collection {SCHEMAS}");
            Err(Error::Foreign { location: location.to_string(), reason })
        }
    }
}
