//! A connection to a server: calls that wait for an answer for a limited time.
//!
//! The clients of the servers are asynchronous and stores are not, so each connection has a small runtime of its own
//! that runs while a caller waits. All messages of servers and networks pass through here, where the secrets of the URL
//! are removed.

use std::future::Future;
use std::time::Duration;

use sqlx::error::{BoxDynError, DatabaseError};
use sqlx::{ConnectOptions, Connection, Executor, IntoArguments};
use tokio::runtime::{Builder, Runtime};

use super::driver::Driver;
use super::schema::version;
use super::tables::Table;
use super::text::{Dialect, Row, Sql, Value};
use crate::{Error, Location, TextKey};

/// Maximum time to connect.
pub(crate) const PATIENCE_TO_CONNECT: Duration = Duration::from_secs(10);
/// Maximum time for an answer. Without it, a network that drops packets would block until the system gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// The meaning of a server's error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The server is shutting down, or does not accept connections now.
    Gone,
    /// Others had locked what this transaction needed; it will succeed when repeated.
    Conflict,
    /// Its disk is full.
    Full,
    /// The server or this user may not write.
    ReadOnly,
    /// The server does not accept the user, password or database of the URL.
    Refused,
    /// The stored data is damaged.
    Damaged,
    /// Anything else.
    Other,
}

/// A kind of server.
pub(crate) trait Server: sqlx::Database {
    /// Its SQL dialect.
    const DIALECT: Dialect;
    /// The statement that begins a transaction.
    const BEGIN: &'static str;

    /// Returns the meaning of an error, by the code of the server.
    fn meaning(error: &dyn DatabaseError) -> Meaning;

    /// Adds an argument to a statement.
    fn bind(arguments: &mut Self::Arguments, value: Value) -> Result<(), BoxDynError>;

    /// Returns the columns of a row.
    fn row(row: &Self::Row) -> Result<Row, sqlx::Error>;

    /// Returns the number of rows that a statement affected.
    fn touched(result: &Self::QueryResult) -> u64;

    /// Writes rows into a table: replaces rows with the same primary key (`over`), or inserts new ones.
    fn write(session: &mut Session<Self>, table: &Table, rows: Vec<Row>, over: bool) -> Result<(), Error>;

    /// Announces to all listeners that these runs have changed, if possible.
    fn announce(session: &mut Session<Self>, runs: &[TextKey]) -> Result<(), Error> {
        let _ = (session, runs);
        Ok(())
    }
}

/// A connection to a server.
pub(crate) struct Session<S: Server> {
    connection: S::Connection,
    runtime: Waiting,
    location: Location,
    /// Whether an answer is missing. It may still arrive as the answer to the next query, so the connection cannot be
    /// used.
    broken: bool,
    /// Whether the tables had version 1 when they were last checked.
    pub(crate) old: bool,
}

impl<S: Server> Session<S> {
    /// Connects.
    pub(crate) fn connect(
        options: &<S::Connection as Connection>::Options,
        location: &Location,
    ) -> Result<Session<S>, Error> {
        let runtime = Waiting::new()?;
        let connection = runtime.wait(PATIENCE_TO_CONNECT, options.connect());
        let connection = connection.map_err(|error| describe::<S>(error, location))?;
        Ok(Session { connection, runtime, location: location.clone(), broken: false, old: false })
    }

    fn ask<T>(
        &mut self,
        question: impl AsyncFnOnce(&mut S::Connection) -> Result<T, sqlx::Error>,
    ) -> Result<T, Error> {
        if self.broken {
            return Err(unavailable(&self.location, "the connection broke"));
        }
        let answer = self.runtime.wait(PATIENCE, question(&mut self.connection));
        answer.map_err(|error| {
            let error = describe::<S>(error, &self.location);
            self.broken = matches!(error, Error::Unavailable { .. });
            error
        })
    }
}

/// The requirements for a server's types to execute a statement.
pub(crate) trait Execute: Server<Arguments: IntoArguments<Self>> {
    /// Executes a statement. Returns the number of affected rows.
    async fn execute(
        connection: &mut Self::Connection,
        sql: String,
        arguments: Self::Arguments,
    ) -> Result<u64, sqlx::Error>;

    /// Executes a statement. Returns its rows.
    async fn fetch(
        connection: &mut Self::Connection,
        sql: String,
        arguments: Self::Arguments,
    ) -> Result<Vec<Row>, sqlx::Error>;

