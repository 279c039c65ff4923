//! Repeated ids: duplicates, further attempts, and separate tasks.
//!
//! Records with the same id are distinguished by their other contents. A record with nothing new is a duplicate.
//! Instances of a mapped or sharded task have ids of their own, `id[3]`. A record that follows a failed attempt, or failed
//! before one, is an attempt of its task, whatever the order of the records. Any other record is another task, `id #2`: a
//! step that ran twice was not retried.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::BuildHasher;

use makespan_format::{Attempt, Severity, Status};
use makespan_model::{HashMap, HashSet, Interner, Seeded, StrId};

use crate::tally::Tally;

mod tries;

pub(crate) use tries::Row;

/// The parts of a record that identify its task and attempt.
#[derive(Debug, Default)]
pub(crate) struct Seen<'r, 'p> {
    /// Its id.
    pub(crate) id: &'r str,
    /// The instance of a mapped or sharded task, such as `3`.
    pub(crate) instance: Option<Cow<'r, str>>,
    /// The number of the attempt, if given.
    pub(crate) number: Option<u32>,
    /// Its parameters, as text; empty if there are none.
    pub(crate) params: &'p str,
    /// Where else it ran, such as its pod; a retry may run elsewhere, but a record of another pod repeats no other.
    pub(crate) pod: &'p str,
}

/// The task and attempt of a record.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Placed<'r> {
    /// It repeats another record.
    Duplicate,
    /// It belongs to the attempt with this number of the task with this id, which [`Ids`] knows by `key`.
    Try { id: Cow<'r, str>, key: StrId, number: u32 },
}

/// The last record of a task.
#[derive(Clone, Copy, Debug)]
struct Last {
    started: Option<i64>,
    ended: Option<i64>,
    status: Option<Status>,
    number: u32,
    params: u64,
    /// Whether its times are still unknown.
    untimed: bool,
}

impl Last {
    /// When the record ran, if it is known, and whether it failed.
    fn span(&self) -> Option<((i64, i64), bool)> {
        let span = self.started.zip(self.ended).filter(|(start, end)| start <= end)?;
        Some((span, self.status.is_some_and(is_failed)))
    }
}

/// A task whose id occurs several times.
#[derive(Debug)]
struct Known {
    last: Last,
    /// Its attempts with known times, and whether they failed.
    tries: BTreeMap<(i64, i64), bool>,
}

impl Known {
    fn new(first: Last) -> Known {
        Known { last: first, tries: first.span().into_iter().collect() }
    }

    /// Whether a record ran before or between the attempts of this task, as a failed one would have.
    fn is_earlier(&self, record: &Last) -> bool {
        let Some((span, true)) = record.span() else { return false };
        let before = self.tries.range(..=span).next_back();
        let after = self.tries.range(span..).next();
        record.params == self.last.params
            && before.is_none_or(|(&(_, end), failed)| *failed && end <= span.0)
            && after.is_some_and(|(&(start, _), _)| span.1 <= start)
    }

    /// The first start at or after a time.
    fn next_start(&self, t: i64) -> Option<i64> {
        self.tries.range((t, i64::MIN)..).next().map(|(&(start, _), _)| start)
    }

    /// Adds a record; the attempt with the highest number is the last.
    fn add(&mut self, record: Last) {
        self.tries.extend(record.span());
        let is_earlier = self.last.started.zip(record.started).is_some_and(|(last, start)| start < last);
        if is_earlier {
            self.last.number = self.last.number.max(record.number);
        } else if record.number >= self.last.number {
            self.last = record;
        }
    }
}

/// The records of a file, by id.
#[derive(Default)]
pub(crate) struct Ids {
    seeds: Seeded,
    /// Ids with their instances, and ids of dependencies.
    texts: Interner,
    /// The first record of each of these ids, and its hash.
    first: Vec<Option<(Last, u64)>>,
    /// The tasks of ids that have several records, and the hashes of these records.
    tasks: HashMap<StrId, Vec<Known>>,
    rows: HashSet<u64>,
    /// Ids that have become several tasks, with these tasks.
    instances: HashMap<Box<str>, Vec<String>>,
    /// (task, id that it depends on), for ids that may become several tasks.
    after: Vec<(StrId, StrId)>,
    duplicates: (u64, String),
    others: (u64, String),
    mapped: u64,
}

/// The relation of a further record to the attempts that a format lists under one id.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// It repeats one of them.
    Duplicate,
    /// It is the next attempt.
    Next,
    /// It overlaps one of them in time, so it is another task.
    Other,
}

/// Returns whether a record after one with this status may be its next attempt.
fn is_failed(status: Status) -> bool {
    matches!(status, Status::Failed | Status::Retrying)
}

