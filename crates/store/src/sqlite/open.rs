//! Opens a file: its identity is checked before anything is written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::driver::{Sqlite, describe};
use crate::sql::{Connect, FROM_1, SCHEMA, known, make_tables};
use crate::{Error, Location};

/// `MKSP`: identifies the file as a Makespan store, in its header.
const APPLICATION_ID: i64 = 0x4d4b_5350;
/// Maximum time that a connection waits for another one.
const PATIENCE: Duration = Duration::from_secs(5);
/// Maximum size of a file that is checked completely after a writer died, in bytes; checking a larger one would take
/// too long.
const CHECKED_BYTES: u64 = 256 << 20;

/// A file that is a store, or becomes one.
#[derive(Debug)]
pub(super) struct File {
    location: Location,
    path: PathBuf,
    /// Whether a writer has checked the file since it was opened.
    checked: AtomicBool,
}

impl File {
    /// Checks the file; creates the store if the file is missing or empty.
    pub(super) fn at(location: &Location) -> Result<File, Error> {
        let path = location.path()?;
        let file = File { location: location.clone(), path, checked: AtomicBool::new(false) };
        let folder = file.folder();
        if !folder.is_dir() {
            return Err(file.location.wrong("its folder is not there"));
        }
        let patient_until = Instant::now() + PATIENCE;
        loop {
            let opened = match fs::metadata(&file.path) {
                Ok(found) if found.is_dir() => Err(file.location.wrong("it is a folder")),
                Ok(found) if found.len() > 0 => file.reader().map(|_| ()),
                Ok(_) => file.writer().map(|_| ()),
                // SQLite would make it readable for everybody; its other files get the mode of this one.
                Err(_) => crate::private::options()
                    .create(true)
                    .truncate(false)
                    .open(&file.path)
                    .map_err(Error::from)
                    .and_then(|_| file.writer().map(|_| ())),
            };
            match opened {
                // Another process is creating it at the moment.
                Err(Error::Busy { .. }) if Instant::now() < patient_until => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(error) => return Err(error),
                Ok(()) => return Ok(file),
            }
        }
    }

    fn folder(&self) -> &Path {
        let folder = self.path.parent().filter(|p| !p.as_os_str().is_empty());
        folder.unwrap_or(Path::new("."))
    }

    fn describe(&self, error: &rusqlite::Error) -> Error {
        describe(error, &self.location.to_string())
    }

    /// Reads the header; writes nothing.
    fn identify(&self, connection: &Connection) -> Result<Identity, Error> {
        let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
        let look = || -> rusqlite::Result<(i64, i64, i64)> {
            let tables = "SELECT COUNT(*) FROM sqlite_schema";
            let tables = connection.query_row(tables, [], |row| row.get(0))?;
            Ok((number("application_id")?, number("user_version")?, tables))
        };
        match look().map_err(|e| self.describe(&e))? {
            (0, 0, 0) => Ok(Identity::Empty),
            (APPLICATION_ID, 1, _) => Ok(Identity::Old),
            (APPLICATION_ID, version, _) => known(version).map(|()| Identity::Ours),
            _ => Err(Error::Foreign {
                location: self.location.to_string(),
                reason: "it is a database of another program".to_owned(),
            }),
        }
    }

    fn set_up(&self, connection: &Connection) -> Result<(), Error> {
        let set = || -> rusqlite::Result<()> {
            connection.busy_timeout(PATIENCE)?;
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
            connection.pragma_update(None, "cell_size_check", true)?;
            connection.set_prepared_statement_cache_capacity(64);
            Ok(())
        };
        set().map_err(|e| self.describe(&e))
    }

    /// Takes the lock for writing.
    fn lock(&self) -> Result<fs::File, Error> {
        let mut name = self.path.clone().into_os_string();
        name.push(".lock");
        let lock = crate::private::options().create(true).truncate(false).open(Path::new(&name))?;
        let claimed = crate::lock::claim(&lock)?;
        if claimed { Ok(lock) } else { Err(Error::Busy { location: self.location.to_string() }) }
    }

    /// Makes the name of the file durable, by syncing its folder.
    fn sync_folder(&self) -> io::Result<()> {
        fs::File::open(self.folder())?.sync_all()
    }

    fn make(&self, connection: Connection, lock: fs::File) -> Result<Sqlite, Error> {
        let before = "PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL;";
        connection.execute_batch(before).map_err(|e| self.describe(&e))?;
        let mut driver = self.writing(connection, lock)?;
        // In one transaction: a file has its identity and all its tables, or is empty.
        use crate::sql::Driver as _;
        driver.begin()?;
        make_tables(&mut driver)?;
        let identity = driver
            .connection
            .pragma_update(None, "application_id", APPLICATION_ID)
            .and_then(|()| driver.connection.pragma_update(None, "user_version", SCHEMA));
        identity.map_err(|e| self.describe(&e))?;
        driver.commit()?;
        self.sync_folder()?;
        Ok(driver)
    }

