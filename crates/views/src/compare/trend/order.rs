//! The order of the strips.

use makespan_analysis::compare::{Series, Trends};
use makespan_analysis::natural_cmp;
use makespan_model::Order as _;

/// Returns the rows with any value in `mask`, sorted by the most recent change of level in either direction, then by
/// slope, then by name. O(n log n).
pub fn order(trends: &Trends, mask: Option<&[bool]>) -> Vec<u32> {
    let passes = |r: u32| mask.is_none_or(|m| m.get(r as usize).copied().unwrap_or(true));
    let known = |s: &Series| s.points.iter().any(|p| p.value.is_finite());
    let mut rows: Vec<u32> =
        (0..trends.rows.len() as u32).filter(|&r| passes(r) && known(&trends.rows[r as usize])).collect();
    let changed = |s: &Series| s.trend.last_change().map_or(0.0, f64::abs);
    let creeps = |s: &Series| s.trend.slope.as_ref().map_or(0.0, |s| s.each.abs());
    rows.order_by(|&x, &y| {
        let (a, b) = (&trends.rows[x as usize], &trends.rows[y as usize]);
        let title = |r: u32| trends.lineup.rows.get(r as usize).map_or("", |l| l.title.as_str());
        changed(b)
            .total_cmp(&changed(a))
            .then_with(|| creeps(b).total_cmp(&creeps(a)))
            .then_with(|| natural_cmp(title(x), title(y)))
    });
    rows
}

/// Returns the number of lines: one for the makespan, if there is one, and one for each row of the order.
pub fn line_count(trends: &Trends, order: &[u32]) -> u32 {
    order.len() as u32 + u32::from(trends.makespan.is_some())
}
