//! Why a verb stopped, and with which exit code.

use std::path::PathBuf;

use makespan_report::ReportError;

use crate::foreign::clean;

/// Why a verb stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// No run could be read; why stands on stderr already, file by file.
    #[error("no run could be read")]
    NothingRead,
    /// A place to write to is none.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Where to.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// One run is no comparison.
    #[error("a comparison needs two runs, and there is one")]
    OneRun,
    /// No run measures that.
    #[error("no run has the metric {name}; there are {known}")]
    Metric {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// A query with nothing that is asked of, or nothing that is asked.
    #[error("a query needs files and an expression, in this order: makespan query FILES EXPRESSION")]
    NoExpression,
    /// The expression of a query is wrong; says where.
    #[error("{0}")]
    Query(String),
    /// There is no run of that number.
    #[error("there is no run {number}: the files hold {count}, the first being 1")]
    NoSuchRun {
        /// What was asked for.
        number: usize,
        /// What there is.
        count: usize,
    },
    /// No report can be made of this.
    #[error("{0}")]
    Report(#[from] ReportError),
    /// The server cannot be started, or stopped.
    #[error("{0}")]
    Serve(String),
    /// A setting is wrong; says where it stands.
    #[error("{0}")]
    Config(String),
    /// The words of the command make no sense.
    #[error("{0}")]
    Usage(String),
    /// The store cannot be used; says which one, without its password.
    #[error("{0}")]
    Store(String),
    /// No run of that id is kept.
    #[error("there is no run {run} in {place}{meant}")]
    NoRun {
        /// The id.
        run: String,
        /// The store.
        place: String,
        /// Which one may have been meant, as the end of a sentence.
        meant: String,
    },
    /// That cannot happen in the state in which things are.
    #[error("{0}")]
    Refused(String),
    /// Whoever reads our output has had enough.
    #[error("")]
    Closed,
}

impl Failure {
    /// 1 where what was asked for is not there or cannot happen, 2 where something else is in the way; nothing is wrong
    /// with a closed pipe.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Failure::NothingRead | Failure::NoRun { .. } | Failure::Refused(_) => 1,
            Failure::Closed => 0,
            _ => 2,
        }
    }
}

impl From<makespan_store::Error> for Failure {
    fn from(error: makespan_store::Error) -> Failure {
        Failure::Store(clean(&error.to_string()))
    }
}
