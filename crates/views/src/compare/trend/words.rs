//! The newest of a series of runs compared with the earlier ones, as text.

use makespan_analysis::compare::{Series, Trend, Trends};
use makespan_scene::counted;

use super::newest;
use crate::amount::{Unit, change};
use crate::compare::delta::word_role;
use crate::section::{Block, Section};
use crate::table::Cell;

/// Returns the result as a section: how the newest makespan compares with the earlier ones, and how the makespan
/// changed.
pub fn answer(trends: &Trends) -> Section {
    let unit = Unit::of(trends.quantity);
    let runs = counted(trends.lineup.runs, "run");
    let mut blocks = Vec::new();
    let Some(makespan) = &trends.makespan else {
        blocks.push(Block::Answer(Cell::new(format!("{runs}; none has a makespan to compare"))));
        return Section::new("answer", "Comparison", blocks);
    };
    let (answer, by) = latest(makespan, &unit)
        .unwrap_or_else(|| (format!("{runs}; the last one cannot be compared with the earlier ones"), 0.0));
    blocks.push(Block::Answer(Cell::new(answer).status(word_role(by))));
    let failed = makespan.points.iter().filter(|p| !p.counts).count();
    if failed > 0 {
        let text = format!(
            "{} did not succeed or {} no times: shown, not counted.",
            counted(failed, "run"),
            if failed == 1 { "has" } else { "have" }
        );
        blocks.push(Block::Caution(text));
    }
    let levels = levels(&makespan.trend, &unit);
    if !levels.is_empty() {
        blocks.push(Block::Note(format!("Makespan: {levels}.")));
    }
    blocks.push(Block::Note(format!(
        "{runs} in order of time; the last one is compared with the earlier ones."
    )));
    Section::new("answer", "Comparison", blocks)
}

/// Returns how the newest value compares with the earlier ones, and whether that is unusual: below or above 0.
fn latest(series: &Series, unit: &Unit) -> Option<(String, f32)> {
    let value = newest(series).map(|(_, p)| p).filter(|p| p.counts)?.value;
    let before = series.before.as_ref()?;
    let (among, by) = match value {
        x if x > before.max => ("longer than any", 1.0),
        x if x < before.min => ("shorter than any", -1.0),
        x if x > before.p90 => ("above the 90th percentile", 1.0),
        x if x < before.p10 => ("below the 10th percentile", -1.0),
        _ => ("within the 10th to 90th percentile", 0.0),
    };
    let share = change(before.median, value);
    let share = if share.is_empty() { share } else { format!(" ({share})") };
    let text = format!(
        "The last run took {} against a median of {}{share}, {among} of {} before",
        unit.text(value),
        unit.text(before.median),
        counted(before.values, "run")
    );
    Some((text, by))
}

/// Describes the levels of a series; empty if there is one and it does not drift.
fn levels(trend: &Trend, unit: &Unit) -> String {
    if let Some(slope) = trend.slope.filter(|s| s.p <= 0.01) {
        return format!("drifts by {} per run", unit.signed(slope.each));
    }
    let Some((first, rest)) = trend.levels.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return String::new();
    };
    let mut text = unit.text(first.median);
    let mut before = first.median;
    for level in rest {
        let share = change(before, level.median);
        text.push_str(&format!(", from run {} on {} ({share})", level.first + 1, unit.text(level.median)));
        before = level.median;
    }
    text
}
