//! Groups of tasks: by step, by container, or by equal dependencies.

use std::collections::BTreeMap;

use makespan_model::HashMap;
use makespan_model::{NONE, Order as _, Run, StrId, TaskId};

use super::choice::Grouping;

/// Maximum depth of nested groups; deeper tasks belong to the last of them.
const DEEPEST: usize = 6;
/// Minimum number of tasks of one step with the same dependencies that form a stack.
const STACKED: usize = 3;

/// The graph does not group up to this many containers that hold the whole run: collapsed, they would hide everything.
const FEW: usize = 3;

/// Minimum number of nodes without any line that form a group.
const LOOSE: usize = 12;

/// A group of tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    /// Its key in links: its kind, a colon and its name.
    pub(crate) key: String,
    /// Its title.
    pub(crate) label: String,
    /// The group that contains it, or [`NONE`].
    pub(crate) parent: u32,
}

/// The groups of a run. A group comes after the group that contains it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Groups {
    pub(crate) all: Vec<Group>,
    /// The innermost group of each task, or [`NONE`].
    pub(crate) of: Vec<u32>,
}

/// The groups of known paths: by the whole path, and by each of its prefixes.
#[derive(Debug, Default)]
struct Paths {
    whole: HashMap<StrId, u32>,
    parts: BTreeMap<String, u32>,
}

/// Returns the step of a task as in [`Run::task_step`].
fn step_of(run: &Run, i: usize) -> StrId {
    let names = [run.tasks.step[i], run.tasks.name[i], run.tasks.id[i]];
    names.into_iter().find(|s| !s.is_empty()).unwrap_or_default()
}

impl Groups {
    /// Returns the groups of this kind; none for [`Grouping::Tasks`]. O(n log n + e).
    pub(crate) fn new(run: &Run, by: Grouping) -> Groups {
        match by {
            Grouping::Automatic | Grouping::Tasks => {
                Groups { all: Vec::new(), of: vec![NONE; run.task_count()] }
            }
            Grouping::Stacks => Groups::stacks(run).with_loose(run),
            Grouping::Steps => Groups::steps(run).with_loose(run),
            Grouping::Groups => Groups::contained(run, FEW).with_loose(run),
        }
    }

    /// Adds a group around all tasks and groups without any line, if there are many of them beside others: among them
    /// the lines would be lost. O(n).
    fn with_loose(mut self, run: &Run) -> Groups {
        let mut outermost: Vec<usize> = Vec::with_capacity(self.all.len());
        for (g, group) in self.all.iter().enumerate() {
            outermost.push(outermost.get(group.parent as usize).copied().unwrap_or(g));
        }
        let outer = |group: u32| outermost.get(group as usize).copied();
        let mut has_line: Vec<bool> = (0..run.task_count())
            .map(|t| !run.predecessors.row(t).is_empty() || !run.successors.row(t).is_empty())
            .collect();
        // The graph draws no line between a task and what it contains if both are in one collapsed group.
        let is_apart = |(a, b): &(u32, u32)| {
            let (a, b) = (outer(self.of[*a as usize]), outer(self.of[*b as usize]));
            a != b || a.is_none()
        };
        let contained = |t: usize| Some((run.tasks.parent[t], t as u32)).filter(|e| e.0 != NONE);
        let within = (0..run.task_count()).filter_map(contained).filter(is_apart);
        for (a, b) in run.cut.iter().copied().chain(within) {
            (has_line[a as usize], has_line[b as usize]) = (true, true);
        }
        let mut linked = vec![false; self.all.len()];
        let mut loose = 0;
        for (&group, has_line) in self.of.iter().zip(&has_line) {
            match outer(group) {
                Some(group) => linked[group] |= has_line,
                None => loose += usize::from(!has_line),
            }
        }
        loose += (0..self.all.len()).filter(|g| outermost[*g] == *g && !linked[*g]).count();
        if loose < LOOSE || !has_line.contains(&true) {
            return self;
        }
        let moved = |group: u32| if group == NONE { 0 } else { group + 1 };
        for (g, group) in self.all.iter_mut().enumerate() {
            let stays = group.parent == NONE && linked[g];
            group.parent = if stays { NONE } else { moved(group.parent) };
        }
        for (group, has_line) in self.of.iter_mut().zip(has_line) {
            *group = if *group == NONE && has_line { NONE } else { moved(*group) };
        }
        let around = Group { key: "0:".to_owned(), label: "without dependencies".to_owned(), parent: NONE };
        self.all.insert(0, around);
        self
    }

    fn steps(run: &Run) -> Groups {
        let mut groups = Groups::default();
        let mut of: HashMap<StrId, u32> = HashMap::default();
        for i in 0..run.task_count() {
            let step = step_of(run, i);
            let group = *of.entry(step).or_insert_with(|| {
                let name = run.text(step).to_owned();
                groups.all.push(Group { key: format!("s:{name}"), label: name, parent: NONE });
                groups.all.len() as u32 - 1
            });
            groups.of.push(group);
        }
        groups
    }

