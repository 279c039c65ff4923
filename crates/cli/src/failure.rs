//! Why a verb stopped, and with which exit code.

use std::collections::BTreeSet;
use std::path::PathBuf;

use makespan_analysis::nearest;
use makespan_report::ReportError;

use crate::foreign::clean;

/// Maximum number of metrics that an error names.
const MOST_NAMES: usize = 20;

/// Why a verb stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// No run could be read; why stands on stderr already, file by file.
    #[error("no run could be read")]
    NothingRead,
    /// A file cannot be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Path that could not be written.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A comparison was given only one run.
    #[error("a comparison needs at least two runs, and the files contain one")]
    OneRun,
    /// No run has this metric.
    #[error("no run has the metric {name}; {known}")]
    Metric {
        /// The name given.
        name: String,
        /// The name that was probably meant, and the known names.
        known: String,
    },
    /// A query without files or without an expression.
    #[error("a query needs files and an expression, in this order: makespan query FILES EXPRESSION")]
    NoExpression,
    /// The expression of a query is wrong; says where.
    #[error("{0}")]
    Query(String),
    /// There is no run of that number.
    #[error("there is no run {number}: the files contain {count}, counted from 1")]
    NoSuchRun {
        /// The number given.
        number: usize,
        /// The number of runs.
        count: usize,
    },
    /// The report cannot be written.
    #[error("{0}")]
    Report(#[from] ReportError),
    /// The server cannot be started, or stopped.
    #[error("{0}")]
    Serve(String),
    /// A setting is wrong; says where it stands.
    #[error("{0}")]
    Config(String),
    /// The arguments of the command are invalid.
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
        /// A suggestion, as the end of a sentence.
        meant: String,
    },
    /// The request conflicts with the current state of the run.
    #[error("{0}")]
    Refused(String),
    /// The reader of the output closed the pipe.
    #[error("")]
    Closed,
}

impl Failure {
    /// Returns the failure for a metric that no run has; `known` are the names of those there are.
    pub(crate) fn metric(name: &str, known: &BTreeSet<&str>) -> Failure {
        let meant = nearest(name, known.iter().copied());
        let meant = meant.map_or_else(String::new, |meant| format!("did you mean {}? ", clean(meant)));
        let names: Vec<&str> = known.iter().copied().take(MOST_NAMES).collect();
        let more = known.len().saturating_sub(MOST_NAMES);
        let known = match (names.is_empty(), more) {
            (true, _) => "no metrics were recorded".to_owned(),
            (false, 0) => format!("known metrics: {}", clean(&names.join(", "))),
            (false, more) => format!("known metrics: {} and {more} more", clean(&names.join(", "))),
        };
        Failure::Metric { name: clean(name), known: meant + &known }
    }

    /// Returns 1 if the run does not exist or the request conflicts with its state, 0 for a closed pipe, else 2.
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
