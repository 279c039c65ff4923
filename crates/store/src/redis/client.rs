//! Connections, and transactions that are repeated after a conflict.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use redis::{Connection, ErrorKind, Pipeline, RedisError, ServerErrorKind, Value};

use crate::{Error, Location};

/// Maximum time to connect.
const PATIENCE_TO_CONNECT: Duration = Duration::from_secs(10);
/// Maximum time for an answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Maximum number of attempts at a transaction. Each time, at least one of the competing processes succeeds.
const TRIES: u32 = 100;

/// The cause of a failed query.
pub(super) enum Stopped {
    /// The client, or the server.
    Redis(RedisError),
    /// The store.
    Store(Error),
}

impl From<RedisError> for Stopped {
    fn from(error: RedisError) -> Stopped {
        Stopped::Redis(error)
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Stopped {
        Stopped::Store(error)
    }
}

/// The connections to a server.
pub(super) struct Client {
    client: redis::Client,
    location: Location,
    idle: Mutex<Vec<Connection>>,
}

impl Client {
    /// Creates a client without connections.
    pub(super) fn new(location: &Location) -> Result<Client, Error> {
        let client = redis::Client::open(location.secret_url());
        let client = client.map_err(|e| location.wrong(location.scrub(&e.to_string())))?;
        Ok(Client { client, location: location.clone(), idle: Mutex::new(Vec::new()) })
    }

    /// Returns the location of the store.
    pub(super) fn location(&self) -> &Location {
        &self.location
    }

    /// Runs a query on a connection. A connection that broke since its last use is replaced once.
    pub(super) fn with<T>(
        &self,
        mut ask: impl FnMut(&mut Connection) -> Result<T, Stopped>,
    ) -> Result<T, Error> {
        let idle = self.lock().pop();
        let fresh = idle.is_none();
        let mut connection = match idle {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let mut answer = ask(&mut connection);
        if !fresh && matches!(&answer, Err(Stopped::Redis(error)) if error.is_io_error()) {
            // The other connections broke too.
            self.lock().clear();
            connection = self.connect()?;
            answer = ask(&mut connection);
        }
        // After an error it may still watch keys, or receive an answer for which nobody waits.
        if answer.is_ok() {
            self.lock().push(connection);
        }
        answer.map_err(|stopped| match stopped {
            Stopped::Redis(error) => self.describe(&error),
            Stopped::Store(error) => error,
        })
    }

    /// Changes the data of a key in one transaction: `work` reads, fills the transaction, and returns the result to
    /// give once it is committed. It is called again if the key was changed meanwhile.
    pub(super) fn change<T>(
        &self,
        key: &str,
        mut work: impl FnMut(&mut Connection, &mut Pipeline) -> Result<T, Stopped>,
    ) -> Result<T, Error> {
        for tried in 0..TRIES {
            let done = self.with(|connection| {
                redis::cmd("WATCH").arg(key).exec(connection)?;
                let mut pipeline = redis::pipe();
                pipeline.atomic();
                let answer = work(connection, &mut pipeline)?;
                if pipeline.is_empty() {
                    redis::cmd("UNWATCH").exec(connection)?;
                    return Ok(Some(answer));
                }
                let done: Option<Value> = pipeline.query(connection)?;
                Ok(done.map(|_| answer))
            })?;
            if let Some(answer) = done {
                return Ok(answer);
            }
            // Longer each time, and different for every process.
            let spread = std::process::id() % 7;
            std::thread::sleep(Duration::from_millis(u64::from(tried.min(20) + spread)));
        }
        Err(Error::Busy { location: self.location.to_string() })
    }

    fn connect(&self) -> Result<Connection, Error> {
        let connect = || {
            let connection = self.client.get_connection_with_timeout(PATIENCE_TO_CONNECT)?;
            connection.set_read_timeout(Some(PATIENCE))?;
            connection.set_write_timeout(Some(PATIENCE))?;
            Ok(connection)
        };
        connect().map_err(|error: RedisError| self.describe(&error))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Describes an error in our own words if it is known, without secrets.
    fn describe(&self, error: &RedisError) -> Error {
        let reason = self.location.scrub(&error.to_string());
        let unavailable = |reason| Error::Unavailable { location: self.location.to_string(), reason };
        match (error.kind(), error.code()) {
            (_, Some("OOM")) => Error::Full { reason },
            // It cannot write to its disk and rejects writes.
            (_, Some("MISCONF" | "NOREPLICAS")) => Error::ReadOnly { reason },
            (_, Some("NOAUTH" | "WRONGPASS")) | (ErrorKind::AuthenticationFailed, _) => {
                self.location.wrong(reason)
            }
            (_, Some("WRONGTYPE")) => Error::Foreign { location: self.location.to_string(), reason },
            (ErrorKind::InvalidClientConfig, _) => self.location.wrong(reason),
            (ErrorKind::Io, _) => unavailable(reason),
            // A proxy, or a server of another kind, has answered. The library quotes what it read, character by character.
            (ErrorKind::Parse, _) => unavailable("the answer is not one of a Redis server".into()),
            (ErrorKind::Server(kind), _) => match kind {
                ServerErrorKind::BusyLoading | ServerErrorKind::MasterDown => unavailable(reason),
                ServerErrorKind::ReadOnly | ServerErrorKind::NoPerm => Error::ReadOnly { reason },
                _ => Error::Backend { reason },
            },
            _ => Error::Backend { reason },
        }
    }
}
