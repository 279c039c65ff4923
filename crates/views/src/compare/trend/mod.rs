//! A series of runs: for each task a strip with its value in every run and the changes, and the newest run compared
//! with the earlier ones.

mod ghosts;
mod order;
mod picture;
mod twin;
mod words;

pub use ghosts::{behind, whiskers, with_before};
pub use order::{line_count, order};
pub use picture::{frame, point_at, scene};
pub use twin::{columns, table};
pub use words::answer;

use makespan_analysis::compare::{Point, Series, Trends};

/// Returns the series of a line: the makespan first, if there is one, then the rows of the line-up in the given order.
fn line<'t>(trends: &'t Trends, order: &[u32], at: u32) -> Option<(Option<u32>, &'t Series)> {
    let ahead = u32::from(trends.makespan.is_some());
    match at.checked_sub(ahead) {
        None => trends.makespan.as_ref().map(|m| (None, m)),
        Some(i) => {
            let row = *order.get(i as usize)?;
            Some((Some(row), trends.rows.get(row as usize)?))
        }
    }
}

/// Returns the subject of a line: the name of the task, or the makespan.
fn name(trends: &Trends, row: Option<u32>) -> String {
    match row {
        None => "Makespan".to_owned(),
        Some(r) => trends
            .lineup
            .rows
            .get(r as usize)
            .map_or(String::new(), |l| crate::clip::shortened_name(&l.title)),
    }
}

/// Returns the last run of a series with the task, and its point.
fn newest(series: &Series) -> Option<(usize, Point)> {
    let there = |p: &Point| p.value.is_finite() || p.status.is_some();
    let at = series.points.iter().rposition(there)?;
    Some((at, series.points[at]))
}
