//! Two runs beside each other, for programs.

use makespan_analysis::Facts;
use makespan_analysis::compare::*;

/// Everything that is known of two runs beside each other.
pub(super) struct Pair<'f> {
    pub(super) a: &'f Facts,
    pub(super) b: &'f Facts,
    pub(super) matching: Matching,
    pub(super) caveats: Vec<Caveat>,
    pub(super) explanation: Option<Explanation>,
    pub(super) settings: Vec<Setting>,
    /// By place in the matching, what of the difference of the makespans is put down to the task, ns.
    pub(super) explained: Vec<i64>,
    /// Key of the measure.
    pub(super) metric: String,
    /// By place in the matching, the difference of the measure.
    pub(super) deltas: Vec<f64>,
    /// Places in the matching: the largest part of the difference first, then the largest difference of the measure.
    pub(super) order: Vec<u32>,
}

impl<'f> Pair<'f> {
    pub(super) fn new(a: &'f Facts, b: &'f Facts, metric: &str) -> Pair<'f> {
        let matching = matching(a, b);
        let explanation = explain(a, b, &matching);
        let mut explained = vec![0i64; matching.tasks.len()];
        for part in explanation.iter().flat_map(|e| &e.parts) {
            if let Some(slot) = part.task.and_then(|t| explained.get_mut(t as usize)) {
                *slot = slot.saturating_add(part.delta_ns);
            }
        }
        let own: Vec<f64> =
            matching.tasks.iter().map(|t| t.delta_ns.map_or(f64::NAN, |d| d as f64)).collect();
        let deltas = match metric {
            "duration" => own,
            _ => measure_delta(a, b, &matching, metric).map_or_else(Vec::new, |m| m.deltas),
        };
        let size = |i: u32| deltas.get(i as usize).copied().filter(|d| d.is_finite()).map_or(-1.0, f64::abs);
        let mut order: Vec<u32> = (0..matching.tasks.len() as u32).collect();
        order.sort_by(|&i, &j| {
            let part = |i: u32| if metric == "duration" { explained[i as usize].unsigned_abs() } else { 0 };
            part(j).cmp(&part(i)).then(size(j).total_cmp(&size(i))).then(i.cmp(&j))
        });
        let caveats = caveats(a, b, &matching);
        let settings = run_settings(a.run(), b.run());
        let metric = metric.to_owned();
        Pair { a, b, matching, caveats, explanation, settings, explained, metric, deltas, order }
    }

    /// Whether one of them may be called faster.
    pub(super) fn comparable(&self) -> bool {
        !self.caveats.iter().any(|c| c.forbids())
    }
}
