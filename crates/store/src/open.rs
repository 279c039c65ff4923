//! Opens the store that a URL names.

use crate::{Error, Location, Store};

/// A function that opens the store at a location.
pub type Open = fn(&Location) -> Result<Box<dyn Store>, Error>;

/// A kind of store.
#[derive(Clone, Copy, Debug)]
pub struct Backend {
    /// The schemes of its URLs.
    pub schemes: &'static [&'static str],
    /// Example of its URLs.
    pub example: &'static str,
    /// Its use, in one sentence.
    pub about: &'static str,
    /// Opens a store of this kind; `None` if this program was built without it.
    pub open: Option<Open>,
}

macro_rules! built_in {
    ($feature:literal, $open:path) => {{
        #[cfg(feature = $feature)]
        let open: Option<Open> = Some($open);
        #[cfg(not(feature = $feature))]
        let open = None;
        open
    }};
}

/// All kinds of stores. Lists and help texts are made from this table.
pub const BACKENDS: &[Backend] = &[
    Backend {
        schemes: &["file"],
        example: "file:runs",
        about: "a folder of files that any tool can read",
        open: Some(crate::file::open),
    },
    Backend {
        schemes: &["sqlite"],
        example: "sqlite:runs.db",
        about: "one file; the default, for one machine",
        open: built_in!("sqlite", crate::sqlite::open),
    },
    Backend {
        schemes: &["postgres", "postgresql"],
        example: "postgres://user@host/makespan",
        about: "a database that many machines write to at once",
        open: built_in!("postgres", crate::postgres::open),
    },
    Backend {
        schemes: &["mysql", "mariadb"],
        example: "mysql://user@host/makespan",
        about: "the same with MySQL or MariaDB",
        open: built_in!("mysql", crate::mysql::open),
    },
    Backend {
        schemes: &["redis", "redis+unix"],
        example: "redis://host/0?expiry=30d",
        about: "runs that expire after some time",
        open: built_in!("redis", crate::redis::open),
    },
    Backend {
        schemes: &["mongodb", "mongodb+srv"],
        example: "mongodb://user@host/makespan",
        about: "the same as PostgreSQL with MongoDB",
        open: built_in!("mongodb", crate::mongodb::open),
    },
];

/// Opens the store that a URL names. Creates it if it does not exist.
///
/// # Errors
///
/// [`Error::Location`] for a URL of an unknown kind of store, or of a kind that this program was built without; and
/// errors of opening the store.
pub fn open(url: &str) -> Result<Box<dyn Store>, Error> {
    let location = Location::parse(url)?;
    let scheme = location.scheme();
    let Some(backend) = BACKENDS.iter().find(|backend| backend.schemes.contains(&scheme)) else {
        let known: Vec<&str> = BACKENDS.iter().map(|backend| backend.example).collect();
        return Err(location.wrong(format!("unknown scheme; valid schemes: {}", known.join(", "))));
    };
    match backend.open {
        Some(open) => open(&location),
        None => Err(location.wrong("this program was built without that kind of store")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::location::SCHEMES;

    #[test]
    fn every_scheme_is_one_whose_secrets_are_found() {
        let all: Vec<&str> = BACKENDS.iter().flat_map(|b| b.schemes.iter().copied()).collect();
        assert_eq!(all, SCHEMES);
    }
}
