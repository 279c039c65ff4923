//! The first two ways to match a task in another run: its id, and its name within its container.

use makespan_model::{HashMap, NONE, Order as _};

use super::columns::{Columns, is_number};
use crate::natural_cmp;

/// The partner of each task on the other side, by index; `NONE` if it has none.
#[derive(Clone, Debug)]
pub(super) struct Pairs {
    pub(super) of_left: Vec<u32>,
    pub(super) of_right: Vec<u32>,
}

impl Pairs {
    pub(super) fn none(left: usize, right: usize) -> Pairs {
        Pairs { of_left: vec![NONE; left], of_right: vec![NONE; right] }
    }

    pub(super) fn join(&mut self, left: u32, right: u32) {
        self.of_left[left as usize] = right;
        self.of_right[right as usize] = left;
    }
}

/// Returns whether ids mean the same task on both sides.
///
/// Some engines use ids that name the work (`fetch`), some give new ids to every run (a UUID), some number the tasks as
/// they begin. Ids are trusted if at least four of five shared ids belong to tasks that also agree in their names, and
/// if they find at least half as many tasks as names would. If names are uninformative (less than half of the shared
/// ids have a name that the other side knows), steps are used instead.
/// Numeric ids shift when a task is removed. Without a name, they agree only in the same step, kind and parameters; and
/// if the sides have different numbers of tasks, a single such id that does not agree is enough to distrust all.
/// parameters, and where the sides have unequally many tasks one such id that does not agree is enough for none.
fn ids_are_stable(left: &Columns<'_>, right: &Columns<'_>) -> bool {
    let place = places(&left.id);
    let (mut shared, mut agree, mut agree_in_step, mut shifted) = (0usize, 0usize, 0usize, false);
    for (r, &id) in right.id.iter().enumerate() {
        let Some(&l) = place.get(id as usize).filter(|l| **l != NONE) else { continue };
        let l = l as usize;
        shared += 1;
        // A task without a name of its own has its id as its name.
        let unnamed = left.name[l] == left.id[l] || right.name[r] == right.id[r];
        let same_name = unnamed || left.name[l] == right.name[r];
        let counts = is_number(left.id_text[l]);
        let same_work =
            (left.step[l], left.kind[l], left.params[l]) == (right.step[r], right.kind[r], right.params[r]);
        agree += usize::from(same_name && (same_work || !unnamed || !counts));
        shifted |= counts && !(same_name && same_work);
        agree_in_step += usize::from(left.step[l] != 0 && left.step[l] == right.step[r]);
    }
    if shifted && left.len() != right.len() {
        return false;
    }
    let mut names = vec![0u32; left.name.iter().max().map_or(0, |most| *most as usize + 1)];
    left.name.iter().for_each(|&name| names[name as usize] += 1);
    let mut named = 0usize;
    for &name in &right.name {
        if let Some(left) = names.get_mut(name as usize).filter(|n| **n > 0) {
            *left -= 1;
            named += 1;
        }
    }
    let most = |part: usize| part > 0 && part * 5 >= shared * 4;
    if named * 2 < shared { most(agree_in_step) || most(agree) } else { most(agree) && agree * 2 >= named }
}

/// Position of each number in a column; `NONE` if it does not occur, the last place if it occurs twice.
fn places(column: &[u32]) -> Vec<u32> {
    let mut out = vec![NONE; column.iter().max().map_or(0, |most| *most as usize + 1)];
    column.iter().enumerate().for_each(|(i, &number)| out[number as usize] = i as u32);
    out
}

/// Pairs the tasks that have the same key; returns whether ids were trusted.
///
/// If ids are [stable](ids_are_stable): the same id, unless a name that is unique on both sides contradicts it.
/// Otherwise: the same name within the same container (containers first); of several tasks with one name, those that
/// are unique in step, kind and parameters, then the result of `by_graph`, then the rest in order of their starts,
/// equal parameters first. Tasks whose name is only a number are distinguished by their steps instead. Last, in both
/// cases: a name that only one remaining task on each side has, whatever its container, and an id on one side that is a
/// name on the other. O(n log n), and the cost of `by_graph`.
pub(super) fn pair(
    left: &Columns<'_>,
    right: &Columns<'_>,
    pairs: &mut Pairs,
    by_graph: impl FnOnce(&mut Pairs),
) -> bool {
    let stable = ids_are_stable(left, right);
    if stable {
        let place = places(&left.id);
        let named = sole(left, right);
        for (r, &id) in right.id.iter().enumerate() {
            let Some(&l) = place.get(id as usize).filter(|l| **l != NONE) else { continue };
            let other = |label: u32| named.get(&label).is_some_and(|both| *both != (l, r as u32));
            let is_name = left.name[l as usize] != left.id[l as usize] && right.name[r] != right.id[r];
            if !(is_name && (other(left.label[l as usize]) || other(right.label[r]))) {
                pairs.join(l, r as u32);
            }
        }
    } else {
        within_containers(left, right, pairs, pair_sure);
        by_graph(pairs);
        within_containers(left, right, pairs, pair_in_order);
    }
    let named = unique(&left.label, &right.label, pairs);
    named.into_iter().for_each(|(l, r)| pairs.join(l, r));
    let mut crossed = unique(&left.id, &right.label, pairs);
    crossed.extend(unique(&left.label, &right.id, pairs));
    crossed.order_by(Ord::cmp);
    crossed.dedup();
    // An id that is found in two places counts as not found.
    let (mut lefts, mut rights): (HashMap<u32, u32>, HashMap<u32, u32>) = Default::default();
    for &(l, r) in &crossed {
        *lefts.entry(l).or_default() += 1;
        *rights.entry(r).or_default() += 1;
    }
    crossed.retain(|(l, r)| lefts.get(l) == Some(&1) && rights.get(r) == Some(&1));
    crossed.into_iter().for_each(|(l, r)| pairs.join(l, r));
    stable
}