    /// Executes a constant statement without arguments.
    async fn simple(connection: &mut Self::Connection, sql: &'static str) -> Result<(), sqlx::Error>;
}

impl<S> Execute for S
where
    S: Server<Arguments: IntoArguments<S>>,
    for<'c> &'c mut S::Connection: Executor<'c, Database = S>,
{
    async fn execute(
        connection: &mut S::Connection,
        sql: String,
        arguments: S::Arguments,
    ) -> Result<u64, sqlx::Error> {
        let query = sqlx::query_with::<S, _>(sqlx::AssertSqlSafe(sql), arguments);
        query.execute(connection).await.map(|result| S::touched(&result))
    }

    async fn fetch(
        connection: &mut S::Connection,
        sql: String,
        arguments: S::Arguments,
    ) -> Result<Vec<Row>, sqlx::Error> {
        let query = sqlx::query_with::<S, _>(sqlx::AssertSqlSafe(sql), arguments);
        query.fetch_all(connection).await?.iter().map(S::row).collect()
    }

    async fn simple(connection: &mut S::Connection, sql: &'static str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(sql).execute(connection).await.map(|_| ())
    }
}

#[cfg(feature = "postgres")]
impl<S: Execute> Session<S> {
    /// Executes a statement with arguments that were made for it.
    pub(crate) fn run_with(&mut self, sql: Sql, arguments: S::Arguments) -> Result<u64, Error> {
        let (text, _) = sql.into_parts();
        self.ask(async |connection| S::execute(connection, text, arguments).await)
    }
}

/// Returns the text of a statement, which consists of constants of this program ([`Sql`]), and its arguments for the
/// server.
fn parts<S: Server>(sql: Sql) -> Result<(String, S::Arguments), Error> {
    let (text, values) = sql.into_parts();
    let mut arguments = S::Arguments::default();
    for value in values {
        S::bind(&mut arguments, value).map_err(|e| Error::Backend { reason: e.to_string() })?;
    }
    Ok((text, arguments))
}

impl<S: Execute> Driver for Session<S> {
    fn dialect(&self) -> Dialect {
        S::DIALECT
    }

    fn is_old(&mut self) -> Result<bool, Error> {
        if self.old {
            let location = self.location.clone();
            self.old = version(self, &location)? == Some(1);
        }
        Ok(self.old)
    }

    fn run(&mut self, sql: Sql) -> Result<u64, Error> {
        let (text, arguments) = parts::<S>(sql)?;
        self.ask(async |connection| S::execute(connection, text, arguments).await)
    }

    fn rows(&mut self, sql: Sql) -> Result<Vec<Row>, Error> {
        let (text, arguments) = parts::<S>(sql)?;
        self.ask(async |connection| S::fetch(connection, text, arguments).await)
    }

    fn begin(&mut self) -> Result<(), Error> {
        self.ask(async |connection| S::simple(connection, S::BEGIN).await)
    }

    fn commit(&mut self) -> Result<(), Error> {
        self.ask(async |connection| S::simple(connection, "COMMIT").await)
    }

    fn rollback(&mut self) -> Result<(), Error> {
        self.ask(async |connection| S::simple(connection, "ROLLBACK").await)
    }

    fn announce(&mut self, runs: &[TextKey]) -> Result<(), Error> {
        S::announce(self, runs)
    }

    fn insert(&mut self, table: &Table, rows: Vec<Row>) -> Result<(), Error> {
        S::write(self, table, rows, false)
    }

    fn upsert(&mut self, table: &Table, rows: Vec<Row>) -> Result<(), Error> {
        S::write(self, table, rows, true)
    }
}

/// Describes an error in our own words if it is known, without secrets.
pub(crate) fn describe<S: Server>(error: sqlx::Error, location: &Location) -> Error {
    let shown = || location.to_string();
    let said = |text: &str| location.scrub(text);
    match error {
        sqlx::Error::Database(error) => {
            let reason = said(error.message());
            match S::meaning(&*error) {
                Meaning::Gone => unavailable(location, &reason),
                Meaning::Conflict => Error::Busy { location: shown() },
                Meaning::Full => Error::Full { reason },
                Meaning::ReadOnly => Error::ReadOnly { reason },
                Meaning::Refused => location.wrong(reason),
                Meaning::Damaged => Error::Corrupt { reason },
                Meaning::Other => Error::Backend { reason },
            }
        }
        sqlx::Error::Configuration(error) => location.wrong(said(&error.to_string())),
        sqlx::Error::Io(error) => unavailable(location, &error.to_string()),
        sqlx::Error::Tls(error) => unavailable(location, &format!("no TLS with it: {error}")),
        sqlx::Error::Protocol(text) => unavailable(location, &text),
        other => Error::Backend { reason: said(&other.to_string()) },
    }
}

fn unavailable(location: &Location, reason: &str) -> Error {
    Error::Unavailable { location: location.to_string(), reason: location.scrub(reason) }
}

/// Parses the options of a URL.
pub(crate) fn options<O: std::str::FromStr<Err = sqlx::Error> + ConnectOptions>(
    location: &Location,
) -> Result<O, Error> {
    let parsed = location.secret_url().parse::<O>();
    let options = parsed.map_err(|error| {
        // The innermost cause; those around it only repeat that it concerns the options.
        let mut cause: &dyn std::error::Error = &error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        location.wrong(location.scrub(&cause.to_string()))
    })?;
    // Statements contain data of runs, which do not belong in a log.
    Ok(options.disable_statement_logging())
}

/// Runs one future at a time, on the thread that waits for it.
struct Waiting(Option<Runtime>);

impl Waiting {
    fn new() -> Result<Waiting, Error> {
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        Ok(Waiting(Some(runtime)))
    }

    fn wait<T>(
        &self,
        patience: Duration,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, sqlx::Error> {
        let late = || std::io::Error::new(std::io::ErrorKind::TimedOut, "no answer came in time");
        let Some(runtime) = &self.0 else { return Err(late().into()) };
        let work = async { tokio::time::timeout(patience, work).await };
        runtime.block_on(work).unwrap_or_else(|_| Err(late().into()))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // A store may be dropped anywhere, also within another runtime, so this does not wait.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
