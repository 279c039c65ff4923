//! Reports of changes, over a connection that only listens.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use sqlx::Executor as _;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use crate::sql::{PATIENCE_TO_CONNECT, describe};
use crate::{Changes, Error, Location, TextKey};

/// Time without a report after which the connection is tested, because a lost connection is silent too.
const QUIET: Duration = Duration::from_secs(30);

/// A connection that listens.
pub(super) struct Listening {
    runtime: Runtime,
    /// Absent only while this is dropped.
    listener: Option<PgListener>,
    location: Location,
    heard: Instant,
}

impl Listening {
    /// Connects and listens; whatever is announced from now on is heard.
    pub(super) fn start(options: &PgConnectOptions, location: &Location) -> Result<Listening, Error> {
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let listening = async {
            let pool = PgPoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
            let pool = pool.acquire_timeout(PATIENCE_TO_CONNECT).connect_lazy_with(options.clone());
            let mut listener = PgListener::connect_with(&pool).await?;
            // What was announced while a connection was broken is not known: the caller hears of that.
            listener.eager_reconnect(false);
            listener.ignore_pool_close_event(true);
            listener.listen("makespan_runs").await?;
            Ok(listener)
        };
        let listener = runtime.block_on(async { timeout(PATIENCE_TO_CONNECT, listening).await });
        let listener =
            listener.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut)).map_err(|e| said(e, location))?;
        Ok(Listening { runtime, listener: Some(listener), location: location.clone(), heard: Instant::now() })
    }
}

impl Changes for Listening {
    fn next(&mut self, patience: Duration) -> Result<Option<TextKey>, Error> {
        let Some(listener) = &mut self.listener else { return Err(broken(&self.location)) };
        match self.runtime.block_on(async { timeout(patience, listener.try_recv()).await }) {
            Ok(Ok(Some(report))) => {
                self.heard = Instant::now();
                Ok(key_of(report.payload()))
            }
            Ok(Ok(None)) => Err(broken(&self.location)),
            Ok(Err(error)) => Err(said(error, &self.location)),
            Err(_) if self.heard.elapsed() < QUIET => Ok(None),
            Err(_) => {
                let asked = async { timeout(PATIENCE_TO_CONNECT, listener.execute("SELECT 1")).await };
                let answered = self.runtime.block_on(asked).map_err(|_| broken(&self.location))?;
                answered.map_err(|error| said(error, &self.location))?;
                self.heard = Instant::now();
                Ok(None)
            }
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // It hands its connection to a task.
        let _within = self.runtime.enter();
        self.listener = None;
    }
}

fn broken(location: &Location) -> Error {
    Error::Unavailable { location: location.to_string(), reason: "the connection broke".to_owned() }
}

fn said(error: sqlx::Error, location: &Location) -> Error {
    match error {
        sqlx::Error::PoolTimedOut => broken(location),
        error => describe::<sqlx::Postgres>(error, location),
    }
}

/// Returns the name under which a run is announced: its key, because an id may be longer than an announcement.
pub(super) fn name(key: &TextKey) -> String {
    key.iter().fold(String::new(), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    })
}

/// Returns the key in an announcement; `None` for announcements of other programs.
fn key_of(name: &str) -> Option<TextKey> {
    let mut key = TextKey::default();
    if name.len() != key.len() * 2 {
        return None;
    }
    for (i, byte) in key.iter_mut().enumerate() {
        *byte = name.get(i * 2..i * 2 + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok())?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_back_to_its_key_and_what_is_no_name_to_none() {
        let key = crate::key("nightly-7");
        assert_eq!(key_of(&name(&key)), Some(key));
        let strange = "\u{e9}".repeat(16);
        for other in ["", "00", "zz".repeat(16).as_str(), "0".repeat(34).as_str(), strange.as_str()] {
            assert_eq!(key_of(other), None, "{other}");
        }
    }
}
