//! Many machines and processes at once: `mongodb://user:password@host/database`.
//!
//! | collection | `_id` | holds |
//! |---|---|---|
//! | `makespan_schema` | `schema` | the version of this layout |
//! | `makespan_runs` | key of the run | its summary, and the latest events |
//! | `makespan_blocks` | events id, position of the first event | events, compressed |
//! | `makespan_states` | tasks id or events id, kind, key | summaries of tasks and metrics, and stored numbers |
//! | `makespan_leaving` | tasks id or events id | what is being removed, so that a later process can finish it |
//!
//! A standalone server has no transactions, so every change replaces one document, that of the run, and succeeds only
//! if nobody has replaced it since it was read. That document contains the latest events and the summaries that they
//! changed. Before it exceeds the size of a block, these are moved to the other collections. Doing so twice or too late
//! changes nothing, because each document there contains the version of its run. A run of a few hundred events is one
//! document.
//!
//! All writes use `w: majority, j: true` and all reads use `majority` from the primary, whatever the URL says:
//! acknowledged events are in the journals of most members.

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
/// Maximum number of threads of this process that write at once. Those that write to the same run would only conflict.
const WRITERS: usize = 16;

/// A store in a MongoDB database.
struct Mongo {
    client: Client,
    writing: [Mutex<()>; WRITERS],
}

impl Mongo {
    /// Prevents other threads of this process from writing to a run.
    fn alone(&self, key: &str) -> MutexGuard<'_, ()> {
        let place = key.bytes().last().unwrap_or_default() as usize % WRITERS;
        self.writing[place].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens the store in a database. An existing store is only read here, so users without permission to write can open
/// it.
pub(crate) fn open(location: &Location) -> Result<Box<dyn Store>, Error> {
    let client = Client::open(location)?;
    let found = || client.find(SCHEMAS, &doc! { "_id": "schema" }, &doc! {});
    let mut schema = found()?;
    if schema.is_empty() {
        let document = doc! { "_id": "schema", "version": SCHEMA };
        client.ask(async |database| {
            inserted(client::collection(database, SCHEMAS).insert_one(&document).await)
        })?;
        // If several processes create it at once, one succeeds.
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
