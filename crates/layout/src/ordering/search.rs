//! The search for a good order: sweeps and swaps from an initial order, and restarts from perturbed ones.

use super::anneal::anneal;
use super::crossings::Counter;
use super::order::Order;
use super::random;
use super::sweep::{Sorter, Sweep};
use super::transpose::Exchanger;
use crate::proper::Proper;

/// Sweeps without a gain of a half percent after which a descent ends (as in Gansner et al. 1993).
const STALL: u32 = 4;
const STALL_AFTER_DISTURBANCE: u32 = 3;
/// Rounds of exchanges over all layers after a sweep.
const EXCHANGE_ROUNDS: u32 = 4;
/// Rounds of sifting over all layers.
const SIFT_ROUNDS: u32 = 20;
/// How far a node is sifted.
const REACH: usize = 128;

pub(super) struct Search<'p> {
    proper: &'p Proper,
    now: Order,
    best: Order,
    fewest: u64,
    work: u64,
    random: u64,
    counter: Counter,
    sorter: Sorter,
    exchanger: Exchanger,
}

impl<'p> Search<'p> {
    /// Creates a search that may visit about `work` links.
    pub(super) fn new(proper: &'p Proper, work: u64) -> Self {
        let sequence: Vec<u32> = (0..proper.nodes() as u32).collect();
        let now = Order::new(proper, &sequence);
        Search {
            proper,
            best: now.clone(),
            now,
            fewest: u64::MAX,
            work,
            random: random::SEED,
            counter: Counter::default(),
            sorter: Sorter::default(),
            exchanger: Exchanger::default(),
        }
    }

    /// Returns whether there is nothing left to gain or to spend.
    pub(super) fn finished(&self) -> bool {
        self.fewest == 0 || self.work == 0
    }

    /// Returns the number of links that may still be visited.
    pub(super) fn left(&self) -> u64 {
        self.work
    }

    pub(super) fn best(self) -> Order {
        self.best
    }

    /// Continues from the given order.
    pub(super) fn begin(&mut self, sequence: &[u32]) {
        self.now = Order::new(self.proper, sequence);
        self.judge();
    }

    /// Sweeps up and down until it stalls.
    pub(super) fn descend(&mut self) {
        let from = self.judge();
        self.sweeps(from, STALL);
    }

    /// Continues from a perturbed copy of the best order. Returns whether that led to a better one.
    pub(super) fn disturb_and_descend(&mut self) -> bool {
        let before = self.fewest;
        self.now.clone_from(&self.best);
        self.disturb();
        self.sweeps(u64::MAX, STALL_AFTER_DISTURBANCE);
        self.sift();
        self.fewest < before
    }

    fn sweeps(&mut self, from: u64, patience: u32) {
        let (mut least, mut stalled) = (from, 0);
        for round in 0u32.. {
            if self.finished() || stalled >= patience {
                break;
            }
            let down = round % 2 == 0;
            self.sweep(Sweep { down, median: round % 8 < 4, turn_equals: round % 4 >= 2 });
            let crossings = self.judge();
            stalled = if crossings as f64 <= least as f64 * 0.995 { 0 } else { stalled + 1 };
            least = least.min(crossings);
        }
    }

    /// Sifts the best order until nothing is gained.
    pub(super) fn sift_best(&mut self) {
        if self.finished() {
            return;
        }
        self.now.clone_from(&self.best);
        self.sift();
    }

    /// Anneals the best order with `work` links, and sifts the result.
    pub(super) fn anneal(&mut self, work: u64) {
        if self.fewest == 0 {
            return;
        }
        self.now.clone_from(&self.best);
        anneal(self.proper, &mut self.now, work, &mut self.random);
        self.work = self.work.max(work / 8);
        self.sift();
    }

    fn sift(&mut self) {
        let layers = self.now.layers();
        for round in 0..SIFT_ROUNDS {
            let mut gained = 0;
            for step in 0..layers {
                let layer = if round % 2 == 0 { step } else { layers - 1 - step };
                gained += self.exchanger.sift(self.proper, &mut self.now, layer, REACH, &mut self.work);
            }
            if gained == 0 || self.work == 0 {
                break;
            }
        }
        self.judge();
    }

    fn sweep(&mut self, sweep: Sweep) {
        let layers = self.now.layers();
        for step in 1..layers {
            let layer = if sweep.down { step } else { layers - 1 - step };
            self.sorter.sort_layer(self.proper, &mut self.now, layer, sweep);
        }
        self.spend(2);
        for round in 0..EXCHANGE_ROUNDS {
            let mut gained = 0;
            for step in 0..layers {
                let layer = if sweep.down { step } else { layers - 1 - step };
                let turn = sweep.turn_equals && round == 0;
                gained += self.exchanger.exchange(self.proper, &mut self.now, layer, turn, &mut self.work);
            }
            if gained == 0 || self.work == 0 {
                break;
            }
        }
    }

    /// Counts crossings, and keeps the order if it is the best so far.
    fn judge(&mut self) -> u64 {
        self.spend(4);
        let crossings = self.counter.all(self.proper, &self.now);
        if crossings < self.fewest {
            self.fewest = crossings;
            self.best.clone_from(&self.now);
        }
        crossings
    }

    /// Moves every node of some layers a little at random.
    fn disturb(&mut self) {
        let reach = 1.0 + (random::next(&mut self.random) % 5) as f64 * 2.0;
        for layer in 0..self.now.layers() {
            let mut wishes: Vec<(f64, u32)> = Vec::with_capacity(self.now.layer(layer).len());
            for i in 0..self.now.layer(layer).len() {
                let noise = (random::next(&mut self.random) >> 11) as f64 / (1u64 << 53) as f64;
                wishes.push((i as f64 + noise * reach, self.now.layer(layer)[i]));
            }
            wishes.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let nodes: Vec<u32> = wishes.into_iter().map(|(_, node)| node).collect();
            self.now.set_layer(layer, &nodes);
        }
        self.spend(2);
    }

    fn spend(&mut self, passes: u64) {
        let pass = (self.proper.nodes() + self.proper.down.len()) as u64;
        self.work = self.work.saturating_sub(passes * pass);
    }
}
