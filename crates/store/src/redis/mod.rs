//! Runs that may expire: `redis://:password@host/0?expiry=30d`.
//!
//! This module is also an example of a custom back end: it uses only the public interface of the crate.
//!
//! | key | type | holds |
//! |---|---|---|
//! | `makespan:schema` | text | the version of this layout |
//! | `makespan:runs` | set | the keys of the runs, in hexadecimal |
//! | `makespan:run:K` | text | the summary of the run, as JSON |
//! | `makespan:events:K` | list | its events, in the order in which they arrived |
//! | `makespan:tasks:K`, `makespan:metrics:K` | hash | summaries by key, as JSON |
//! | `makespan:numbers:K` | sorted set | the stored numbers, as ranges |
//!
//! Every change to a run is one transaction that succeeds only if nobody else has changed the run since it was read
//! (`WATCH`), so any number of processes may write. `?prefix=` sets another prefix than `makespan`. With `?expiry=` (a
//! length of time such as `12h`), a run that is not pinned expires that long after it was last written to.
//!
//! Acknowledged events survive a crash of the server if it uses `appendonly yes` and `appendfsync always`; if it does
//! not, the store reports this in its findings.

mod append;
mod client;
mod database;
mod keys;
mod numbers;
mod store;

use makespan_format::amount::duration;

use crate::{Error, Location, Store};
use client::Client;
use database::{Redis, SCHEMA};
use keys::Keys;

/// Opens the store in a database.
pub(crate) fn open(location: &Location) -> Result<Box<dyn Store>, Error> {
    let keys = Keys::new(&location.parameter("prefix").unwrap_or_else(|| "makespan".to_owned()));
    let expiry = location.parameter("expiry").map(|text| {
        milliseconds(&text)
            .ok_or_else(|| location.wrong("an expiry is a number and a unit of time, as in ?expiry=30d"))
    });
    let client = Client::new(location)?;
    client.with(|connection| {
        let schema = keys.schema();
        let found: Option<String> = redis::cmd("GET").arg(&schema).query(connection)?;
        let Some(found) = found else {
            return Ok(redis::cmd("SET").arg(&schema).arg(SCHEMA).arg("NX").exec(connection)?);
        };
        match found.parse() {
            Ok(found) if found > SCHEMA => Err(Error::Newer { found, known: SCHEMA }.into()),
            Ok(_) => Ok(()),
            Err(_) => {
                let reason = "another program uses the prefix of its keys".to_owned();
                Err(Error::Foreign { location: location.to_string(), reason }.into())
            }
        }
    })?;
    Ok(Box::new(Redis::new(client, keys, expiry.transpose()?)))
}

/// Parses a length of time such as `30d`. Returns milliseconds.
fn milliseconds(text: &str) -> Option<u64> {
    let ms = u64::try_from(duration(text)? / 1_000_000).ok()?;
    (ms > 0).then_some(ms)
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn expiries() {
        assert_eq!(["30d", "90s"].map(milliseconds), [Some(2_592_000_000), Some(90_000)]);
        let wrong = ["", "d", "0d", "-1d", "1", "1é", "99999999999999999d"];
        assert_eq!(wrong.map(milliseconds), [None; 7]);
    }
}
