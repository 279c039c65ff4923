//! The bars of the waterfall as numbers.

use makespan_analysis::compare::{DifferencePart, Explanation, PartKind};
use makespan_model::Order as _;

use crate::compare::Pair;

/// The subject of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BarKind {
    /// The makespan of A.
    A,
    /// One part of the difference.
    Part(PartKind),
    /// This number of parts that are too small to be shown separately.
    Smaller(usize),
    /// The makespan of B.
    B,
}

/// One bar: from one height of the waterfall to the next. The first and the last begin at 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Its subject.
    pub kind: BarKind,
    /// The row of the matching, if it belongs to one.
    pub row: Option<u32>,
    /// Where it begins, ns. Sums of parts may leave the range of a time.
    pub from: i128,
    /// Where it ends, ns.
    pub to: i128,
}

impl Bar {
    /// Returns its contribution, ns.
    pub fn delta(&self) -> i128 {
        self.to - self.from
    }
}

/// Returns the bars from the makespan of A to that of B: the largest `most` parts separately, largest first, the others
/// in one bar, and last the unexplained remainder. Each bar begins where the previous one ends, and the last part ends
/// at the makespan of B. O(n log n).
pub fn bars(pair: &Pair<'_>, explanation: &Explanation, most: usize) -> Vec<Bar> {
    let (a, b) = (pair.a.totals().makespan, pair.b.totals().makespan);
    let (Some(a), Some(b)) = (a, b) else { return Vec::new() };
    let (rest, mut parts): (Vec<&DifferencePart>, Vec<&DifferencePart>) =
        explanation.parts.iter().partition(|p| p.kind == PartKind::Remainder);
    parts.order_by_key(|p| (std::cmp::Reverse(p.delta_ns.unsigned_abs()), p.kind, p.task));
    // A single smaller part gets a bar of its own.
    let shown = if parts.len() <= most + 1 { parts.len() } else { most };
    let mut out = vec![Bar { kind: BarKind::A, row: None, from: 0, to: i128::from(a) }];
    let mut at = i128::from(a);
    let mut put = |kind: BarKind, row: Option<u32>, delta: i128| {
        out.push(Bar { kind, row, from: at, to: at + delta });
        at += delta;
    };
    for part in &parts[..shown] {
        put(BarKind::Part(part.kind), part.task, i128::from(part.delta_ns));
    }
    if shown < parts.len() {
        let sum = parts[shown..].iter().map(|p| i128::from(p.delta_ns)).sum();
        put(BarKind::Smaller(parts.len() - shown), None, sum);
    }
    for part in rest {
        put(BarKind::Part(part.kind), part.task, i128::from(part.delta_ns));
    }
    out.push(Bar { kind: BarKind::B, row: None, from: 0, to: i128::from(b) });
    out
}
