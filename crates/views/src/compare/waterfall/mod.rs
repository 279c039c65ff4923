//! From the makespan of A to that of B: the parts of the difference.

mod bars;
mod picture;
mod twin;

pub use bars::{Bar, BarKind, bars};
pub use picture::scene;
pub use twin::table;

use makespan_analysis::compare::{Explanation, PartKind};
use makespan_scene::count;

use super::Pair;
use crate::clip::shortened_name;

/// Returns how much of the difference of the makespans each row of the matching explains, ns; `None` if it explains
/// nothing.
pub fn contributions(pair: &Pair<'_>, explanation: &Explanation) -> Vec<Option<i64>> {
    let mut out = vec![None; pair.rows().len()];
    for part in &explanation.parts {
        if let Some(slot) = part.task.and_then(|row| out.get_mut(row as usize)) {
            *slot = Some(slot.unwrap_or(0i64).saturating_add(part.delta_ns));
        }
    }
    out
}

/// Returns the description of a part; `both` is whether both runs have its task.
pub fn part_words(kind: PartKind, delta_ns: i64, both: bool) -> &'static str {
    match kind {
        PartKind::Task if delta_ns < 0 => "ran shorter",
        PartKind::Task => "ran longer",
        PartKind::New if both => "not executed in A",
        PartKind::New => "new",
        PartKind::Gone if both => "not executed in B",
        PartKind::Gone => "removed",
        PartKind::Retries => "retries",
        PartKind::Dependency => "ready, not started",
        PartKind::Slot => "waiting for a worker",
        PartKind::Queue => "waiting in a queue",
        PartKind::PathSwitch => "other tasks on the path",
        PartKind::Remainder => "not recorded",
    }
}

/// Returns notes on how to read the parts.
pub fn notes(pair: &Pair<'_>, explanation: &Explanation) -> Vec<String> {
    let mut notes = Vec::new();
    let names = |rows: &[u32]| {
        const MOST: usize = 4;
        let shown: Vec<String> = rows
            .iter()
            .take(MOST)
            .filter_map(|&r| pair.row(r))
            .map(|t| format!("“{}”", shortened_name(&pair.name(t))))
            .collect();
        let more = rows.len().saturating_sub(MOST);
        let tail = if more > 0 { format!(" and {} more", count(more as u64)) } else { String::new() };
        format!("{}{tail}", shown.join(", "))
    };
    if !explanation.entered.is_empty() {
        notes.push(format!("Joined the critical path in B: {}.", names(&explanation.entered)));
    }
    if !explanation.left.is_empty() {
        notes.push(format!("Left the critical path in B: {}.", names(&explanation.left)));
    }
    if explanation.inferred {
        notes.push("The parts follow dependencies inferred from times.".to_owned());
    }
    notes
}