    /// Groups tasks of one step with the same predecessors and the same successors.
    fn stacks(run: &Run) -> Groups {
        let n = run.task_count();
        let alike = |a: usize, b: usize| {
            run.predecessors.row(a) == run.predecessors.row(b)
                && run.successors.row(a) == run.successors.row(b)
        };
        let mut found: HashMap<(StrId, u64), Vec<Vec<u32>>> = HashMap::default();
        for i in 0..n {
            let same = found.entry((step_of(run, i), fingerprint(run, i))).or_default();
            match same.iter_mut().find(|class| class.first().is_some_and(|&f| alike(f as usize, i))) {
                Some(class) => class.push(i as u32),
                None => same.push(vec![i as u32]),
            }
        }
        let mut classes: Vec<Vec<u32>> =
            found.into_values().flatten().filter(|c| c.len() >= STACKED).collect();
        classes.order_by(Ord::cmp);
        let mut groups = Groups { all: Vec::with_capacity(classes.len()), of: vec![NONE; n] };
        for class in classes {
            class.iter().for_each(|&t| groups.of[t as usize] = groups.all.len() as u32);
            let first = TaskId(class[0]);
            groups.all.push(Group {
                key: format!("=:{}", run.task_id(first)),
                label: run.task_step(first).to_owned(),
                parent: NONE,
            });
        }
        groups
    }

    /// Groups tasks by containers (a path of names separated by `/` or `.`, or other tasks), and within each by steps
    /// of more than one task if there are several steps. If at most `few` tasks hold the whole run, they do not form groups.
    pub(crate) fn contained(run: &Run, few: usize) -> Groups {
        let mut groups = Groups::default();
        let mut paths = Paths::default();
        // The group of each task that contains others, and its depth.
        let mut inside: HashMap<u32, (u32, usize)> = HashMap::default();
        let mut contains = vec![false; run.task_count()];
        run.tasks.parent.iter().filter(|p| **p != NONE).for_each(|&p| contains[p as usize] = true);
        let mut unknown = Vec::new();
        let outermost = run.tasks.parent.iter().filter(|p| **p == NONE).count();
        let holds_all = |task: u32| {
            outermost <= few && run.task_count() > 2 * few && run.tasks.parent[task as usize] == NONE
        };
        for (i, contains) in contains.into_iter().enumerate() {
            // A task that contains others belongs to its own group.
            let mut at = if contains { i as u32 } else { run.tasks.parent[i] };
            unknown.clear();
            while at != NONE && !inside.contains_key(&at) && unknown.len() < run.task_count() {
                unknown.push(at);
                at = run.tasks.parent[at as usize];
            }
            let outer = unknown.last().map_or(i, |&t| t as usize);
            let known = inside.get(&at).copied();
            let (mut group, mut depth) =
                known.unwrap_or_else(|| (groups.of_path(run, run.tasks.group[outer], &mut paths), 0));
            for &task in unknown.iter().rev() {
                if depth < DEEPEST && !holds_all(task) {
                    let id = TaskId(task);
                    let (key, label) = (format!("i:{}", run.task_id(id)), run.task_name(id).to_owned());
                    groups.all.push(Group { key, label, parent: group });
                    (group, depth) = (groups.all.len() as u32 - 1, depth + 1);
                }
                inside.insert(task, (group, depth));
            }
            groups.of.push(group);
        }
        groups.with_steps(run)
    }

    /// Returns the group of a path of names.
    fn of_path(&mut self, run: &Run, path: StrId, paths: &mut Paths) -> u32 {
        if path.is_empty() {
            return NONE;
        }
        if let Some(&group) = paths.whole.get(&path) {
            return group;
        }
        let text = run.text(path);
        let sign = if text.contains('/') { '/' } else { '.' };
        let mut ends: Vec<usize> = text.match_indices(sign).map(|(at, _)| at).filter(|at| *at > 0).collect();
        ends.truncate(DEEPEST - 1);
        let (mut parent, mut from) = (NONE, 0);
        for end in ends.into_iter().chain([text.len()]) {
            let all = &mut self.all;
            parent = *paths.parts.entry(text[..end].to_owned()).or_insert_with(|| {
                let label = text[from..end].trim_start_matches(sign).to_owned();
                all.push(Group { key: format!("p:{}", &text[..end]), label, parent });
                all.len() as u32 - 1
            });
            from = end;
        }
        paths.whole.insert(path, parent);
        parent
    }