    fn writing(&self, connection: Connection, lock: fs::File) -> Result<Sqlite, Error> {
        let set = || -> rusqlite::Result<()> {
            connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "fullfsync", true)?;
            connection.pragma_update(None, "cache_size", -32_768)?;
            connection.pragma_update_and_check(None, "journal_size_limit", 64 << 20, |_| Ok(()))
        };
        set().map_err(|e| self.describe(&e))?;
        Ok(Sqlite { connection, shown: self.location.to_string(), old: false, _lock: Some(lock) })
    }

    /// Upgrades tables of version 1. Only writers do this, so that reading changes nothing.
    fn bring_up(&self, connection: &Connection) -> Result<(), Error> {
        let sql = FROM_1.replace("BIGINT", "INTEGER");
        let steps = format!("BEGIN IMMEDIATE; {sql}; PRAGMA user_version = {SCHEMA}; COMMIT;");
        connection.execute_batch(&steps).map_err(|e| self.describe(&e))
    }

    /// After a writer died, checks the file before writing to it.
    fn check(&self, connection: &Connection, unclean: bool) -> Result<(), Error> {
        let small = fs::metadata(&self.path).is_ok_and(|file| file.len() <= CHECKED_BYTES);
        if self.checked.swap(true, Ordering::Relaxed) || !unclean || !small {
            return Ok(());
        }
        let said: String = connection
            .pragma_query_value(None, "quick_check", |row| row.get(0))
            .map_err(|e| self.describe(&e))?;
        if said == "ok" { Ok(()) } else { Err(Error::corrupt(format!("{}: {said}", self.location))) }
    }

    fn open_to_read(&self) -> Result<(Connection, Identity), Error> {
        let open = |flags, immutable: bool| {
            let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = if immutable {
                Connection::open_with_flags(immutable_uri(&self.path), flags | OpenFlags::SQLITE_OPEN_URI)
            } else {
                Connection::open_with_flags(&self.path, flags)
            };
            let connection = connection.map_err(|e| self.describe(&e))?;
            self.set_up(&connection)?;
            let identity = self.identify(&connection)?;
            connection.pragma_update(None, "query_only", true).map_err(|e| self.describe(&e))?;
            Ok((connection, identity))
        };
        open(OpenFlags::SQLITE_OPEN_READ_WRITE, false).or_else(|error| match error {
            // In a folder that cannot be written, SQLite cannot create the files that readers share with a writer.
            // Without a log there is no writer, and the file can be read as it is.
            Error::ReadOnly { .. } | Error::Unavailable { .. } if !self.has_log() => {
                open(OpenFlags::SQLITE_OPEN_READ_ONLY, true)
            }
            other => Err(other),
        })
    }

    /// Returns whether there is a log beside the file, as there is while it is written and after a writer died.
    fn has_log(&self) -> bool {
        let mut name = self.path.clone().into_os_string();
        name.push("-wal");
        fs::metadata(Path::new(&name)).is_ok_and(|log| log.len() > 0)
    }
}

/// The identity of a file.
#[derive(PartialEq, Eq)]
enum Identity {
    Empty,
    /// A store of version 1.
    Old,
    Ours,
}

impl Connect for File {
    type Driver = Sqlite;

    const BACKEND: &'static str = "sqlite";

    fn reader(&self) -> Result<Sqlite, Error> {
        let mut opened = self.open_to_read()?;
        if opened.1 == Identity::Empty {
            // The process that began to create it stopped half-way.
            drop(self.writer()?);
            opened = self.open_to_read()?;
        }
        let old = opened.1 == Identity::Old;
        Ok(Sqlite { connection: opened.0, shown: self.location.to_string(), old, _lock: None })
    }

    fn writer(&self) -> Result<Sqlite, Error> {
        let lock = self.lock()?;
        let unclean = self.has_log();
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(|e| self.describe(&e))?;
        self.set_up(&connection)?;
        match self.identify(&connection)? {
            Identity::Empty => self.make(connection, lock),
            identity => {
                self.check(&connection, unclean)?;
                if identity == Identity::Old {
                    self.bring_up(&connection)?;
                }
                self.writing(connection, lock)
            }
        }
    }

    fn location(&self) -> &Location {
        &self.location
    }
}

/// Returns `file:…?immutable=1`, with all characters encoded that have a meaning in a URI.
fn immutable_uri(path: &Path) -> String {
    let mut uri = String::from("file:");
    for &byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02x}"));
        }
    }
    uri + "?immutable=1"
}
