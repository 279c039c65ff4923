//! The tasks in focus.

use makespan_analysis::{Facts, downstream, upstream};
use makespan_model::{Run, Status};

use super::choice::{Centre, Focus, Grouping};
use super::groups::Groups;

/// Returns for each task whether it is in focus; `None` if all are, or if the centre of the focus is not in this run.
/// O(n + e).
pub(crate) fn in_focus(facts: &Facts, focus: &Focus) -> Option<Vec<bool>> {
    let run = facts.run();
    let n = run.task_count();
    match focus {
        Focus::Everything => None,
        Focus::Around { centre, up, down } => {
            let centre = match centre {
                Centre::Task(id) => run.find_task(id).map(|t| vec![t.0]).unwrap_or_default(),
                Centre::Group(key) => group_members(run, key),
            };
            if centre.is_empty() {
                return None;
            }
            let mut before = reach(run, &centre, *up, true);
            let after = reach(run, &centre, *down, false);
            before.iter_mut().zip(after).for_each(|(a, b)| *a |= b);
            Some(before)
        }
        Focus::Failed { hops } => {
            let failed = |t: &u32| run.tasks.status[*t as usize] == Status::Failed;
            let failed: Vec<u32> = (0..n as u32).filter(failed).collect();
            if failed.is_empty() {
                return None;
            }
            let mut before = reach(run, &failed, *hops, true);
            let after = reach(run, &failed, *hops, false);
            before.iter_mut().zip(after).for_each(|(a, b)| *a |= b);
            Some(before)
        }
        Focus::Between(a, b) => {
            let (a, b) = (run.find_task(a)?, run.find_task(b)?);
            // In either order: tasks are sorted topologically.
            let (first, last) = if a.0 <= b.0 { (a, b) } else { (b, a) };
            let (after, before) = (downstream(run, first), upstream(run, last));
            let mut both: Vec<bool> = after.iter().zip(&before).map(|(x, y)| *x && *y).collect();
            (both[first.index()], both[last.index()]) = (true, true);
            Some(both)
        }
    }
}

/// Returns the indices of the tasks in focus; `None` if all are.
pub fn tasks_in_focus(facts: &Facts, focus: &Focus) -> Option<Vec<u32>> {
    let mask = in_focus(facts, focus)?;
    Some((0..mask.len() as u32).filter(|t| mask[*t as usize]).collect())
}

/// Returns the tasks of a group of any kind, by its key.
pub fn group_members(run: &Run, key: &str) -> Vec<u32> {
    let (rest, only_failed) = {
        let key = key.strip_prefix('+').unwrap_or(key);
        key.strip_prefix('!').map_or((key, false), |k| (k, true))
    };
    let kinds: &[Grouping] = match rest.split(':').next() {
        Some("s") => &[Grouping::Steps, Grouping::Groups],
        Some("=") => &[Grouping::Stacks],
        _ => &[Grouping::Groups],
    };
    let found = kinds.iter().map(|by| Groups::new(run, *by).members(rest)).find(|m| !m.is_empty());
    let mut members = found.unwrap_or_default();
    if only_failed {
        members.retain(|t| run.tasks.status[*t as usize] == Status::Failed);
    }
    members
}

/// Returns the given tasks and those at most `hops` dependencies before or after them.
fn reach(run: &Run, from: &[u32], hops: u32, before: bool) -> Vec<bool> {
    let mut reached = vec![false; run.task_count()];
    from.iter().for_each(|&t| reached[t as usize] = true);
    let mut front = from.to_vec();
    let mut left = hops;
    while left > 0 && !front.is_empty() {
        let mut next = Vec::new();
        for &t in &front {
            let rows = if before { &run.predecessors } else { &run.successors };
            for &other in rows.row(t as usize) {
                if !std::mem::replace(&mut reached[other as usize], true) {
                    next.push(other);
                }
            }
        }
        front = next;
        left -= 1;
    }
    reached
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::choice::ALL_HOPS;
    use super::*;

    fn names(focus: &Focus) -> Option<String> {
        let text = "a 0..1 w\nb 1..2 w a\nc 2..3 w b step=s\nd 3..4 w c failed step=s\ne - - d\nx 0..1 w";
        let facts = Facts::new(std::sync::Arc::new(makespan_model::notation::run(text).unwrap()));
        let mask = in_focus(&facts, focus)?;
        let run = facts.run();
        Some(run.task_ids().filter(|t| mask[t.index()]).map(|t| run.task_id(t)).collect())
    }

    fn around(centre: Centre, up: u32, down: u32) -> Focus {
        Focus::Around { centre, up, down }
    }

    #[test]
    fn the_focus_is_counted_in_dependencies() {
        let task = |id: &str| Centre::Task(id.to_owned());
        let is = |focus: &Focus, expected: &str| {
            let mut found: Vec<char> = names(focus).unwrap().chars().collect();
            found.sort_unstable();
            assert_eq!(found.into_iter().collect::<String>(), expected, "{focus:?}");
        };
        is(&around(task("c"), 1, 0), "bc");
        is(&around(task("c"), ALL_HOPS, 1), "abcd");
        is(&around(Centre::Group("s:s".to_owned()), 0, 1), "cde");
        is(&around(Centre::Group("!s:s".to_owned()), 0, 0), "d");
        is(&Focus::Failed { hops: 1 }, "cde");
        is(&Focus::Between("d".to_owned(), "b".to_owned()), "bcd");
        is(&Focus::Between("x".to_owned(), "b".to_owned()), "bx");
        assert_eq!(names(&around(task("nope"), 1, 1)), None);
        assert_eq!(names(&Focus::Everything), None);
    }
}
