//! Records with the same id that a format lists together: decides which are attempts of one task.

use std::hash::{BuildHasher, Hash};

use makespan_format::{Attempt, Status};
use makespan_model::{HashSet, Order as _};

use super::{Ids, RECENT, is_failed};

/// A record of an id, and what its format keeps of it.
#[derive(Debug)]
pub(crate) struct Row<'a, T> {
    /// When the task ran and how it ended; `number` is 0 where the format gives none.
    pub(crate) attempt: Attempt<'a>,
    /// What distinguishes the record besides, from [`Ids::print`].
    pub(crate) print: u64,
    pub(crate) of: T,
}

impl Ids {
    /// A number for what distinguishes a record from others of its id, such as its parameters.
    pub(crate) fn print(&self, what: impl Hash) -> u64 {
        self.seeds.hash_one(what)
    }

    /// The tasks that the records of one id stand for, each with the records of its tries. The first task has the id, the
    /// others are named `id #2` and so on. Counts duplicates and tasks of their own.
    ///
    /// A record that says the same as another one is a duplicate; of two that differ only in that one has no end yet, the
    /// one with the end counts. A record is a further try if the format numbers both, or if it starts when a failed try
    /// has ended. Any other record is a task of its own. The order of the records does not matter: they are taken by their
    /// numbers if all have one, else by their times.
    pub(crate) fn tries<'a, T>(
        &mut self,
        id: &str,
        rows: impl IntoIterator<Item = Row<'a, T>>,
    ) -> Vec<Vec<Row<'a, T>>> {
        let mut tasks: Vec<Vec<Row<'a, T>>> = Vec::new();
        let mut seen: HashSet<u64> = HashSet::default();
        let mut rows: Vec<Row<'a, T>> = rows.into_iter().collect();
        if rows.iter().any(|row| row.attempt.number == 0) {
            if rows.iter().all(|row| row.attempt.started.is_some()) {
                rows.order_by_numbers(|row| row.attempt.started.unwrap_or_default());
            }
        } else {
            rows.order_by_numbers(|row| row.attempt.number);
        }
        for row in rows {
            let Attempt { queued, started, ended, worker, status, number, .. } = &row.attempt;
            let times = (queued, started, ended);
            let same = (row.print, times, worker, status.map(|s| s as u8), number);
            if !seen.insert(self.seeds.hash_one(same)) {
                self.duplicate(id);
                continue;
            }
            let recent = tasks.len().saturating_sub(RECENT);
            let unended = tasks[recent..].iter_mut().rev().filter_map(|task| task.last_mut());
            if let Some(known) = unended.into_iter().find(|known| is_one_try(&known.attempt, &row.attempt)) {
                self.duplicate(id);
                if known.attempt.ended.is_none() {
                    *known = row;
                }
                continue;
            }
            match tasks[recent..].iter().rposition(|task| follows(task, &row.attempt)) {
                Some(place) => tasks[recent + place].push(row),
                None => {
                    if !tasks.is_empty() {
                        self.other(id);
                    }
                    tasks.push(vec![row]);
                }
            }
        }
        tasks
    }
}

/// Whether two records are of one try, one of them from before it ended.
fn is_one_try(a: &Attempt<'_>, b: &Attempt<'_>) -> bool {
    let is_open = |a: &Attempt<'_>| a.ended.is_none() && !a.status.is_some_and(Status::is_terminal);
    a.started.is_some() && a.started == b.started && a.number == b.number && is_open(a) != is_open(b)
}

/// Whether a record is a further try of a task.
fn follows<T>(task: &[Row<'_, T>], next: &Attempt<'_>) -> bool {
    let Some(last) = task.last().map(|row| &row.attempt) else { return false };
    let recent = &task[task.len().saturating_sub(RECENT)..];
    if last.number != 0 && next.number != 0 {
        return recent.iter().all(|row| row.attempt.number != next.number);
    }
    let is_after = last.ended.zip(next.started).is_none_or(|(end, start)| start >= end);
    last.status.is_some_and(is_failed) && is_after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(started: i64, ended: Option<i64>, status: Status, number: u32) -> Row<'static, ()> {
        let attempt =
            Attempt { started: Some(started), ended, status: Some(status), number, ..Attempt::default() };
        Row { attempt, print: 0, of: () }
    }

    fn starts(rows: Vec<Row<'static, ()>>) -> (Vec<Vec<i64>>, u64, u64) {
        let mut ids = Ids::default();
        let tasks = ids.tries("a", rows);
        let starts = |task: &Vec<Row<'_, ()>>| task.iter().filter_map(|row| row.attempt.started).collect();
        (tasks.iter().map(starts).collect(), ids.duplicates.0, ids.others.0)
    }

    #[test]
    fn records_of_one_id_are_duplicates_tries_or_tasks() {
        use Status::{Failed, Running, Succeeded};
        let ok = |from, to| row(from, Some(to), Succeeded, 0);
        assert_eq!(starts(vec![ok(0, 5), ok(0, 5)]), (vec![vec![0]], 1, 0));
        assert_eq!(starts(vec![ok(0, 5), ok(3, 9)]), (vec![vec![0], vec![3]], 0, 1));
        assert_eq!(starts(vec![ok(0, 5), ok(6, 9)]), (vec![vec![0], vec![6]], 0, 1));
        let failed = || row(0, Some(5), Failed, 0);
        assert_eq!(starts(vec![failed(), ok(6, 9)]), (vec![vec![0, 6]], 0, 0));
        assert_eq!(starts(vec![failed(), ok(4, 9)]), (vec![vec![0], vec![4]], 0, 1));
        assert_eq!(starts(vec![row(0, None, Running, 0), ok(0, 5)]), (vec![vec![0]], 1, 0));
        assert_eq!(starts(vec![ok(0, 5), row(0, None, Running, 0)]), (vec![vec![0]], 1, 0));
        assert_eq!(starts(vec![ok(6, 9), failed()]), (vec![vec![0, 6]], 0, 0));
        let numbered = |from, number| row(from, Some(9), Succeeded, number);
        assert_eq!(starts(vec![numbered(0, 1), numbered(3, 2)]), (vec![vec![0, 3]], 0, 0));
        assert_eq!(starts(vec![numbered(0, 1), numbered(3, 1)]), (vec![vec![0], vec![3]], 0, 1));
    }
}
