//! The connection to a server: calls that wait for an answer for a limited time.
//!
//! The driver is asynchronous and stores are not, so each store has a thread on which the driver maintains its
//! connections. All messages of servers and networks pass through here, where the secrets of the URL are removed.

use std::time::Duration;

use mongodb::bson::{Bson, Document, doc};
use mongodb::error::{Error as Failure, ErrorKind, WriteFailure};
use mongodb::options::{
    Acknowledgment, ClientOptions, DatabaseOptions, FindOptions, ReadConcern, ReadPreference,
    SelectionCriteria, WriteConcern,
};
use mongodb::{Collection, Database};
use tokio::runtime::{Builder, Runtime};

use crate::{Error, Location};

/// Collection with the version.
pub(super) const SCHEMA: &str = "makespan_schema";
/// Collection of runs.
pub(super) const RUNS: &str = "makespan_runs";
/// Collection of events.
pub(super) const BLOCKS: &str = "makespan_blocks";
/// Collection of summaries.
pub(super) const STATES: &str = "makespan_states";
/// Collection of what is being removed.
pub(super) const LEAVING: &str = "makespan_leaving";

/// Maximum time to find a writable server, if the URL does not set it (`serverSelectionTimeoutMS`).
const PATIENCE_TO_FIND: Duration = Duration::from_secs(3);
/// Maximum time to connect, if the URL does not set it (`connectTimeoutMS`).
const PATIENCE_TO_CONNECT: Duration = Duration::from_secs(10);
/// Maximum time for an answer. Without it, a network that drops packets would block until the system gives up.
const PATIENCE: Duration = Duration::from_secs(60);
/// Number of the error for an `_id` that already exists.
const DUPLICATE: i32 = 11_000;

/// Connections to a database, as many as are needed.
pub(super) struct Client {
    database: Database,
    location: Location,
    runtime: Waiting,
}

impl Client {
    /// Parses the URL. Connections are opened when they are needed.
    pub(super) fn open(location: &Location) -> Result<Client, Error> {
        if location.scheme() != "mongodb" {
            return Err(location.wrong(
                "mongodb+srv:// is not supported; list the hosts instead, as in \
                 mongodb://user:password@host1,host2/database?replicaSet=name&tls=true",
            ));
        }
        let runtime = Waiting::new()?;
        let connect = async {
            let mut options = ClientOptions::parse(location.secret_url()).await?;
            options.server_selection_timeout.get_or_insert(PATIENCE_TO_FIND);
            options.connect_timeout.get_or_insert(PATIENCE_TO_CONNECT);
            options.app_name.get_or_insert_with(|| "makespan".to_owned());
            let name = options.default_database.clone().filter(|name| !name.is_empty());
            Ok((mongodb::Client::with_options(options)?, name))
        };
        let (client, name) = runtime.wait(location, connect)?;
        let name =
            name.ok_or_else(|| location.wrong("missing database, as in mongodb://user@host/makespan"))?;
        let durable = WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build();
        let options = DatabaseOptions::builder()
            .write_concern(durable)
            .read_concern(ReadConcern::majority())
            .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary))
            .build();
        let database = client.database_with_options(&name, options);
        Ok(Client { database, location: location.clone(), runtime })
    }

    /// Returns the location of the store.
    pub(super) fn location(&self) -> &Location {
        &self.location
    }

    /// Runs a query that may be repeated: if a connection broke since its last use, it is run once more.
    pub(super) fn ask<T>(&self, question: impl AsyncFn(&Database) -> Result<T, Failure>) -> Result<T, Error> {
        self.runtime.wait(&self.location, async {
            match question(&self.database).await {
                Err(failure) if is_cut(&failure) => question(&self.database).await,
                answer => answer,
            }
        })
    }

    /// Returns the matching documents of a collection, sorted by id, with only the given fields.
    pub(super) fn find(
        &self,
        name: &str,
        filter: &Document,
        fields: &Document,
    ) -> Result<Vec<Document>, Error> {
        let options = FindOptions::builder().sort(doc! { "_id": 1 }).projection(fields.clone()).build();
        self.find_with(name, filter, &options)
    }

    /// Returns the matching documents of a collection.
    pub(super) fn find_with(
        &self,
        name: &str,
        filter: &Document,
        options: &FindOptions,
    ) -> Result<Vec<Document>, Error> {
        self.ask(async |database| {
            let collection = collection(database, name);
            let mut cursor = collection.find(filter.clone()).with_options(options.clone()).await?;
            let mut all = Vec::new();
            while cursor.advance().await? {
                all.push(cursor.deserialize_current()?);
            }
            Ok(all)
        })
    }

    /// Writes documents, each unless the existing one has the same version or a later one.
    pub(super) fn write(&self, name: &str, version: i64, documents: &[Document]) -> Result<(), Error> {
        if documents.is_empty() {
            return Ok(());
        }
        let updates: Vec<Document> = documents
            .iter()
            .map(|document| {
                let id = document.get("_id").cloned().unwrap_or(Bson::Null);
                let older = doc! { "_id": id, "version": { "$lt": version } };
                doc! { "q": older, "u": document.clone(), "upsert": true }
            })
            .collect();
        let command = doc! {
            "update": name, "updates": updates, "ordered": false,
            "writeConcern": { "w": "majority", "j": true },
        };
        let answer = self.ask(async |database| database.run_command(command.clone()).await)?;
        let refused =
            |errors: &str| answer.get_array(errors).into_iter().flatten().filter_map(Bson::as_document);
        let mut errors = refused("writeErrors").chain(answer.get_document("writeConcernError"));
        // An existing document that does not match the condition has the same version or a later one.
        let error = errors.find(|error| count(error, "code") != Some(i64::from(DUPLICATE)));
        error.map_or(Ok(()), |error| {
            let code = count(error, "code").and_then(|code| i32::try_from(code).ok()).unwrap_or_default();
            Err(self.runtime.meaning(&self.location, code, error.get_str("errmsg").unwrap_or_default()))
        })
    }
}

