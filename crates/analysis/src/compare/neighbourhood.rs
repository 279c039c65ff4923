//! The last two ways to match a task: by its work, and by its place in the graph.

use makespan_model::{NONE, Order as _, Rows, Run, UNKNOWN};
use rustc_hash::FxHashMap;

use super::columns::Columns;
use super::keys::Pairs;
use crate::natural_cmp;

/// In [`Pairs::of_right`]: matched, but with nothing of this left side.
pub(super) const ELSEWHERE: u32 = NONE - 1;
/// Radius of a colour when tasks are matched by it, in dependencies.
const ROUNDS: usize = 3;
/// Number of rounds in which matches may lead to further ones.
const PASSES: usize = 8;
/// Limit on the number of links that are looked at; beyond it there are no further passes. Counted instead of timed, so
/// that every machine finds the same matches.
const BUDGET: usize = 12_000_000;
/// Largest class of tasks of one colour within which the closest are looked for.
const LARGEST_CLASS: usize = 32;
/// Tasks that agree only in their place match if neither took more than this many times as long as the other.
const ALIKE: f64 = 4.0;

/// Pairs what is left over and does the same: the only task on its side of its step, kind and parameters within its
/// container. Tasks whose source states no step are left out. O(n).
pub(super) fn pair_by_step(left: &Columns<'_>, right: &Columns<'_>, pairs: &mut Pairs) {
    type Work = (u32, u32, u32, u32);
    let mut found: FxHashMap<Work, ([u32; 2], [u32; 2])> = FxHashMap::default();
    let before = pairs.clone();
    let container =
        |parent: u32, is: &dyn Fn(u32) -> u32| if parent == NONE { ELSEWHERE } else { is(parent) };
    let mut add = |c: &Columns<'_>, i: usize, container: u32, side: usize| {
        let slot = found.entry((container, c.step[i], c.kind[i], c.params[i])).or_default();
        slot.0[side] += 1;
        slot.1[side] = i as u32;
    };
    for l in (0..left.len()).filter(|&l| before.of_left[l] == NONE && left.step[l] != 0) {
        let is = |p: u32| if before.of_left[p as usize] == NONE { NONE } else { p };
        add(left, l, container(left.parent[l], &is), 0);
    }
    for r in (0..right.len()).filter(|&r| before.of_right[r] == NONE && right.step[r] != 0) {
        add(right, r, container(right.parent[r], &|p| before.of_right[p as usize]), 1);
    }
    for (counts, [l, r]) in found.into_values() {
        if counts == [1, 1] {
            pairs.join(l, r);
        }
    }
}

/// The properties of a task that its colour contains.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ColourBy {
    /// Name, step, kind and parameters; without a name or a step nothing is matched.
    Name,
    /// Step, kind and parameters; without a step nothing is matched.
    Work,
    /// The kind only; something beside it must be matched, and durations must be alike.
    Place,
}

/// One run, with the data for colouring its tasks.
struct Graph<'r> {
    columns: &'r Columns<'r>,
    /// Containers and their contents.
    children: Rows,
    before: Option<&'r Rows>,
    after: Option<&'r Rows>,
}