/// Limits dependencies on ids of several tasks: each becomes as many dependencies, up to a limit for the whole file, so
/// that time and memory are not quadratic.
#[derive(Debug)]
pub(crate) struct Fan {
    left: usize,
    cut: u64,
}

impl Default for Fan {
    fn default() -> Fan {
        Fan { left: 4_000_000, cut: 0 }
    }
}

impl Fan {
    /// Returns those of an id's tasks that are within the limit.
    pub(crate) fn take<'t, T>(&mut self, all: &'t [T]) -> &'t [T] {
        let taken = all.len().min(self.left);
        self.left -= taken;
        self.cut += (all.len() - taken) as u64;
        &all[..taken]
    }

    /// Reports the number of dependencies beyond the limit.
    pub(crate) fn add_to(&self, tally: &mut Tally) {
        let what = "dependencies on ids that stand for very many tasks were left out";
        tally.count(Severity::Warning, "dependencies-cut", what, self.cut);
    }
}

/// Maximum number of tasks of an id that are searched for the failed attempt before a record.
pub(crate) const RECENT: usize = 16;

impl Ids {
    /// Returns whether a record with this id occurred before.
    pub(crate) fn knows(&self, id: &str) -> bool {
        self.texts.find(id).is_some_and(|id| matches!(self.first.get(id.0 as usize), Some(Some(_))))
    }

