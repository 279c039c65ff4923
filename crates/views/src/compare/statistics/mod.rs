//! Comparison of two sets of runs: for each task the shift with its interval, and the verdict.

mod picture;
mod twin;
mod words;

pub use picture::{frame, scene};
pub use twin::{columns, table};
pub use words::{answer, notes, title, verdict_sign, verdict_word};

use makespan_analysis::compare::{TwoSamples, Verdicts};

/// Returns the samples of a line: first the makespan, if there is one, then the rows of the verdicts in order.
pub(super) fn line(verdicts: &Verdicts, at: u32) -> Option<(Option<u32>, &TwoSamples)> {
    let ahead = u32::from(verdicts.makespan.is_some());
    match at.checked_sub(ahead) {
        None => verdicts.makespan.as_ref().map(|m| (None, m)),
        Some(i) => verdicts.rows.get(i as usize).map(|r| (Some(r.row), &r.samples)),
    }
}

/// Returns the number of lines.
pub fn line_count(verdicts: &Verdicts) -> u32 {
    verdicts.rows.len() as u32 + u32::from(verdicts.makespan.is_some())
}

/// Returns the subject of a line: the name of the task, or the makespan.
pub(super) fn name(verdicts: &Verdicts, row: Option<u32>) -> String {
    match row {
        None => "Makespan".to_owned(),
        Some(r) => verdicts
            .lineup
            .rows
            .get(r as usize)
            .map_or(String::new(), |l| crate::clip::shortened_name(&l.title)),
    }
}
