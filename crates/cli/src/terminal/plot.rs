//! Drawings of one line, as characters.

use makespan_views::Plot;

/// A drawing in at most so many columns.
pub(super) fn draw(plot: &Plot, width: usize) -> String {
    match *plot {
        Plot::Bar { from: 0.0, to } => bar(to, width),
        Plot::Bar { from, to } => step(from, to, width),
        Plot::Interval { ends, estimate, zero } => interval(ends, estimate, zero, width),
        Plot::Spread { before, newest } => spread(before, newest, width),
    }
}

/// A share as a bar in eighths of a column; a share above 0 shows at least one eighth.
pub(crate) fn bar(share: f64, width: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if !(share > 0.0 && share.is_finite()) {
        return String::new();
    }
    let eighths = ((share.min(1.0) * (width * 8) as f64).round() as usize).max(1);
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

/// A bar between two places: full blocks towards the right, shaded ones towards the left, so that it reads without
/// colour. At least one column wide.
fn step(from: f64, to: f64, width: usize) -> String {
    let (x, y) = (place(from.min(to), width), place(from.max(to), width));
    let start = x.min(width.saturating_sub(1));
    let length = y.saturating_sub(start).max(1).min(width - start);
    format!("{}{}", " ".repeat(start), if to >= from { "█" } else { "▒" }.repeat(length))
}

/// An interval with its estimate: `├──●──┤`, with `┆` at zero.
fn interval(ends: Option<(f64, f64)>, estimate: f64, zero: f64, width: usize) -> String {
    let Some(last) = width.checked_sub(1) else { return String::new() };
    let mut out = vec![' '; width];
    out[place(zero, last)] = '┆';
    if let Some((low, high)) = ends {
        let (low, high) = (place(low, last), place(high, last));
        if low <= high {
            out[low..=high].fill('─');
        }
        (out[low], out[high]) = ('├', '┤');
    }
    out[place(estimate, last)] = '●';
    out.into_iter().collect::<String>().trim_end().to_owned()
}

/// What was seen before, from the minimum to the maximum, the 10th to 90th percentile thick, `│` the median; `●` what is
/// new.
fn spread(before: Option<[f64; 5]>, newest: Option<f64>, width: usize) -> String {
    let Some(last) = width.checked_sub(1) else { return String::new() };
    let mut out = vec![' '; width];
    if let Some(before) = before {
        let [min, p10, median, p90, max] = before.map(|x| place(x, last));
        if min <= max {
            out[min..=max].fill('─');
        }
        if p10 <= p90 {
            out[p10..=p90].fill('━');
        }
        out[median] = '│';
    }
    if let Some(newest) = newest {
        out[place(newest, last)] = '●';
    }
    out.into_iter().collect::<String>().trim_end().to_owned()
}

/// Which column a share of the width falls into, of 0 to `last`.
fn place(share: f64, last: usize) -> usize {
    if share.is_nan() { 0 } else { (share.clamp(0.0, 1.0) * last as f64).round() as usize }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings_stay_within_their_columns() {
        assert_eq!([bar(0.5, 4), bar(1e-9, 4), bar(7.0, 2), bar(f64::NAN, 2)], ["██", "▏", "██", ""]);
        assert_eq!(draw(&Plot::Bar { from: 0.5, to: 0.3 }, 10), "   ▒▒");
        assert_eq!(draw(&Plot::Bar { from: 1.0, to: 1.0 }, 10), "         █");
        let interval = |ends, estimate| draw(&Plot::Interval { ends, estimate, zero: 0.5 }, 11);
        assert_eq!(interval(Some((0.4, 0.8)), 0.6), "    ├─●─┤");
        assert_eq!(interval(None, 0.9), "     ┆   ●");
        let before = Some([0.0, 0.2, 0.4, 0.6, 0.8]);
        assert_eq!(draw(&Plot::Spread { before, newest: Some(1.0) }, 11), "──━━│━━── ●");
        assert_eq!(draw(&Plot::Spread { before: Some([f64::NAN; 5]), newest: None }, 0), "");
    }
}