    /// Classifies a record that its format counts as a further attempt, whatever the outcome of the previous one: a
    /// record of the same attempt, or of a task that ran at the same time, is not one. A record that `is_distinct` also
    /// has an id of its own and repeats no other. Counts duplicates; [`Ids::other`] and [`Ids::place`] count separate
    /// tasks.
    pub(crate) fn again(
        &mut self,
        id: &str,
        tries: &[Attempt<'_>],
        next: &Attempt<'_>,
        is_distinct: bool,
    ) -> Again {
        let recent = &tries[tries.len().saturating_sub(RECENT)..];
        let is_numbered = |a: &Attempt<'_>| a.number != 0 && next.number != 0;
        let span = |a: &Attempt<'_>| a.started.zip(a.ended).filter(|(start, end)| start < end);
        let is_same = |a: &Attempt<'_>| {
            let times = |a: &Attempt<'_>| (a.queued, a.started, a.ended);
            let is_one = !is_numbered(a) || a.number == next.number;
            is_one && times(a) == times(next) && a.status == next.status && a.worker == next.worker
        };
        let is_beside = |a: &Attempt<'_>| match (span(a), span(next)) {
            (Some(a_span), Some(b)) => {
                a_span.0 < b.1 && b.0 < a_span.1 && !(is_numbered(a) && a.number != next.number)
            }
            _ => false,
        };
        let is_timed = next.started.or(next.ended).is_some();
        if is_timed && !is_distinct && recent.iter().any(is_same) {
            self.duplicate(id);
            Again::Duplicate
        } else if recent.iter().any(is_beside) {
            Again::Other
        } else {
            Again::Next
        }
    }

    /// Returns the id of a task by its key.
    pub(crate) fn text(&self, key: StrId) -> &str {
        self.texts.get(key)
    }

    /// Counts a record that repeats another one.
    pub(crate) fn duplicate(&mut self, id: &str) {
        count(&mut self.duplicates, id);
    }

    /// Counts a repeated id of a separate task.
    pub(crate) fn other(&mut self, id: &str) {
        count(&mut self.others, id);
    }

    /// Determines the task and attempt of a record, and remembers it.
    pub(crate) fn place<'r>(&mut self, seen: &Seen<'r, '_>, attempt: &Attempt<'_>) -> Placed<'r> {
        let id = match &seen.instance {
            Some(instance) => Cow::Owned(format!("{}[{instance}]", seen.id)),
            None => Cow::Borrowed(seen.id),
        };
        let key = self.texts.intern(&id);
        let params = self.seeds.hash_one(seen.params);
        let Attempt { queued, started, ended, worker, status, .. } = attempt;
        let times = (queued, started, ended);
        let untimed = times == (&None, &None, &None);
        let place = (worker, seen.pod);
        let row = self.seeds.hash_one((&id, times, place, status.map(|s| s as u8), seen.number, params));
        let now =
            |number| Last { started: *started, ended: *ended, status: *status, number, params, untimed };
        if self.first.len() < self.texts.len() {
            self.first.resize(self.texts.len(), None);
        }
        let Some((first, first_row)) = self.first[key.0 as usize] else {
            let number = seen.number.unwrap_or(1);
            self.first[key.0 as usize] = Some((now(number), row));
            if seen.instance.is_some() {
                self.mapped += 1;
                self.instances.entry(seen.id.into()).or_default().push(id.clone().into_owned());
            }
            return Placed::Try { id, key, number };
        };
        self.rows.insert(first_row);
        if !self.rows.insert(row) && !untimed {
            count(&mut self.duplicates, &id);
            return Placed::Duplicate;
        }
        let tasks = self.tasks.entry(key).or_insert_with(|| vec![Known::new(first)]);
        let recent = tasks.len().saturating_sub(RECENT);
        let record = now(seen.number.unwrap_or(1));
        let follows = tasks[recent..].iter().rposition(|Known { last, .. }| {
            let is_same = last.params == params;
            let is_after = match (last.ended, started) {
                (Some(end), Some(start)) => *start >= end,
                _ => true,
            };
            let has_failed = last.status.is_some_and(is_failed);
            let is_numbered = seen.number.is_some_and(|n| n > last.number);
            untimed || last.untimed || (is_same && has_failed && (is_after || is_numbered))
                // Attempts that are listed from the last to the first.
                || (is_same && *status == Some(Status::Failed) && seen.number.is_some_and(|n| n < last.number))
        });
        // The closest of the tasks that ran afterwards.
        let earlier = || {
            let fits = tasks[recent..].iter().enumerate().filter(|(_, known)| known.is_earlier(&record));
            fits.min_by_key(|(_, known)| known.next_start(started.unwrap_or_default()))
                .map(|(place, _)| place)
        };
        let found = follows.or_else(earlier);
        let is_other = found.is_none();
        let (at, number) = match found {
            Some(place) => {
                let at = recent + place;
                let known = &mut tasks[at];
                let fresh = !(untimed || known.last.untimed);
                let number = match seen.number {
                    Some(n) if n != known.last.number => n,
                    _ if fresh => known.last.number.saturating_add(1),
                    _ => known.last.number,
                };
                if !untimed {
                    known.add(now(number));
                }
                (at, number)
            }
            None => {
                let number = seen.number.unwrap_or(1);
                tasks.push(Known::new(now(number)));
                (tasks.len() - 1, number)
            }
        };
        if at == 0 {
            return Placed::Try { id, key, number };
        }
        let other = format!("{id} #{}", at + 1);
        if is_other {
            count(&mut self.others, &id);
            let all = self.instances.entry(seen.id.into()).or_default();
            if all.is_empty() {
                all.push(id.into_owned());
            }
            all.push(other.clone());
        }
        let key = self.texts.intern(&other);
        Placed::Try { id: Cow::Owned(other), key, number }
    }

    /// Records the dependencies of a task, for [`Ids::later`].
    pub(crate) fn depends(&mut self, task: StrId, after: &[Cow<'_, str>]) {
        for id in after {
            let id = self.texts.intern(id);
            self.after.push((task, id));
        }
    }

    /// Calls `f` with each task that depends on an id of several tasks, and all of these.
    pub(crate) fn later(&self, tally: &mut Tally, mut f: impl FnMut(&str, &[String])) {
        if self.instances.is_empty() {
            return;
        }
        let mut fan = Fan::default();
        for (task, id) in &self.after {
            if let Some(all) = self.instances.get(self.texts.get(*id)) {
                f(self.texts.get(*task), fan.take(all));
            }
        }
        fan.add_to(tally);
    }

    /// Whether an id stands for instances only, so that a dependency on it leads to these.
    pub(crate) fn add_to(&self, tally: &mut Tally) {
        let (count, first) = &self.duplicates;
        let what = format!("records that repeat another one were left out (first: task {first:?})");
        tally.count(Severity::Info, "duplicate-record", &what, *count);
        let (count, first) = &self.others;
        let what = format!(
            "ids that occur again, and not after a failed try, were read as tasks of their own (first: {first:?})"
        );
        tally.count(Severity::Warning, "duplicate-id", &what, *count);
        let what = "instances of mapped tasks share an id; they were distinguished by their index";
        tally.count(Severity::Info, "mapped-tasks", what, self.mapped);
    }
}

