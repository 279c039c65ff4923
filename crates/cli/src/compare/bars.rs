//! Pictures of one line.

/// A bar from one number to another on an axis, as characters: full blocks for what is more, shaded ones for what is
/// less, so that it reads without colour. At least one column wide.
pub(super) fn step(axis: (f64, f64), from: f64, to: f64, width: usize) -> (usize, String) {
    let (x, y) = (place(axis, from.min(to), width), place(axis, from.max(to), width));
    let start = x.min(width.saturating_sub(1));
    let length = y.saturating_sub(start).max(1).min(width - start);
    (start, if to >= from { "█" } else { "▒" }.repeat(length))
}

/// A bar from the start of an axis, in eighths of a column.
pub(super) fn bar(share: f64, width: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if !(share > 0.0 && share.is_finite()) {
        return String::new();
    }
    let eighths = ((share.min(1.0) * (width * 8) as f64).round() as usize).max(1);
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

/// An interval with its estimate on an axis: `├──●──┤`, with `┆` where the axis has 0.
pub(super) fn interval(axis: (f64, f64), ends: Option<(f64, f64)>, estimate: f64, width: usize) -> String {
    let Some(last) = width.checked_sub(1) else { return String::new() };
    let at = |x: f64| place(axis, x, last);
    let mut out = vec![' '; width];
    out[at(0.0)] = '┆';
    if let Some((low, high)) = ends {
        out[at(low)..=at(high)].fill('─');
        out[at(low)] = '├';
        out[at(high)] = '┤';
    }
    out[at(estimate)] = '●';
    out.into_iter().collect()
}

/// What was seen before, from smallest to largest, the middle four fifths thick, `│` the median, `●` the newest.
pub(super) fn whisker(spread: [f64; 5], newest: f64, width: usize) -> String {
    let known = spread.into_iter().chain([newest]).filter(|x| x.is_finite());
    let axis = (known.clone().fold(f64::INFINITY, f64::min), known.fold(f64::NEG_INFINITY, f64::max));
    let Some(last) = width.checked_sub(1) else { return String::new() };
    let at = |x: f64| place(axis, x, last);
    let mut out = vec![' '; width];
    let [min, p10, median, p90, max] = spread;
    if min.is_finite() {
        out[at(min)..=at(max)].fill('─');
        out[at(p10)..=at(p90)].fill('━');
        out[at(median)] = '│';
    }
    if newest.is_finite() {
        out[at(newest)] = '●';
    }
    out.into_iter().collect()
}

/// Which column a number falls into, of 0 to `width`.
fn place((low, high): (f64, f64), x: f64, width: usize) -> usize {
    let span = high - low;
    let share = if span > 0.0 { ((x - low) / span).clamp(0.0, 1.0) } else { 0.5 };
    if share.is_nan() { 0 } else { (share * width as f64).round() as usize }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_stand_where_the_ones_before_ended() {
        assert_eq!(step((0.0, 10.0), 0.0, 5.0, 10), (0, "█████".to_owned()));
        assert_eq!(step((0.0, 10.0), 5.0, 3.0, 10), (3, "▒▒".to_owned()));
        assert_eq!(step((0.0, 10.0), 10.0, 10.001, 10), (9, "█".to_owned()));
        assert_eq!(step((0.0, 0.0), 0.0, 0.0, 10).1, "█");
    }

    #[test]
    fn intervals_and_whiskers_keep_to_their_axis() {
        assert_eq!(interval((-5.0, 5.0), Some((-1.0, 3.0)), 1.0, 11), "    ├─●─┤  ");
        assert_eq!(interval((-5.0, 5.0), None, 4.0, 11), "     ┆   ● ");
        assert_eq!(whisker([0.0, 2.0, 4.0, 6.0, 8.0], 10.0, 11), "──━━│━━── ●");
        assert_eq!(whisker([f64::NAN; 5], 1.0, 3), " ● ");
        assert_eq!(whisker([1.0; 5], f64::NAN, 0), "");
        assert_eq!(interval((0.0, 0.0), Some((0.0, 0.0)), 0.0, 0), "");
    }

    #[test]
    fn bars_have_eighths() {
        assert_eq!(
            (bar(0.5, 4), bar(1e-9, 4), bar(7.0, 2), bar(f64::NAN, 2)),
            ("██".into(), "▏".into(), "██".into(), String::new())
        );
    }
}