/// Returns a collection of documents.
pub(super) fn collection(database: &Database, name: &str) -> Collection<Document> {
    database.collection(name)
}

/// Returns whether a document was inserted; `false` if its id already exists.
pub(super) fn inserted<T>(answer: Result<T, Failure>) -> Result<bool, Failure> {
    match answer {
        Ok(_) => Ok(true),
        Err(failure) if code(&failure) == Some(DUPLICATE) => Ok(false),
        Err(failure) => Err(failure),
    }
}

/// Returns an integer of a document, whatever type a server or a shell gave it.
pub(super) fn count(document: &Document, name: &str) -> Option<i64> {
    match document.get(name)? {
        Bson::Int32(number) => Some(i64::from(*number)),
        Bson::Int64(number) => Some(*number),
        Bson::Double(number) if number.fract() == 0.0 && number.abs() < 9e15 => Some(*number as i64),
        _ => None,
    }
}

/// Returns whether a connection broke, so that another one may work.
fn is_cut(failure: &Failure) -> bool {
    let kind = matches!(*failure.kind, ErrorKind::Io(_) | ErrorKind::ConnectionPoolCleared { .. });
    kind || code(failure).is_some_and(is_gone)
}

/// Returns the server's number of an error.
fn code(failure: &Failure) -> Option<i32> {
    match &*failure.kind {
        ErrorKind::Command(error) => Some(error.code),
        ErrorKind::Write(WriteFailure::WriteError(error)) => Some(error.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(error)) => Some(error.code),
        _ => None,
    }
}

/// Returns whether an error means that the server is shutting down or cannot be written to now (error codes of the
/// manual, and those after which the specification of retryable writes requires a driver to retry).
fn is_gone(code: i32) -> bool {
    const GONE: [i32; 20] = [
        6, 7, 24, 50, 64, 89, 91, 112, 189, 202, 262, 317, 358, 384, 9001, 10_107, 11_600, 11_602, 13_435,
        13_436,
    ];
    GONE.contains(&code)
}

/// Runs futures for waiting threads.
struct Waiting(Option<Runtime>);

impl Waiting {
    fn new() -> Result<Waiting, Error> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("makespan-mongodb")
            .enable_io()
            .enable_time()
            .build()?;
        Ok(Waiting(Some(runtime)))
    }

    fn wait<T>(
        &self,
        location: &Location,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Error> {
        let late = || self.unavailable(location, "no answer came in time");
        let Some(runtime) = &self.0 else { return Err(late()) };
        let work = async { tokio::time::timeout(PATIENCE, work).await };
        let answer = runtime.block_on(work).map_err(|_| late())?;
        answer.map_err(|failure| self.describe(location, &failure))
    }

    fn unavailable(&self, location: &Location, reason: &str) -> Error {
        Error::Unavailable { location: location.to_string(), reason: location.scrub(reason) }
    }

    /// Describes an error in our own words if it is known, without secrets.
    fn describe(&self, location: &Location, failure: &Failure) -> Error {
        let said = failure.kind.to_string();
        if let Some(code) = code(failure) {
            return self.meaning(location, code, &said);
        }
        match &*failure.kind {
            ErrorKind::Io(_)
            | ErrorKind::ServerSelection { .. }
            | ErrorKind::ConnectionPoolCleared { .. }
            | ErrorKind::DnsResolve { .. } => self.unavailable(location, &said),
            ErrorKind::Authentication { .. }
            | ErrorKind::InvalidArgument { .. }
            | ErrorKind::IncompatibleServer { .. }
            | ErrorKind::InvalidTlsConfig { .. } => location.wrong(location.scrub(&said)),
            ErrorKind::BsonDeserialization(_) => Error::Corrupt { reason: location.scrub(&said) },
            _ => Error::Backend { reason: location.scrub(&said) },
        }
    }

    /// Returns the meaning of an error number (from the error codes of the manual).
    fn meaning(&self, location: &Location, code: i32, said: &str) -> Error {
        let reason = location.scrub(said);
        match code {
            code if is_gone(code) => self.unavailable(location, said),
            // The server requires a user, but the URL names none.
            13 if said.contains("requires authentication") => location.wrong(reason),
            13 | 20 => Error::ReadOnly { reason },
            11 | 18 | 73 => location.wrong(reason),
            14_031 => Error::Full { reason },
            _ => Error::Backend { reason },
        }
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