fn count((count, first): &mut (u64, String), id: &str) {
    if *count == 0 {
        crate::tally::clip(id).clone_into(first);
    }
    *count += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(started: i64, ended: i64, status: Status) -> Attempt<'static> {
        Attempt { started: Some(started), ended: Some(ended), status: Some(status), ..Attempt::default() }
    }

    fn one(id: &str) -> Seen<'_, 'static> {
        Seen { id, ..Seen::default() }
    }

    fn is(placed: Placed<'_>, id: &str, number: u32) -> bool {
        matches!(placed, Placed::Try { id: found, number: n, .. } if found == id && n == number)
    }

    #[test]
    fn only_what_follows_a_failed_try_is_a_retry() {
        let mut ids = Ids::default();
        assert!(is(ids.place(&one("a"), &row(0, 5, Status::Failed)), "a", 1));
        assert!(is(ids.place(&one("a"), &row(6, 9, Status::Succeeded)), "a", 2));
        assert_eq!(ids.place(&one("a"), &row(6, 9, Status::Succeeded)), Placed::Duplicate);
        assert!(is(ids.place(&one("a"), &row(20, 25, Status::Succeeded)), "a #2", 1));
        assert!(is(ids.place(&one("a"), &row(21, 26, Status::Failed)), "a #3", 1));
        assert!(is(ids.place(&one("a"), &row(22, 23, Status::Succeeded)), "a #4", 1));
        assert!(is(ids.place(&one("a"), &row(30, 31, Status::Succeeded)), "a #3", 2));
        let numbered = Seen { number: Some(1), ..one("b") };
        assert!(is(ids.place(&Seen { number: Some(2), ..one("b") }, &row(6, 9, Status::Succeeded)), "b", 2));
        assert!(is(ids.place(&numbered, &row(0, 5, Status::Failed)), "b", 1));
        let mut recorded = Vec::new();
        let z = ids.texts.intern("z");
        ids.depends(z, &["a".into(), "b".into()]);
        ids.later(&mut Tally::new(), |task, all| recorded.push((task.to_owned(), all.to_vec())));
        assert_eq!(recorded, [("z".to_owned(), ["a", "a #2", "a #3", "a #4"].map(str::to_owned).to_vec())]);
    }

    #[test]
    fn failed_tries_belong_to_what_follows_them_in_any_order_of_the_records() {
        let rows = [
            row(0, 5, Status::Failed),
            row(6, 9, Status::Failed),
            row(10, 12, Status::Succeeded),
            row(20, 25, Status::Failed),
            row(26, 28, Status::Succeeded),
        ];
        let orders = [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [4, 2, 3, 1, 0], [2, 4, 0, 3, 1], [0, 2, 1, 4, 3]];
        for order in orders {
            let mut ids = Ids::default();
            let mut tasks: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for at in order {
                // A record taken for a duplicate would be missing below.
                if let Placed::Try { id, .. } = ids.place(&one("a"), &rows[at]) {
                    tasks.entry(id.into_owned()).or_default().push(at);
                }
            }
            let mut tasks: Vec<Vec<usize>> = tasks.into_values().collect();
            tasks.iter_mut().for_each(|task| task.sort_unstable());
            tasks.sort_unstable();
            assert_eq!(tasks, [vec![0, 1, 2], vec![3, 4]], "{order:?}");
            assert_eq!(ids.others.0, 1, "{order:?}");
        }
    }

    #[test]
    fn listed_attempts_are_one_task_unless_they_overlap() {
        let mut ids = Ids::default();
        let tries = [row(0, 5, Status::Succeeded)];
        assert_eq!(ids.again("a", &tries, &row(5, 9, Status::Succeeded), false), Again::Next);
        assert_eq!(ids.again("a", &tries, &row(0, 5, Status::Succeeded), false), Again::Duplicate);
        assert_eq!(ids.again("a", &tries, &row(0, 5, Status::Failed), false), Again::Other);
        assert_eq!(ids.again("a", &tries, &row(4, 9, Status::Succeeded), false), Again::Other);
        assert_eq!(ids.again("a", &tries, &row(0, 5, Status::Succeeded), true), Again::Other);
        // A second try may be started while the first one still runs, if both are numbered.
        let numbered = |number, from| Attempt { number, ..row(from, 9, Status::Failed) };
        assert_eq!(ids.again("a", &[numbered(1, 0)], &numbered(2, 4), false), Again::Next);
        assert_eq!((ids.duplicates.0, ids.others.0), (1, 0));
    }

    #[test]
    fn instances_and_parameters_make_tasks_of_their_own() {
        let mut ids = Ids::default();
        let at = |n| Seen { instance: Some(n), ..one("m") };
        assert!(is(ids.place(&at("0".into()), &row(0, 5, Status::Failed)), "m[0]", 1));
        assert!(is(ids.place(&at("1".into()), &row(6, 9, Status::Succeeded)), "m[1]", 1));
        let with = |params| Seen { params, ..one("p") };
        assert!(is(ids.place(&with("{\"k\":1}"), &row(0, 5, Status::Failed)), "p", 1));
        assert!(is(ids.place(&with("{\"k\":2}"), &row(6, 9, Status::Succeeded)), "p #2", 1));
        let on = |pod| Seen { pod, ..one("o") };
        assert!(is(ids.place(&on("x-1"), &row(0, 5, Status::Failed)), "o", 1));
        assert!(is(ids.place(&on("x-2"), &row(0, 5, Status::Failed)), "o #2", 1));
        assert!(is(ids.place(&on("x-3"), &row(6, 9, Status::Succeeded)), "o #2", 2));
        assert!(is(ids.place(&one("q"), &Attempt::default()), "q", 1));
        assert!(is(ids.place(&one("q"), &row(6, 9, Status::Succeeded)), "q", 1));
        assert!(is(ids.place(&one("q"), &Attempt::default()), "q", 1));
    }
}
