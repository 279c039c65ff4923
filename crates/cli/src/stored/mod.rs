//! The store of this call: opened when it is needed, and with patience, for most stores have one writer at a time.

pub(crate) mod damage;
mod id;
mod inbox;
mod known;
mod patience;
mod producer;
mod reading;

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use makespan_server::alerts::AlertLedger;
use makespan_store::{Error, Location, Store};

use crate::config::settings::{STORE, WAIT};
use crate::config::{self, Config};
use crate::failure::Failure;
use crate::output::clean;
pub(crate) use id::{new_run_id, random};
pub(crate) use known::{all_runs_of, known, lines_of, missing, run_of, state_of};
pub(crate) use patience::{patiently, within};
pub(crate) use producer::Producer;
pub(crate) use reading::{RUN_PREFIX, bytes_of, id_of, name_of};

/// What the last try may take longer than the wait for a store.
const MARGIN: Duration = Duration::from_millis(200);

/// Where a store is, and how long to wait for it.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    location: Location,
    wait: Duration,
    is_default: bool,
}

impl Address {
    /// The store that this call is about.
    pub(crate) fn new(config: &Config) -> Result<Address, Failure> {
        Ok(Address {
            location: config.value(None, &STORE)?,
            wait: config.value(None, &WAIT)?.as_duration(),
            is_default: config.has_default_store(),
        })
    }

    /// Another store, for whoever copies.
    pub(crate) fn at(config: &Config, url: &str) -> Result<Address, Failure> {
        let location = Location::parse(url)?;
        Ok(Address { location, is_default: false, ..Address::new(config)? })
    }

    /// Whether both are one store, as far as their URLs show.
    pub(crate) fn is_same(&self, other: &Address) -> bool {
        let place =
            |address: &Address| address.location.path().ok().and_then(|path| path.canonicalize().ok());
        let on_disk = |address: &Address| matches!(address.location.scheme(), "file" | "sqlite");
        self.location == other.location
            || (on_disk(self) && on_disk(other) && place(self).is_some() && place(self) == place(other))
    }

    /// The URL, without its password.
    pub(crate) fn shown(&self) -> String {
        config::shown(&self.location)
    }

    /// The URL with its password, for the environment of a program that records into the same store, wherever it goes.
    pub(crate) fn for_others(&self) -> String {
        let url = self.location.secret_url();
        std::env::current_dir().map_or_else(|_| url.to_owned(), |here| config::rooted(url, &here))
    }

    /// The same store, waited for as long as that.
    pub(crate) fn with_wait(&self, wait: Duration) -> Address {
        Address { wait, ..self.clone() }
    }

    /// How long to wait for other writers.
    pub(crate) fn wait(&self) -> Duration {
        self.wait
    }

    /// Opens the store, and makes it where there is none.
    pub(crate) fn open(&self) -> Result<Box<dyn Store>, Failure> {
        self.try_open().map_err(|error| self.failed(error))
    }

    /// What to say of an error of this store.
    pub(crate) fn failed(&self, error: Error) -> Failure {
        match error {
            Error::Location { .. }
            | Error::Unavailable { .. }
            | Error::Busy { .. }
            | Error::Foreign { .. }
            | Error::NoRun { .. }
            | Error::Invalid { .. } => Failure::Store(error.to_string()),
            // These do not say which store they speak of.
            other => Failure::Store(format!("{}: {other}", self.shown())),
        }
    }

    /// The same, for whoever goes on without it.
    pub(crate) fn try_open(&self) -> Result<Box<dyn Store>, Error> {
        if self.is_default
            && let Some(folder) = config::data_folder()
        {
            makespan_store::private::create_folders(&folder)?;
        }
        let store = patiently(self.wait, || makespan_store::open(self.location.secret_url()))?;
        inbox::take_in(&*store, self.inbox().as_deref(), self.wait);
        Ok(store)
    }

    /// Whether it is a store of this machine, which has one writer at a time.
    pub(crate) fn is_on_disk(&self) -> bool {
        matches!(self.location.scheme(), "file" | "sqlite")
    }

    /// Takes in what programs have put into the inbox since the last time.
    pub(crate) fn take_in(&self, store: &dyn Store) {
        inbox::take_in(store, self.inbox().as_deref(), self.wait);
    }

    /// Where programs that record themselves put events for this store.
    pub(crate) fn inbox(&self) -> Option<PathBuf> {
        inbox::folder(&self.location, config::data_folder())
    }

    /// The history of alerts about the runs of this store.
    ///
    /// # Errors
    ///
    /// [`Failure::Config`] if there is no folder for it.
    pub(crate) fn alerts(&self) -> Result<AlertLedger, Failure> {
        let place = inbox::alerts(&self.location, config::data_folder());
        let none = || Failure::Config("there is no home folder to keep the history of alerts in".to_owned());
        place.map(AlertLedger::new).ok_or_else(none)
    }

    /// The file in the inbox for what others record into a run, in a folder that is there and private.
    pub(crate) fn inbox_file(&self, run: &str) -> std::io::Result<PathBuf> {
        let inbox = self.inbox().ok_or(std::io::ErrorKind::NotFound)?;
        makespan_store::private::create_folders(&inbox)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let name: String = run.chars().take(80).filter(|c| plain(*c)).collect();
        Ok(inbox.join(format!("{name}.{:016x}.jsonl", random())))
    }

    /// Opens the store, and gives up after its wait whatever the other side does.
    pub(crate) fn try_open_soon(&self) -> Result<Box<dyn Store>, Error> {
        let (address, late) = (self.clone(), self.late());
        within(self.wait + MARGIN, move || address.try_open(), || late)
    }

    /// That no answer came in time.
    fn late(&self) -> Error {
        Error::Unavailable { location: self.shown(), reason: "no answer in time".to_owned() }
    }

    /// Opens the store that a run is in, which must be there then.
    ///
    /// # Errors
    ///
    /// [`Failure::NoRun`] where there is no store: a wrong word in a command leaves no empty one behind.
    pub(crate) fn open_with(&self, run: &str) -> Result<Box<dyn Store>, Failure> {
        self.open_existing()?.ok_or_else(|| {
            let meant = ", because the store does not exist yet".to_owned();
            Failure::NoRun { run: clean(run), place: self.shown(), meant }
        })
    }

    /// Opens the store if it is there, for questions that must not leave an empty one behind.
    pub(crate) fn open_existing(&self) -> Result<Option<Box<dyn Store>>, Failure> {
        let on_disk = matches!(self.location.scheme(), "file" | "sqlite");
        if on_disk && let Ok(path) = self.location.path() {
            // A folder that is not there is more likely a slip of the pen than a store to come.
            let folder = path.parent().is_none_or(|folder| folder.as_os_str().is_empty() || folder.is_dir());
            let places = [self.inbox(), inbox::other_folder()];
            let waiting = places.into_iter().flatten().any(|folder| folder.is_dir());
            if !path.exists() && !waiting && (folder || self.is_default) {
                return Ok(None);
            }
        }
        self.open().map(Some)
    }
}

/// Now, ns since the epoch.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}
