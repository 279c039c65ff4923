//! Places to keep a store in.

use std::path::{Path, PathBuf};
#[cfg(any(feature = "postgres", feature = "mysql", feature = "redis", feature = "mongodb"))]
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use makespan_store::{Store, open};

#[cfg(feature = "mongodb")]
use super::mongodb;
#[cfg(any(feature = "postgres", feature = "mysql", feature = "redis", feature = "mongodb"))]
use super::servers;

static NEXT: AtomicU64 = AtomicU64::new(0);

/// A folder that goes away with its owner.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        let name = format!("makespan-store-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A fresh place for a store of some kind.
pub(crate) trait Home: Sync {
    /// The URL of the store there.
    fn url(&self) -> String;

    /// Whether several processes may write at once.
    fn many_writers(&self) -> bool {
        false
    }

    /// Makes the store say that a later release wrote it.
    fn make_newer(&self);

    /// The URL of a store that cannot be reached, with the same password.
    fn nowhere(&self) -> String {
        self.url().replace("makespan-", "no-such-folder-")
    }

    /// Whether its server is one of these tests, which may be crashed and cut off.
    fn is_ours(&self) -> bool {
        true
    }

    /// Everything that lies there, to tell whether it changed; `None` where nobody can look.
    fn contents(&self) -> Option<Vec<(PathBuf, Vec<u8>)>> {
        None
    }

    /// Opens the store.
    fn open(&self) -> Box<dyn Store> {
        open(&self.url()).unwrap()
    }
}

/// Every file of a folder with what is in it, sorted.
pub(crate) fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let (mut found, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            found.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

/// A folder of files.
pub(crate) struct Files(Folder);

impl Files {
    pub(crate) fn new() -> Option<Files> {
        Some(Files(Folder::new()))
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.0.path().join("runs")
    }
}

impl Home for Files {
    fn url(&self) -> String {
        format!("file:{}", self.folder().display())
    }

    fn make_newer(&self) {
        std::fs::write(self.folder().join("makespan-store.json"), "{\"makespan-store\":99}").unwrap();
    }

    fn contents(&self) -> Option<Vec<(PathBuf, Vec<u8>)>> {
        Some(files(self.0.path()))
    }
}

/// A database of a server that is started when it is first needed, and for all tests of this process.
#[cfg(any(feature = "postgres", feature = "mysql"))]
macro_rules! database {
    ($home:ident, $module:ident, $feature:literal) => {
        #[cfg(feature = $feature)]
        pub(crate) struct $home(String);

        #[cfg(feature = $feature)]
        impl $home {
            /// A new database; `None`, and a word about it, where there is no such server.
            pub(crate) fn new() -> Option<$home> {
                let database = format!("makespan_{}", NEXT.fetch_add(1, Ordering::Relaxed));
                let server = $home::server()?;
                let made = format!("CREATE DATABASE {database}");
                let made =
                    servers::$module::sql(server.folder(), stringify!($module), &made).output().unwrap();
                assert!(made.status.success(), "{made:?}");
                Some($home(database))
            }

            /// The server.
            pub(crate) fn server() -> Option<&'static servers::Server> {
                static SERVER: OnceLock<Result<servers::Server, String>> = OnceLock::new();
                let start =
                    || servers::$module::start().inspect_err(|why| super::skipped(stringify!($module), why));
                SERVER.get_or_init(start).as_ref().ok()
            }

            /// Runs SQL past the store; what it answers.
            pub(crate) fn sql(&self, sql: &str) -> String {
                let folder = $home::server().unwrap().folder();
                let out = servers::$module::sql(folder, &self.0, sql).output().unwrap();
                assert!(out.status.success(), "{out:?}");
                String::from_utf8(out.stdout).unwrap().trim().to_owned()
            }
        }

        #[cfg(feature = $feature)]
        impl Home for $home {
            fn url(&self) -> String {
                servers::$module::url($home::server().unwrap().folder(), &self.0)
            }

            fn many_writers(&self) -> bool {
                true
            }

            fn make_newer(&self) {
                self.sql("UPDATE makespan_schema SET version = 99");
            }
        }
    };
}

#[cfg(any(feature = "postgres", feature = "mysql"))]
database!(Postgres, postgres, "postgres");
#[cfg(any(feature = "postgres", feature = "mysql"))]
database!(Mysql, mysql, "mysql");

/// A database of Redis.
#[cfg(feature = "redis")]
pub(crate) struct Redis(String);

