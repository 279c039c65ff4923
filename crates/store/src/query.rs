//! Queries to a store.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use makespan_format::{Status, clip};

use crate::digest::LONGEST_TEXT;
use crate::key::{TextKey, key};
use crate::{Error, RunState, TaskState};

/// Maximum number of runs on a page.
pub const LARGEST_PAGE: u32 = 10_000;

/// Filter of runs. The default selects all runs that are not in the trash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Runs of this workflow.
    pub workflow: Option<String>,
    /// Runs with one of these statuses; if empty, runs with any status.
    pub statuses: Vec<Status>,
    /// Runs at or after this time ([`RunState::at`]), ns since the epoch.
    pub since: Option<i64>,
    /// Runs before this time.
    pub until: Option<i64>,
    /// Runs with all these labels, each with this value if one is given.
    pub labels: Vec<(String, Option<String>)>,
    /// Active runs (`true`) or runs that are not active (`false`).
    pub active: Option<bool>,
    /// Pinned runs (`true`) or runs that are not pinned (`false`).
    pub pinned: Option<bool>,
    /// Whether to select the runs in the trash instead of the others.
    pub trashed: bool,
}

impl RunFilter {
    /// Returns whether a run matches. Used by back ends that cannot filter in a database.
    pub fn matches(&self, run: &RunState) -> bool {
        let at = run.at();
        self.trashed == run.trashed.is_some()
            && self.workflow.as_ref().is_none_or(|workflow| run.workflow.as_ref() == Some(workflow))
            && (self.statuses.is_empty() || run.status().is_some_and(|s| self.statuses.contains(&s)))
            && self.since.is_none_or(|since| at >= since)
            && self.until.is_none_or(|until| at < until)
            && self.active.is_none_or(|active| run.is_active() == active)
            && self.pinned.is_none_or(|pinned| run.pinned == pinned)
            && self.has_labels(run)
    }

    fn has_labels(&self, run: &RunState) -> bool {
        if self.labels.is_empty() {
            return true;
        }
        let labels = run.all_labels();
        self.labels.iter().all(|(name, value)| {
            let found = labels.get(clip(name, LONGEST_TEXT));
            found
                .is_some_and(|found| value.as_deref().is_none_or(|value| clip(value, LONGEST_TEXT) == *found))
        })
    }
}

/// Order of a list of runs, by [`RunState::at`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The latest first.
    #[default]
    Newest,
    /// The earliest first.
    Oldest,
}

/// A position in a list of runs, after the last run seen. It stays valid while runs are added and removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// [`RunState::at`] of the last run seen.
    pub at: i64,
    /// The key of its id, which distinguishes runs with the same time.
    pub key: TextKey,
}

impl Cursor {
    /// Returns the position right after a run.
    pub fn after(run: &RunState) -> Cursor {
        Cursor { at: run.at(), key: key(&run.id) }
    }

    /// Compares two positions in the given order.
    pub fn cmp(&self, other: &Cursor, order: Order) -> Ordering {
        let oldest = (self.at, self.key).cmp(&(other.at, other.key));
        if order == Order::Oldest { oldest } else { oldest.reverse() }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.", self.at)?;
        self.key.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Cursor {
    type Err = Error;

    /// Parses the output of `Display`.
    fn from_str(text: &str) -> Result<Cursor, Error> {
        let read = || {
            let (at, hex) = text.split_once('.')?;
            let mut key = TextKey::default();
            if hex.len() != 32 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            for (byte, pair) in key.iter_mut().zip(hex.as_bytes().chunks(2)) {
                *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
            }
            Some(Cursor { at: at.parse().ok()?, key })
        };
        read().ok_or_else(|| Error::invalid("invalid cursor"))
    }
}

/// A page of runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunQuery {
    /// Filter.
    pub filter: RunFilter,
    /// Order of the runs.
    pub order: Order,
    /// Maximum number of runs; values above [`LARGEST_PAGE`] are reduced to it.
    pub limit: u32,
    /// Position to continue from; `None` for the beginning.
    pub after: Option<Cursor>,
}

impl Default for RunQuery {
    fn default() -> RunQuery {
        RunQuery { filter: RunFilter::default(), order: Order::default(), limit: 100, after: None }
    }
}

impl RunQuery {
    /// Returns the maximum number of runs on a page.
    pub fn page_size(&self) -> usize {
        self.limit.min(LARGEST_PAGE) as usize
    }
}

/// A page of runs, and their total number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The runs, in order.
    pub runs: Vec<RunState>,
    /// Number of runs that match the filter, on all pages.
    pub total: u64,
    /// Position to continue from; `None` on the last page.
    pub next: Option<Cursor>,
}

impl Page {
    /// Selects the page of a query from all runs, for back ends that hold them in memory.
    pub fn of<'r>(query: &RunQuery, all: impl Iterator<Item = &'r RunState>) -> Page {
        let mut fitting: Vec<&RunState> = all.filter(|run| query.filter.matches(run)).collect();
        let total = fitting.len() as u64;
        fitting.retain(|run| {
            query.after.is_none_or(|after| after.cmp(&Cursor::after(run), query.order) == Ordering::Less)
        });
        fitting.sort_by_cached_key(|run| {
            let Cursor { at, key } = Cursor::after(run);
            (at, key)
        });
        if query.order == Order::Newest {
            fitting.reverse();
        }
        let more = fitting.len() > query.page_size();
        fitting.truncate(query.page_size());
        let next = fitting.last().filter(|_| more).map(|run| Cursor::after(run));
        Page { runs: fitting.into_iter().cloned().collect(), total, next }
    }
}

/// A query for one task in many runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryQuery {
    /// The runs to search, their order, and the maximum number of runs with the task.
    pub runs: RunQuery,
    /// Id of the task.
    pub task: String,
}

/// A task in one of its runs.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskRun {
    /// Id of the run.
    pub run: String,
    /// [`RunState::at`] of the run, ns since the epoch.
    pub at: i64,
    /// Status of the run.
    pub run_status: Option<Status>,
    /// The task.
    pub task: TaskState,
}

/// A task in many runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The task in each run, in order.
    pub tasks: Vec<TaskRun>,
    /// Position to continue from; `None` if there are no more runs.
    pub next: Option<Cursor>,
}