    fn with_steps(mut self, run: &Run) -> Groups {
        let mut counts: HashMap<(u32, StrId), u32> = HashMap::default();
        for (i, &group) in self.of.iter().enumerate() {
            *counts.entry((group, step_of(run, i))).or_default() += 1;
        }
        let mut steps_of: HashMap<u32, u32> = HashMap::default();
        counts.keys().for_each(|&(group, _)| *steps_of.entry(group).or_default() += 1);
        let mut made: HashMap<(u32, StrId), u32> = HashMap::default();
        for i in 0..self.of.len() {
            let (group, step) = (self.of[i], step_of(run, i));
            let many = counts.get(&(group, step)).is_some_and(|n| *n > 1);
            let several = group == NONE || steps_of.get(&group).is_some_and(|n| *n > 1);
            if many && several {
                let all = &mut self.all;
                self.of[i] = *made.entry((group, step)).or_insert_with(|| {
                    let label = run.text(step).to_owned();
                    let key = match all.get(group as usize) {
                        Some(outer) => format!("{}|{label}", outer.key),
                        None => format!("|{label}"),
                    };
                    all.push(Group { key, label, parent: group });
                    all.len() as u32 - 1
                });
            }
        }
        self
    }

    /// Returns the tasks of a group by its key, in order; empty if there is no such group.
    pub(crate) fn members(&self, key: &str) -> Vec<u32> {
        let mut within = vec![false; self.all.len()];
        for (g, group) in self.all.iter().enumerate() {
            within[g] = group.key == key || within.get(group.parent as usize).copied().unwrap_or(false);
        }
        let is_in = |t: &u32| within.get(self.of[*t as usize] as usize).copied().unwrap_or(false);
        (0..self.of.len() as u32).filter(is_in).collect()
    }
}

/// Returns a hash that is equal for tasks with the same dependencies.
fn fingerprint(run: &Run, i: usize) -> u64 {
    let mix = |hash: u64, value: u64| (hash ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let rows = [run.predecessors.row(i), run.successors.row(i)];
    rows.iter()
        .fold(0, |hash, row| row.iter().fold(mix(hash, row.len() as u64), |hash, &t| mix(hash, u64::from(t))))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn named(text: &str, by: Grouping) -> Vec<(String, Vec<u32>)> {
        let run = makespan_model::notation::run(text).unwrap();
        let groups = Groups::new(&run, by);
        groups.all.iter().map(|g| (g.key.clone(), groups.members(&g.key))).collect()
    }

    #[test]
    fn equal_siblings_are_stacked_and_others_are_not() {
        let text = "s 0..1 w\na 1..2 w s step=x\nb 1..2 w s step=x\nc 1..2 w s step=x failed\nd 1..2 w s step=y\n\
                    e 1..2 w s step=x\nf 2..3 w e";
        assert_eq!(named(text, Grouping::Stacks), [("=:a".to_owned(), vec![1, 2, 3])]);
    }

    #[test]
    fn groups_nest_by_path_and_contain_steps() {
        let text = "a 0..1 w step=x in=g/h\nb 0..1 w step=x in=g/h\nc 0..1 w step=y in=g/h\nd 0..1 w in=g\nm 0..9 w\n\
                    k 0..1 w in=m step=z\ne 0..1 w step=q\nf 0..1 w step=q";
        let all = named(text, Grouping::Groups);
        let keys: Vec<&str> = all.iter().map(|g| g.0.as_str()).collect();
        assert_eq!(keys, ["p:g", "p:g/h", "i:m", "p:g/h|x", "|q"]);
        let sizes: Vec<usize> = all.iter().map(|g| g.1.len()).collect();
        assert_eq!(sizes, [4, 3, 2, 2, 2]);
    }

    #[test]
    fn many_nodes_without_lines_are_one_group() {
        let alone: String = (0..12).map(|i| format!("alone{i} 0..1 w\n")).collect();
        let chain = "a 0..1 w\nb 1..2 w a\nc 2..3 w a\nd 2..3 w a\ne 2..3 w a";
        let twice = "x1 0..1 w step=x\nx2 0..1 w step=x";
        let all = named(&format!("{alone}{chain}\n{twice}"), Grouping::Groups);
        assert_eq!(all.iter().map(|g| (&*g.0, g.1.len())).collect::<Vec<_>>(), [("0:", 14), ("|x", 2)]);
        assert!(named(&alone, Grouping::Groups).is_empty());
    }

    #[test]
    fn a_span_around_everything_is_no_group_of_the_graph() {
        let text = "r 0..9 w\na 0..4 w in=r\nb 4..9 w in=r\nc 0..1 w in=a\nd 1..2 w in=a\ne 4..5 w in=b\nf 5..6 w in=b";
        let keys = |groups: Groups| groups.all.into_iter().map(|g| g.key).collect::<Vec<_>>();
        let run = makespan_model::notation::run(text).unwrap();
        assert_eq!(keys(Groups::new(&run, Grouping::Groups)), ["i:a", "i:b"]);
        assert_eq!(keys(Groups::contained(&run, 0)), ["i:r", "i:a", "i:b"]);
    }
}
