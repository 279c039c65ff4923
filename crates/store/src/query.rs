//! Queries to a store.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use makespan_format::{Status, clip};

use crate::digest::LONGEST_TEXT;
use crate::key::{TextKey, key};
use crate::{Error, RunState, TaskState};

/// The largest page of runs.
pub const LARGEST_PAGE: u32 = 10_000;

/// Filter of runs. The default selects all that are not in the trash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Runs of this workflow.
    pub workflow: Option<String>,
    /// Runs of any of these statuses; of any status where it is empty.
    pub statuses: Vec<Status>,
    /// Runs at or after this time ([`RunState::at`]), ns since the epoch.
    pub since: Option<i64>,
    /// Runs before this time.
    pub until: Option<i64>,
    /// Runs that have all these labels, with this value where one is given.
    pub labels: Vec<(String, Option<String>)>,
    /// Runs that are active, or that are not.
    pub active: Option<bool>,
    /// Runs that are pinned, or that are not.
    pub pinned: Option<bool>,
    /// The runs in the trash instead of the others.
    pub trashed: bool,
}

impl RunFilter {
    /// Whether a run is one of those. Back ends that cannot ask a database go by this.
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

/// In which order runs are listed, by [`RunState::at`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The latest first.
    #[default]
    Newest,
    /// The earliest first.
    Oldest,
}

/// A place in a list of runs: before it is what was seen, after it what comes next. It stays valid while runs come
/// and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// [`RunState::at`] of the last run seen.
    pub at: i64,
    /// The key of its id, which distinguishes runs with the same time.
    pub key: TextKey,
}

impl Cursor {
    /// The place right after a run.
    pub fn after(run: &RunState) -> Cursor {
        Cursor { at: run.at(), key: key(&run.id) }
    }

    /// Which of two places comes first.
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

    /// Reads what `Display` writes.
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
    /// In which order.
    pub order: Order,
    /// Maximum number of runs; values above [`LARGEST_PAGE`] are reduced to it.
    pub limit: u32,
    /// Where to continue; from the beginning if absent.
    pub after: Option<Cursor>,
}

impl Default for RunQuery {
    fn default() -> RunQuery {
        RunQuery { filter: RunFilter::default(), order: Order::default(), limit: 100, after: None }
    }
}

impl RunQuery {
    /// Maximum number of runs on a page.
    pub fn page_size(&self) -> usize {
        self.limit.min(LARGEST_PAGE) as usize
    }
}

/// Runs, and how many there are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The runs, in order.
    pub runs: Vec<RunState>,
    /// Number of runs that match the filter, on all pages.
    pub total: u64,
    /// Where to continue; `None` on the last page.
    pub next: Option<Cursor>,
}

impl Page {
    /// The page of a query out of all runs, for back ends that hold them in memory.
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

/// One task over many runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Over which runs, in which order, and at most how many of those that have the task.
    pub runs: RunQuery,
    /// The id of the task.
    pub task: String,
}

/// A task in one of its runs.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskRun {
    /// The id of the run.
    pub run: String,
    /// [`RunState::at`] of the run, ns since the epoch.
    pub at: i64,
    /// Status of the run.
    pub run_status: Option<Status>,
    /// The task.
    pub task: TaskState,
}

/// A task over its runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The task in each run, in order.
    pub tasks: Vec<TaskRun>,
    /// Where to continue; `None` if there is no more.
    pub next: Option<Cursor>,
}
