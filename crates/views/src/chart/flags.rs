//! Placement of the labels of marked values above a chart, so that they do not overlap.

use makespan_model::Order as _;

/// A label: its row, its horizontal extent, and whether it is to the left of its line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Flag {
    /// Row, 0 on top.
    pub line: usize,
    /// Left and right end, px.
    pub span: (f32, f32),
    /// Whether it is to the left of its line.
    pub leftwards: bool,
}

/// Assigns rows to the labels of lines (x, width of the label), such that no label overlaps another or a line that
/// extends higher. Labels are to the right of their lines if there is room. O(n³) for a handful of lines.
pub(super) fn flags(poles: &[(f32, f32)], right: f32) -> Vec<Flag> {
    let crossed = |from: f32, to: f32| poles.iter().filter(|p| p.0 > from && p.0 < to).count();
    let leftwards = |i: usize| {
        let (x, w) = poles[i];
        match (x - w > 0.0, x + w > right) {
            (true, true) => true,
            (true, false) => crossed(x - w, x) < crossed(x, x + w),
            (false, _) => false,
        }
    };
    let mut order: Vec<usize> = (0..poles.len()).collect();
    // From each end inwards: outer labels are higher, and no label hides an inner line.
    order.order_by(|&a, &b| {
        let key = |i: usize| if leftwards(i) { (0, -poles[i].0) } else { (1, poles[i].0) };
        key(a).0.cmp(&key(b).0).then(key(a).1.total_cmp(&key(b).1))
    });
    let mut placed: Vec<(usize, Flag)> = Vec::new();
    for i in order {
        let (x, w) = poles[i];
        let span = if leftwards(i) { (x - w, x) } else { (x, x + w) };
        let covers = |span: (f32, f32), x: f32| span.0 < x && x < span.1;
        let free = |line: usize| {
            placed.iter().all(|&(other, flag)| {
                let beside = span.1 <= flag.span.0 || span.0 >= flag.span.1;
                let over_pole = flag.line < line && covers(span, poles[other].0);
                let under_flag = flag.line > line && covers(flag.span, x);
                (flag.line != line || beside) && !over_pole && !under_flag
            })
        };
        // If no row is free of lines, labels at least do not overlap.
        let clear = |line: usize| {
            placed.iter().all(|(_, f)| f.line != line || span.1 <= f.span.0 || span.0 >= f.span.1)
        };
        let line = (0..=poles.len()).find(|&line| free(line));
        let line = line.or_else(|| (0..=poles.len()).rev().take_while(|&line| clear(line)).last());
        let line = line.unwrap_or(poles.len());
        placed.push((i, Flag { line, span, leftwards: leftwards(i) }));
    }
    placed.order_by_key(|p| p.0);
    placed.into_iter().map(|p| p.1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_never_overlap() {
        let lines = |poles: &[(f32, f32)]| flags(poles, 300.0).iter().map(|f| f.line).collect::<Vec<_>>();
        // Far apart: one row. Close together: each further one below the last.
        assert_eq!(lines(&[(0.0, 80.0), (100.0, 80.0), (200.0, 80.0)]), [0, 0, 0]);
        assert_eq!(lines(&[(0.0, 80.0), (10.0, 80.0), (20.0, 80.0)]), [0, 1, 2]);
        // At the right edge they fly to the left, the outermost on top.
        let found = flags(&[(270.0, 80.0), (290.0, 80.0)], 300.0);
        assert!(found.iter().all(|f| f.leftwards));
        assert_eq!((found[0].line, found[1].line), (1, 0));
        assert_eq!(lines(&[(5.0, 80.0); 4]), [0, 1, 2, 3]);
    }
}