#[cfg(feature = "redis")]
impl Redis {
    pub(crate) fn new() -> Option<Redis> {
        let database = NEXT.fetch_add(1, Ordering::Relaxed);
        assert!(database < servers::redis::DATABASES);
        Redis::server().map(|_| Redis(database.to_string()))
    }

    pub(crate) fn server() -> Option<&'static servers::Server> {
        static SERVER: OnceLock<Result<servers::Server, String>> = OnceLock::new();
        let start = || servers::redis::start().inspect_err(|why| super::skipped("redis", why));
        SERVER.get_or_init(start).as_ref().ok()
    }

    /// Runs a command past the store; what it answers.
    pub(crate) fn command(&self, words: &str) -> String {
        let out = servers::redis::run(Redis::server().unwrap().folder(), &self.0, words).output().unwrap();
        assert!(out.status.success(), "{out:?}");
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    }
}

#[cfg(feature = "redis")]
impl Home for Redis {
    fn url(&self) -> String {
        servers::redis::url(Redis::server().unwrap().folder(), &self.0)
    }

    fn many_writers(&self) -> bool {
        true
    }

    fn make_newer(&self) {
        self.command("SET makespan:schema 99");
    }
}

/// A database of MongoDB.
#[cfg(feature = "mongodb")]
pub(crate) struct Mongodb(String);

#[cfg(feature = "mongodb")]
impl Mongodb {
    /// A new database: of the server that the environment names, else of one that is started.
    pub(crate) fn new() -> Option<Mongodb> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let home = Mongodb(format!("makespan_test_{}_{number}", std::process::id()));
        (!home.is_ours() || Mongodb::server().is_some()).then_some(home)
    }

    pub(crate) fn server() -> Option<&'static servers::Server> {
        static SERVER: OnceLock<Result<servers::Server, String>> = OnceLock::new();
        let start = || mongodb::start().inspect_err(|why| super::skipped("mongodb", why));
        SERVER.get_or_init(start).as_ref().ok()
    }

    /// The way to the server.
    fn door() -> &'static mongodb::Door {
        static DOOR: OnceLock<mongodb::Door> = OnceLock::new();
        DOOR.get_or_init(|| mongodb::Door::to(mongodb::port(Mongodb::server().unwrap().folder())))
    }

    /// Cuts the connections to the server.
    pub(crate) fn cut(&self) {
        Mongodb::door().cut();
    }

    /// Asks something past the store.
    pub(crate) fn ask<T>(
        &self,
        question: impl AsyncFn(::mongodb::Database) -> ::mongodb::error::Result<T>,
    ) -> T {
        mongodb::ask(&self.url(), question).unwrap()
    }
}

#[cfg(feature = "mongodb")]
impl Home for Mongodb {
    fn url(&self) -> String {
        match std::env::var(mongodb::GIVEN) {
            Ok(given) => mongodb::with_database(&given, &self.0),
            Err(_) => mongodb::url(Mongodb::door().port, &self.0),
        }
    }

    fn many_writers(&self) -> bool {
        true
    }

    fn nowhere(&self) -> String {
        mongodb::url(1, &self.0)
    }

    fn is_ours(&self) -> bool {
        std::env::var_os(mongodb::GIVEN).is_none()
    }

    fn make_newer(&self) {
        use ::mongodb::bson::{Document, doc};
        self.ask(async |database| {
            let schemas = database.collection::<Document>("makespan_schema");
            schemas.update_one(doc! { "_id": "schema" }, doc! { "$set": { "version": 99 } }).await
        });
    }
}

#[cfg(feature = "mongodb")]
impl Drop for Mongodb {
    fn drop(&mut self) {
        if !self.is_ours() {
            self.ask(async |database| database.drop().await);
        }
    }
}

/// A file of SQLite.
#[cfg(feature = "sqlite")]
pub(crate) struct Sqlite(Folder);

#[cfg(feature = "sqlite")]
impl Sqlite {
    pub(crate) fn new() -> Option<Sqlite> {
        Some(Sqlite(Folder::new()))
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.path().join("runs.db")
    }
}

#[cfg(feature = "sqlite")]
impl Home for Sqlite {
    fn url(&self) -> String {
        format!("sqlite:{}", self.file().display())
    }

    fn make_newer(&self) {
        let file = rusqlite::Connection::open(self.file()).unwrap();
        file.pragma_update(None, "user_version", 99).unwrap();
        file.close().unwrap();
    }

    fn contents(&self) -> Option<Vec<(PathBuf, Vec<u8>)>> {
        Some(files(self.0.path()))
    }
}
