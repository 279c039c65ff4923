//! Errors of stores.

/// The reason why a store could not execute a request. Messages never contain a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The URL does not name a usable store.
    #[error("{location} is not a valid store URL: {reason}")]
    Location {
        /// The URL, without its password.
        location: String,
        /// The problem.
        reason: String,
    },
    /// The store cannot be reached at the moment. Acknowledged events are not lost. Events that were being appended may
    /// or may not be stored; it is safe to send them again.
    #[error("{location} cannot be reached: {reason}")]
    Unavailable {
        /// The URL, without its password.
        location: String,
        /// Message of the connection.
        reason: String,
    },
    /// Another process is writing to this store, which allows one writer at a time.
    #[error("{location} is being written by another process")]
    Busy {
        /// The URL, without its password.
        location: String,
    },
    /// The store is read-only: its folder, disk or user does not permit writing.
    #[error("the store cannot be written: {reason}")]
    ReadOnly {
        /// Message of the system.
        reason: String,
    },
    /// There is no space left. Reading still works, and writing resumes once there is space.
    #[error("the store is full: {reason}")]
    Full {
        /// Message of the system.
        reason: String,
    },
    /// The store was written by a later release. It is left as it is.
    #[error("the store is of schema {found}; this release knows schemas up to {known}")]
    Newer {
        /// The schema of the store.
        found: u32,
        /// The latest schema that this release supports.
        known: u32,
    },
    /// The location holds something that is not a Makespan store. It is not changed.
    #[error("{location} is not a Makespan store: {reason}")]
    Foreign {
        /// The URL, without its password.
        location: String,
        /// What was found instead.
        reason: String,
    },
    /// A part of the store is damaged.
    #[error("the store is damaged: {reason}")]
    Corrupt {
        /// What is damaged, and where.
        reason: String,
    },
    /// The request is invalid, whatever the state of the store.
    #[error("{reason}")]
    Invalid {
        /// The problem.
        reason: String,
    },
    /// There is no run with this id.
    #[error("there is no run {run:?}")]
    NoRun {
        /// The id.
        run: String,
    },
    /// Any other error of the system or the server.
    #[error("{reason}")]
    Backend {
        /// Its message.
        reason: String,
    },
}

impl Error {
    /// Returns whether the same call may succeed later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Error::Unavailable { .. } | Error::Busy { .. } | Error::Full { .. })
    }

    pub(crate) fn invalid(reason: impl Into<String>) -> Error {
        Error::Invalid { reason: reason.into() }
    }

    pub(crate) fn corrupt(reason: impl Into<String>) -> Error {
        Error::Corrupt { reason: reason.into() }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Error {
        use std::io::ErrorKind::*;
        let reason = error.to_string();
        match error.kind() {
            StorageFull | QuotaExceeded | FileTooLarge => Error::Full { reason },
            ReadOnlyFilesystem | PermissionDenied => Error::ReadOnly { reason },
            _ => Error::Backend { reason },
        }
    }
}
