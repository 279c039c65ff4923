//! Nested lanes: groups, the steps within them, the tasks, and the attempts of tasks that have several. A lane that
//! contains others has its own summary row.

use std::cmp::Reverse;

use makespan_analysis::natural_cmp;
use makespan_model::{AttemptId, HashSet, NONE, Order as _, Run, TaskId};
use makespan_scene::{counted, visible};

use super::arranged::{Arrangement, LaneOrder, weighed};
use super::lane::{Head, Members, PlacedLane, Sums, interval, standing, timed};
use crate::graph::groups::Groups;

/// Groups are expanded down to the depth that makes at most this number of rows.
const MOST_ROWS: usize = 120;

/// The content of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Entry {
    /// A group, by index.
    Group(u32),
    /// A task.
    Task(u32),
}

/// An entry with its parent, and its first start and last end.
type Placed = (u32, (i64, Reverse<i64>), Entry);

/// Sorts entries, of which equal ones keep their order. O(n log n).
fn sort(run: &Run, groups: &Groups, extent: (i64, i64), order: LaneOrder, placed: &mut [Placed]) {
    if order == LaneOrder::Usual || order == LaneOrder::Start {
        return;
    }
    if order == LaneOrder::Name {
        let name = |e: &Entry| match *e {
            Entry::Group(g) => groups.all[g as usize].label.as_str(),
            Entry::Task(t) => run.task_name(TaskId(t)),
        };
        placed.order_by(|a, b| natural_cmp(name(&a.2), name(&b.2)));
        return;
    }
    let of_task = |t: u32| {
        let attempts: Vec<u32> = run.attempts_of(TaskId(t)).map(|a| a.0).collect();
        weighed(run, order, &timed(run, &attempts, extent))
    };
    let mut of_group = vec![0i64; groups.all.len()];
    for task in run.task_ids() {
        let (mut group, weight) = (groups.of[task.index()], of_task(task.0));
        while let Some(g) = groups.all.get(group as usize) {
            of_group[group as usize] = of_group[group as usize].saturating_add(weight);
            group = g.parent;
        }
    }
    placed.order_by_cached_key(|p| match p.2 {
        Entry::Group(g) => of_group[g as usize],
        Entry::Task(t) => of_task(t),
    });
}

/// The tree of lanes. Children are ordered by first start; of two that start together the longer comes first.
struct Tree<'r> {
    run: &'r Run,
    groups: Groups,
    roots: Vec<Entry>,
    /// Children of each group.
    inside: Vec<Vec<Entry>>,
    /// Number of tasks within each group.
    tasks: Vec<u32>,
    /// Groups above this depth are expanded by default.
    open_to: usize,
}