/// Returns the labels that exactly one task on each side has, with these two tasks.
fn sole(left: &Columns<'_>, right: &Columns<'_>) -> HashMap<u32, (u32, u32)> {
    let found = unique(&left.label, &right.label, &Pairs::none(left.len(), right.len()));
    found.into_iter().map(|(l, r)| (left.label[l as usize], (l, r))).collect()
}

/// Matches remaining tasks whose label is unique among the remaining tasks of their side.
fn unique(left: &[u32], right: &[u32], pairs: &Pairs) -> Vec<(u32, u32)> {
    let count = |labels: &[u32], taken: &[u32]| {
        let mut found: HashMap<u32, (u32, u32)> = HashMap::default();
        for (i, &label) in labels.iter().enumerate().filter(|(i, label)| taken[*i] == NONE && **label != 0) {
            let slot = found.entry(label).or_insert((0, i as u32));
            slot.0 += 1;
        }
        found
    };
    let (lefts, rights) = (count(left, &pairs.of_left), count(right, &pairs.of_right));
    let alone = lefts.iter().filter(|(_, (n, _))| *n == 1);
    alone.filter_map(|(label, &(_, l))| rights.get(label).filter(|r| r.0 == 1).map(|r| (l, r.1))).collect()
}

/// The sort key that pairs tasks with the same name: container, group, name, then work, then time.
#[derive(Clone, Copy)]
struct TaskPlace<'r> {
    container: u32,
    group: u32,
    /// The label, and the step of a task without one.
    name: (u32, u32),
    /// Parameters, step and kind.
    work: (u32, u32, u32),
    start: i64,
    length: i64,
    id: &'r str,
    right: bool,
    at: u32,
}