impl<'r> Graph<'r> {
    fn new(run: &'r Run, columns: &'r Columns<'r>, edges: bool) -> Graph<'r> {
        let rows = |rows: &'r Rows| edges.then_some(rows);
        let (before, after) = (rows(&run.predecessors), rows(&run.successors));
        Graph { columns, children: run.children(), before, after }
    }

    /// Returns the number of neighbours of a task.
    fn degree(&self, i: usize) -> usize {
        let rows = [self.before, self.after, Some(&self.children)];
        rows.into_iter().flatten().map(|rows| rows.row(i).len()).sum::<usize>() + 1
    }

    /// Calls `visit` with every neighbour and how it is one.
    fn neighbours(&self, i: usize, mut visit: impl FnMut(usize, u64)) {
        self.before.iter().for_each(|rows| rows.row(i).iter().for_each(|&p| visit(p as usize, 2)));
        self.after.iter().for_each(|rows| rows.row(i).iter().for_each(|&s| visit(s as usize, 3)));
        self.children.row(i).iter().for_each(|&c| visit(c as usize, 5));
        if self.columns.parent[i] != NONE {
            visit(self.columns.parent[i] as usize, 4);
        }
    }

    /// The colours of the tasks that are not `matched`, after [`ROUNDS`] rounds; those of matched ones as given.
    fn colours(&self, open: &[u32], given: &[u64], shown: ColourBy) -> Vec<u64> {
        let c = self.columns;
        let own = |i: usize| match shown {
            ColourBy::Name => {
                [c.label[i], c.step[i], c.kind[i], c.params[i]].iter().fold(2, |h, &x| mix(h, u64::from(x)))
            }
            ColourBy::Work => {
                [c.step[i], c.kind[i], c.params[i]].iter().fold(1, |h, &x| mix(h, u64::from(x)))
            }
            ColourBy::Place => mix(1, u64::from(c.kind[i])),
        };
        let mut colours = given.to_vec();
        open.iter().for_each(|&i| colours[i as usize] = own(i as usize));
        let mut next = Vec::with_capacity(open.len());
        for _ in 0..ROUNDS {
            next.clear();
            next.extend(open.iter().map(|&i| {
                // A sum does not depend on the order of the neighbours.
                let mut sum = 0u64;
                self.neighbours(i as usize, |j, way| sum = sum.wrapping_add(mix(colours[j], way)));
                mix(own(i as usize), sum)
            }));
            open.iter().zip(&next).for_each(|(&i, &colour)| colours[i as usize] = colour);
        }
        colours
    }
}

/// Two numbers to one, well spread (the finaliser of SplitMix64, Steele, Lea & Flood 2014).
fn mix(a: u64, b: u64) -> u64 {
    let mut z = a.rotate_left(32) ^ b.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Pairs the remaining tasks that have the same place in the graph.
///
/// Every task has a colour: what it shows of itself and, for three rounds, the colours of its predecessors, successors,
/// contents and container, where a matched task's colour is that of the pair (Weisfeiler & Leman 1968, *The reduction
/// of a graph to canonical form*). Tasks show their step, kind and parameters first; those for which this finds
/// nothing their kind only, and then something beside them must be matched and neither may have taken more than four
/// times as long as the other.
///
/// A colour that one task has on each side pairs them; one that equally many have pairs them in order of their starts;
/// of unequally many those that are each other's nearest in duration by far. Everything else is ambiguous
/// and stays alone. What was matched makes new colours, up to eight times, less
/// often in graphs of millions of dependencies. Dependencies count where both runs recorded
/// them or both had them inferred. O(n log n + e).
pub(super) fn pair_by_neighbourhood(
    left: (&Run, &Columns<'_>),
    right: (&Run, &Columns<'_>),
    pairs: &mut Pairs,
) {
    pair_by_colours(&[ColourBy::Work, ColourBy::Place], left, right, pairs);
}

/// The same for tasks that agree in their names as well as their work: distinguishes tasks of one name.
pub(super) fn pair_names_by_neighbourhood(
    left: (&Run, &Columns<'_>),
    right: (&Run, &Columns<'_>),
    pairs: &mut Pairs,
) {
    pair_by_colours(&[ColourBy::Name], left, right, pairs);
}

fn pair_by_colours(
    by: &[ColourBy],
    (left_run, left): (&Run, &Columns<'_>),
    (right_run, right): (&Run, &Columns<'_>),
    pairs: &mut Pairs,
) {
    let edges = left_run.edges_inferred == right_run.edges_inferred;
    let open = |of: &[u32]| (0..of.len() as u32).filter(|&i| of[i as usize] == NONE).collect::<Vec<u32>>();
    if open(&pairs.of_left).is_empty() || open(&pairs.of_right).is_empty() {
        return;
    }
    let graphs = [Graph::new(left_run, left, edges), Graph::new(right_run, right, edges)];
    let mut budget = BUDGET;
    for &shown in by {
        for _ in 0..PASSES {
            let (lefts, rights) = (open(&pairs.of_left), open(&pairs.of_right));
            if lefts.is_empty() || rights.is_empty() || budget == 0 {
                return;
            }
            let links = |graph: &Graph<'_>, open: &[u32]| {
                open.iter().map(|&i| graph.degree(i as usize)).sum::<usize>()
            };
            let links = links(&graphs[0], &lefts) + links(&graphs[1], &rights);
            budget = budget.saturating_sub(links * ROUNDS);
            let given = [
                (0..left.len() as u64).map(|l| mix(7, l)).collect::<Vec<u64>>(),
                pairs.of_right.iter().map(|&l| mix(7, u64::from(l))).collect(),
            ];
            let colours =
                [graphs[0].colours(&lefts, &given[0], shown), graphs[1].colours(&rights, &given[1], shown)];
            let fit = |graph: &Graph<'_>, of: &[u32], i: u32| match shown {
                ColourBy::Name => graph.columns.label[i as usize] != 0 || graph.columns.step[i as usize] != 0,
                ColourBy::Work => graph.columns.step[i as usize] != 0,
                ColourBy::Place => {
                    let mut found = false;
                    graph.neighbours(i as usize, |j, _| found |= of[j] != NONE && of[j] != ELSEWHERE);
                    found
                }
            };
            let mut members: Vec<(u64, bool, u32)> = Vec::new();
            let fits = lefts.iter().filter(|&&i| fit(&graphs[0], &pairs.of_left, i));
            members.extend(fits.map(|&i| (colours[0][i as usize], false, i)));
            let fits = rights.iter().filter(|&&i| fit(&graphs[1], &pairs.of_right, i));
            members.extend(fits.map(|&i| (colours[1][i as usize], true, i)));
            members.order();
            // Tasks that are unique on each side are the most certain, and may distinguish others.
            let found = join_classes(&members, left, right, shown, true, pairs)
                || join_classes(&members, left, right, shown, false, pairs);
            if !found {
                break;
            }
        }
    }
}

/// Pairs within the classes of one colour: those with one task on each side, or all others.
fn join_classes(
    members: &[(u64, bool, u32)],
    left: &Columns<'_>,
    right: &Columns<'_>,
    shown: ColourBy,
    single: bool,
    pairs: &mut Pairs,
) -> bool {
    let mut joined = false;
    for class in members.chunk_by(|x, y| x.0 == y.0) {
        let (lefts, rights) = class.split_at(class.partition_point(|m| !m.1));
        if lefts.is_empty() || rights.is_empty() || single != (class.len() == 2) {
            continue;
        }
        let sorted = |columns: &Columns<'_>, side: &[(u64, bool, u32)]| {
            let mut side: Vec<u32> = side.iter().map(|m| m.2).collect();
            side.order_by(|&x, &y| {
                let (i, j) = (x as usize, y as usize);
                (columns.start[i], columns.length[i])
                    .cmp(&(columns.start[j], columns.length[j]))
                    .then_with(|| natural_cmp(columns.id_text[i], columns.id_text[j]))
            });
            side
        };
        let (lefts, rights) = (sorted(left, lefts), sorted(right, rights));
        let couples = if lefts.len() == rights.len() {
            lefts.into_iter().zip(rights).collect()
        } else {
            nearest(&lefts, &rights, left, right)
        };
        let alike = |&(l, r): &(u32, u32)| {
            let (x, y) = (left.length[l as usize], right.length[r as usize]);
            x == UNKNOWN || y == UNKNOWN || ratio(x, y) <= ALIKE
        };
        if shown == ColourBy::Place && !couples.iter().all(alike) {
            continue;
        }
        joined |= !couples.is_empty();
        couples.into_iter().for_each(|(l, r)| pairs.join(l, r));
    }
    joined
}

/// The longer duration over the shorter; what took no time counts as a millisecond.
fn ratio(x: i64, y: i64) -> f64 {
    let (x, y) = (x.max(1_000_000) as f64, y.max(1_000_000) as f64);
    (x / y).max(y / x)
}

/// Those of two sides that are each other's nearest in duration (by the logarithm of the ratio) and nearer by far than
/// the next: by more than a quarter, and more than twice as near. Nothing of more than [`LARGEST_CLASS`].
fn nearest(lefts: &[u32], rights: &[u32], left: &Columns<'_>, right: &Columns<'_>) -> Vec<(u32, u32)> {
    if lefts.len().max(rights.len()) > LARGEST_CLASS {
        return Vec::new();
    }
    let distance = |l: u32, r: u32| {
        let (x, y) = (left.length[l as usize], right.length[r as usize]);
        if x == UNKNOWN || y == UNKNOWN { f64::INFINITY } else { ratio(x, y).ln() }
    };
    // The nearest of the others, if it is so by far.
    let clear = |others: &[u32], distance: &dyn Fn(u32) -> f64| {
        let mut order: Vec<(f64, u32)> = others.iter().map(|&o| (distance(o), o)).collect();
        order.order_by(|x, y| x.0.total_cmp(&y.0));
        let far = order.get(1).is_none_or(|second| second.0 > 2.0 * order[0].0 + 1.25f64.ln());
        order.first().filter(|first| far && first.0.is_finite()).map(|first| first.1)
    };
    let mutual = lefts.iter().filter_map(|&l| {
        let r = clear(rights, &|r| distance(l, r))?;
        (clear(lefts, &|l| distance(l, r)) == Some(l)).then_some((l, r))
    });
    mutual.collect()
}