impl<'r> Tree<'r> {
    /// O(n log n).
    fn new(run: &'r Run, extent: (i64, i64), order: LaneOrder) -> Tree<'r> {
        let groups = Groups::contained(run, 0);
        let count = groups.all.len();
        let late = (i64::MAX, Reverse(i64::MIN));
        let mut first = vec![late; count];
        let mut tasks = vec![0u32; count];
        let mut placed: Vec<Placed> = Vec::new();
        let standing = standing(run, extent);
        for task in run.task_ids() {
            let at = standing[task.index()];
            let mut group = groups.of[task.index()];
            placed.push((group, at, Entry::Task(task.0)));
            while let Some(g) = groups.all.get(group as usize) {
                first[group as usize] = first[group as usize].min(at);
                tasks[group as usize] += 1;
                group = g.parent;
            }
        }
        let shown = (0..count).filter(|g| tasks[*g] > 0);
        placed.extend(shown.map(|g| (groups.all[g].parent, first[g], Entry::Group(g as u32))));
        let number = |e: &Entry| match *e {
            Entry::Group(g) => (0, g),
            Entry::Task(t) => (1, t),
        };
        placed.order_by_numbers(|p| (p.1, number(&p.2)));
        sort(run, &groups, extent, order, &mut placed);
        let (mut roots, mut inside) = (Vec::new(), vec![Vec::new(); count]);
        for (parent, _, entry) in placed {
            if parent == NONE { &mut roots } else { &mut inside[parent as usize] }.push(entry);
        }
        let mut tree = Tree { run, groups, roots, inside, tasks, open_to: 0 };
        tree.open_to = tree.usual_depth();
        tree
    }

    /// Returns the depth to which groups can be expanded without more rows than one can read at once.
    fn usual_depth(&self) -> usize {
        let mut level: Vec<Entry> = self.roots.clone();
        let (mut rows, mut depth) = (level.len(), 0);
        loop {
            let next: Vec<Entry> = level.iter().flat_map(|e| self.within(*e)).copied().collect();
            rows += next.len();
            if next.is_empty() || rows > MOST_ROWS {
                return depth;
            }
            (level, depth) = (next, depth + 1);
        }
    }

    fn within(&self, entry: Entry) -> &[Entry] {
        match entry {
            Entry::Group(g) => &self.inside[g as usize],
            Entry::Task(_) => &[],
        }
    }

    fn key(&self, entry: Entry) -> String {
        match entry {
            Entry::Group(g) => self.groups.all[g as usize].key.clone(),
            Entry::Task(t) => task_key(self.run, t),
        }
    }

    fn find(&self, key: &str) -> Option<Entry> {
        if let Some(task) = key.strip_prefix("t:").and_then(|id| self.run.find_task(id)) {
            return Some(Entry::Task(task.0));
        }
        let at = self.groups.all.iter().position(|g| g.key == key);
        at.filter(|g| self.tasks[*g] > 0).map(|g| Entry::Group(g as u32))
    }

    /// Returns the task that is a group itself, if it has one attempt: its bar then takes the place of the summary, and
    /// it needs no lane below it. In a large group, the summary shows failures that are off the screen.
    fn container(&self, group: u32) -> Option<Entry> {
        let id = self.groups.all[group as usize].key.strip_prefix("i:")?;
        let task = self.run.find_task(id).filter(|t| self.run.attempts_of(*t).len() == 1)?;
        let is_small = self.tasks[group as usize] as usize <= MOST_ROWS;
        Some(Entry::Task(task.0)).filter(|e| is_small && self.inside[group as usize].contains(e))
    }

    /// Returns the attempts of an entry and of everything within it.
    fn attempts(&self, entry: Entry) -> Vec<u32> {
        let (mut open, mut found) = (vec![entry], Vec::new());
        while let Some(entry) = open.pop() {
            match entry {
                Entry::Group(g) => open.extend(&self.inside[g as usize]),
                Entry::Task(t) => found.extend(self.run.attempts_of(TaskId(t)).map(|a| a.0)),
            }
        }
        found
    }

    /// Returns the number of each attempt with times, from the top of the tree; [`u32::MAX`] for the others.
    fn numbers(&self, extent: (i64, i64)) -> Vec<u32> {
        let (mut numbers, mut next) = (vec![u32::MAX; self.run.attempt_count()], 0);
        let mut open: Vec<Entry> = self.roots.iter().rev().copied().collect();
        while let Some(entry) = open.pop() {
            open.extend(self.within(entry).iter().rev());
            if let Entry::Task(t) = entry {
                for a in self.run.attempts_of(TaskId(t)) {
                    if interval(self.run, a.index(), extent).is_some() {
                        numbers[a.index()] = next;
                        next += 1;
                    }
                }
            }
        }
        numbers
    }
}

/// Returns the key of the lane of a task.
pub(super) fn task_key(run: &Run, task: u32) -> String {
    format!("t:{}", run.task_id(TaskId(task)))
}

/// Returns the lanes of a run, top to bottom, in their arrangement, and the number of each attempt in the tree with
/// everything expanded. O(n log n), plus O(n) for each level of groups.
pub(super) fn nested(
    run: &Run,
    extent: (i64, i64),
    arrangement: &Arrangement,
) -> (Vec<PlacedLane>, Vec<u32>) {
    let tree = Tree::new(run, extent, arrangement.order);
    let pinned: Vec<Entry> = arrangement.pinned.iter().filter_map(|key| tree.find(key)).collect();
    let is_pinned: HashSet<Entry> = pinned.iter().copied().collect();
    let mut lanes = Vec::new();
    // Entries still to be placed, the last one first: entry, depth, whether it is pinned here.
    let rest = tree.roots.iter().rev().map(|e| (*e, 0usize, false));
    let mut open: Vec<(Entry, usize, bool)> =
        rest.chain(pinned.iter().rev().map(|e| (*e, 0, true))).collect();
    while let Some((entry, depth, is_at_top)) = open.pop() {
        let key = tree.key(entry);
        if arrangement.is_hidden(&key) || is_pinned.contains(&entry) && !is_at_top {
            continue;
        }
        match entry {
            Entry::Group(g) => {
                let is_open = arrangement.is_open(&key, depth < tree.open_to);
                let label = visible(&tree.groups.all[g as usize].label).into_owned();
                let name = format!("{label} · {}", counted(tree.tasks[g as usize], "task"));
                let head = Head { key, depth: depth as u8, is_open: Some(is_open) };
                let is_free = |e: &Entry| !is_pinned.contains(e) && !arrangement.is_hidden(&tree.key(*e));
                let own = tree.container(g).filter(|own| is_open && is_free(own));
                let content = tree.inside[g as usize].iter().rev().copied().filter(|e| Some(*e) != own);
                if let Some(own) = own {
                    let task = if let Entry::Task(t) = own { Some(t) } else { None };
                    let members = Members { name, attempts: tree.attempts(own), task };
                    lanes.push(PlacedLane::packed(run, members, extent, Some(head)));
                } else {
                    let sums = if is_open { Sums::Others } else { Sums::Own };
                    lanes.push(summary(name, timed(run, &tree.attempts(entry), extent), head, sums));
                }
                if is_open {
                    open.extend(content.map(|e| (e, depth + 1, false)));
                }
            }
            Entry::Task(t) => task(run, extent, arrangement, (t, key, depth), &mut lanes),
        }
    }
    let numbers = match arrangement.order {
        LaneOrder::Usual => tree.numbers(extent),
        _ => Tree::new(run, extent, LaneOrder::Usual).numbers(extent),
    };
    (lanes, numbers)
}

/// Returns one row that summarises its attempts.
fn summary(name: String, timed: Vec<(i64, i64, u32)>, head: Head, sums: Sums) -> PlacedLane {
    let rows = vec![0; timed.len()];
    PlacedLane { name, timed, rows, count: 1, head: Some(head), sums, idle: None }
}

/// Adds the lane of a task, and if it is expanded those of its attempts.
fn task(
    run: &Run,
    extent: (i64, i64),
    arrangement: &Arrangement,
    (t, key, depth): (u32, String, usize),
    lanes: &mut Vec<PlacedLane>,
) {
    let attempts: Vec<u32> = run.attempts_of(TaskId(t)).map(|a| a.0).collect();
    let name = run.task_name(TaskId(t)).to_owned();
    let is_open = (attempts.len() > 1).then(|| arrangement.is_open(&key, false));
    if is_open == Some(true) {
        let head = Head { key: key.clone(), depth: depth as u8, is_open };
        lanes.push(summary(name, timed(run, &attempts, extent), head, Sums::Others));
        for a in attempts {
            let number = run.attempts.number[AttemptId(a).index()];
            let head = Head { key: format!("{key}#{number}"), depth: depth as u8 + 1, is_open: None };
            let members = Members::new(format!("attempt {number}"), vec![a]);
            lanes.push(PlacedLane::packed(run, members, extent, Some(head)));
        }
    } else {
        let members = Members { name, attempts, task: Some(t) };
        let head = Head { key, depth: depth as u8, is_open };
        lanes.push(PlacedLane::packed(run, members, extent, Some(head)));
    }
}