impl<'r> TaskPlace<'r> {
    fn new(columns: &Columns<'r>, i: usize, container: u32, right: bool) -> TaskPlace<'r> {
        let c = columns;
        let (group, label) = (c.group[i], c.label[i]);
        let name = (label, if label == 0 { c.step[i] } else { 0 });
        let work = (c.params[i], c.step[i], c.kind[i]);
        let (start, length, id) = (c.start[i], c.length[i], c.id_text[i]);
        TaskPlace { container, group, name, work, start, length, id, right, at: i as u32 }
    }

    fn same_name(&self, other: &TaskPlace<'_>) -> bool {
        (self.container, self.group, self.name) == (other.container, other.group, other.name)
    }
}

/// No container, as a container.
const ROOT: u32 = NONE - 1;

/// Pairs level by level, because the contents of a container are searched in its partner.
fn within_containers(
    left: &Columns<'_>,
    right: &Columns<'_>,
    pairs: &mut Pairs,
    pair_places: impl Fn(&mut [TaskPlace<'_>], &mut Pairs),
) {
    let levels = |columns: &Columns<'_>| {
        let mut order: Vec<u32> = (0..columns.len() as u32).collect();
        order.order_by_key(|&i| columns.depth[i as usize]);
        order
    };
    let (lefts, rights) = (levels(left), levels(right));
    let (mut at_left, mut at_right, mut depth) = (0, 0, 0);
    let mut places: Vec<TaskPlace<'_>> = Vec::new();
    while at_left < lefts.len() && at_right < rights.len() {
        places.clear();
        while let Some(&i) = lefts.get(at_left).filter(|i| left.depth[**i as usize] == depth) {
            at_left += 1;
            let parent = left.parent[i as usize];
            let matched = parent == NONE || pairs.of_left[parent as usize] != NONE;
            if matched && pairs.of_left[i as usize] == NONE {
                let container = if parent == NONE { ROOT } else { parent };
                places.push(TaskPlace::new(left, i as usize, container, false));
            }
        }
        while let Some(&i) = rights.get(at_right).filter(|i| right.depth[**i as usize] == depth) {
            at_right += 1;
            let parent = right.parent[i as usize];
            let container = if parent == NONE { ROOT } else { pairs.of_right[parent as usize] };
            if container != NONE && pairs.of_right[i as usize] == NONE {
                places.push(TaskPlace::new(right, i as usize, container, true));
            }
        }
        pair_places(&mut places, pairs);
        depth += 1;
    }
}

/// Sorts by container, group, name and work; ties with the left side first, in order of the starts.
fn sort(places: &mut [TaskPlace<'_>]) {
    places.order_by(|x, y| {
        (x.container, x.group, x.name, x.work)
            .cmp(&(y.container, y.group, y.name, y.work))
            .then((x.right, x.start, x.length).cmp(&(y.right, y.start, y.length)))
            .then_with(|| natural_cmp(x.id, y.id))
    });
}

/// Pairs tasks that are unique on each side by name, or by name, step, kind and parameters.
fn pair_sure(places: &mut [TaskPlace<'_>], pairs: &mut Pairs) {
    sort(places);
    let alone = |alike: &[TaskPlace<'_>]| matches!(alike, [l, r] if !l.right && r.right);
    for one_name in places.chunk_by(TaskPlace::same_name) {
        if alone(one_name) && one_name[0].name != (0, 0) {
            pairs.join(one_name[0].at, one_name[1].at);
            continue;
        }
        for alike in one_name.chunk_by(|x, y| x.work == y.work) {
            if alone(alike) && (alike[0].name, alike[0].work.0) != ((0, 0), 0) {
                pairs.join(alike[0].at, alike[1].at);
            }
        }
    }
}

/// Pairs tasks with the same name in order of their starts: equal parameters first, then the rest.
fn pair_in_order(places: &mut [TaskPlace<'_>], pairs: &mut Pairs) {
    sort(places);
    for one_name in places.chunk_by(TaskPlace::same_name) {
        let mut rest: [Vec<&TaskPlace<'_>>; 2] = [Vec::new(), Vec::new()];
        for alike in one_name.chunk_by(|x, y| x.work.0 == y.work.0) {
            let by_start = |right: bool| {
                let mut side: Vec<&TaskPlace<'_>> = alike.iter().filter(|p| p.right == right).collect();
                side.order_by(in_time);
                side
            };
            let (lefts, rights) = (by_start(false), by_start(true));
            let both = lefts.len().min(rights.len());
            lefts.iter().zip(&rights).for_each(|(l, r)| pairs.join(l.at, r.at));
            rest[0].extend(&lefts[both..]);
            rest[1].extend(&rights[both..]);
        }
        for side in &mut rest {
            side.order_by(in_time);
        }
        rest[0].iter().zip(&rest[1]).for_each(|(l, r)| pairs.join(l.at, r.at));
    }
}

fn in_time(x: &&TaskPlace<'_>, y: &&TaskPlace<'_>) -> std::cmp::Ordering {
    (x.start, x.length).cmp(&(y.start, y.length)).then_with(|| natural_cmp(x.id, y.id))
}

/// Returns the unique key of every task: its id if ids are trusted, otherwise its name within its containers,
/// `outer/name`, with `#2` after a second one. Texts longer than `LONGEST` characters are cut at the front.
pub(super) fn keys(columns: &Columns<'_>, names: &[&str], by_id: bool) -> Vec<String> {
    let mut order: Vec<u32> = (0..columns.len() as u32).collect();
    order.order_by(|&x, &y| {
        let (i, j) = (x as usize, y as usize);
        (columns.depth[i], columns.start[i], columns.length[i])
            .cmp(&(columns.depth[j], columns.start[j], columns.length[j]))
            .then_with(|| natural_cmp(columns.id_text[i], columns.id_text[j]))
    });
    let mut out = vec![String::new(); columns.len()];
    // Every key so far, with the number of requests for it.
    let mut taken: HashMap<String, u32> = HashMap::default();
    for i in order {
        let i = i as usize;
        let label = match out.get(columns.parent[i] as usize) {
            _ if by_id => columns.id_text[i].to_owned(),
            Some(outer) => cut(format!("{outer}/{}", names[i])),
            None => cut(names[i].to_owned()),
        };
        out[i] = unique_key(label, &mut taken);
    }
    out
}

/// Returns the label, with the next free number if it is already a key.
pub(super) fn unique_key(label: String, taken: &mut HashMap<String, u32>) -> String {
    let Some(count) = taken.get_mut(&label) else {
        taken.insert(label.clone(), 1);
        return label;
    };
    let mut number = *count;
    let mut key;
    loop {
        number += 1;
        key = format!("{label}#{number}");
        if !taken.contains_key(&key) {
            break;
        }
    }
    taken.insert(label, number);
    taken.insert(key.clone(), 1);
    key
}

/// Maximum length of a key, in characters: containers may be nested a hundred thousand deep.
const LONGEST: usize = 200;

fn cut(key: String) -> String {
    match key.char_indices().rev().nth(LONGEST - 1) {
        Some((at, _)) if at > 0 => format!("…{}", &key[at..]),
        _ => key,
    }
}
