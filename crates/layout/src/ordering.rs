//! Stage 3: orders the nodes of every layer such that few edges cross.
//!
//! Several initial orders, each improved by sweeps (every layer is sorted by the positions of neighbours in the
//! previous layer) and swaps of adjacent nodes; then sifting of the best order, which gains most on large graphs; then
//! annealing of small graphs, and perturbed copies of the best order for others, as long as the work budget lasts.
//! Keeps the best order found.

mod anneal;
mod crossings;
mod order;
mod random;
mod search;
mod starts;
mod sweep;
mod transpose;

use crate::proper::Proper;
pub(crate) use order::Order;

/// Maximum number of visited links, per link of the graph and in total.
const WORK_PER_LINK: u64 = 1_500;
const WORK_LEAST: u64 = 300_000;
const WORK_MOST: u64 = 80_000_000;
/// Number of perturbed copies of the best order that may fail in a row.
const PATIENCE: u32 = 40;

/// Maximum number of links visited by annealing, per squared link of the graph: nodes of a larger graph have further to
/// move.
const ANNEALING: u64 = 40;
/// Links of one annealing, per link of the graph, below which two would be worse than one; and how many there are at most.
const ANNEALING_LEAST: u64 = 4_000;
const ANNEALINGS: u64 = 3;

/// Orders every layer. The work is bounded by a budget that grows with the graph up to a limit, and by `annealing`: the
/// number of links that annealing may visit in addition.
pub(crate) fn order(proper: &Proper, annealing: u64) -> Order {
    let size = (proper.nodes() + proper.down.len()) as u64;
    let budget = (size * WORK_PER_LINK).clamp(WORK_LEAST, WORK_MOST);
    let mut search = search::Search::new(proper, budget);
    for start in starts::Start::ALL {
        // Sifting gains more than another initial order, so most of the budget is kept for it.
        if search.finished() || search.left() < budget / 5 * 3 {
            break;
        }
        search.begin(&starts::sequence(proper, start));
        search.descend();
    }
    search.sift_best();
    if annealing > 0 {
        let work = annealing.min(size.saturating_mul(size * ANNEALING));
        let rounds = (work / (size * ANNEALING_LEAST)).clamp(1, ANNEALINGS);
        (0..rounds).for_each(|_| search.anneal(work / rounds));
        return search.best();
    }
    let mut failed = 0;
    while !search.finished() && failed < PATIENCE {
        failed = if search.disturb_and_descend() { 0 } else { failed + 1 };
    }
    search.best()
}
