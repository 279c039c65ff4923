//! Reduces many points to few: the appearance of a line of a million points in a thousand pixels.

/// The points of one pixel column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bin {
    /// Position of its middle.
    pub x: f64,
    /// Least value.
    pub min: f64,
    /// Mean of the values.
    pub mean: f64,
    /// Greatest value.
    pub max: f64,
    /// Number of points.
    pub count: usize,
}

/// Puts points into `bins` equal columns from 0 to 1; `place` gives the position of a point's x. Columns without points
/// are omitted. O(n).
pub(super) fn binned(points: &[(f64, f64)], bins: usize, place: impl Fn(f64) -> f64) -> Vec<Bin> {
    let bins = bins.max(1);
    let mut out: Vec<Bin> = Vec::new();
    let mut last = usize::MAX;
    for &(x, y) in points {
        let at = ((place(x) * bins as f64) as usize).min(bins - 1);
        match out.last_mut().filter(|_| at == last) {
            Some(bin) => {
                bin.count += 1;
                bin.min = bin.min.min(y);
                bin.max = bin.max.max(y);
                // A running mean, because the sum of large numbers may overflow.
                bin.mean += (y - bin.mean) / bin.count as f64;
            }
            None => {
                last = at;
                let x = (at as f64 + 0.5) / bins as f64;
                out.push(Bin { x, min: y, mean: y, max: y, count: 1 });
            }
        }
    }
    out
}

/// Reduces a step function, whose values hold up to the next point, to the corners of its outline as (position, value):
/// the highest value in each of `bins` columns, so that no peak is lost. O(n + bins).
pub(super) fn stepped(points: &[(f64, f64)], bins: usize, place: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    let bins = bins.max(1);
    let Some(&(first, _)) = points.first() else { return Vec::new() };
    let column = |x: f64| ((place(x) * bins as f64) as usize).min(bins - 1);
    let mut highest = vec![f64::NEG_INFINITY; bins];
    for (i, &(x, y)) in points.iter().enumerate() {
        let from = column(x);
        let next = points.get(i + 1).map_or(from, |p| column(p.0));
        // A value that ends where the next column begins does not belong to that column.
        let ends_before = points.get(i + 1).is_some_and(|p| place(p.0) * bins as f64 <= next as f64);
        let to = if ends_before && next > from { next - 1 } else { next };
        for slot in &mut highest[from..=to.max(from)] {
            *slot = slot.max(y);
        }
    }
    let mut out: Vec<(f64, f64)> = vec![(place(first), 0.0)];
    for (i, &y) in highest.iter().enumerate().filter(|(_, y)| y.is_finite()) {
        let before = out.last().map_or(0.0, |p| p.1);
        if before != y {
            let x = (i as f64 / bins as f64).max(place(first));
            out.extend(out.last().filter(|p| p.0 < x).map(|_| (x, before)));
            out.push((x, y));
        }
    }
    let end = points.last().map_or(0.0, |p| place(p.0));
    let before = out.last().map_or(0.0, |p| p.1);
    out.push((end.max(out.last().map_or(0.0, |p| p.0)), before));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bin_keeps_its_extremes() {
        let points: Vec<(f64, f64)> = (0..100_000)
            .map(|i| (f64::from(i) / 1e5, if i == 7 { 900.0 } else { f64::from(i % 10) }))
            .collect();
        let found = binned(&points, 100, |x| x);
        assert_eq!(found.len(), 100);
        assert_eq!((found[0].min, found[0].max, found[0].count), (0.0, 900.0, 1_000));
        assert_eq!((found[1].min, found[1].max), (0.0, 9.0));
        assert!((found[1].mean - 4.5).abs() < 1e-9);
        assert!((found[1].x - 0.015).abs() < 1e-12);
        let great = binned(&[(0.0, 8e307), (0.0, 8e307), (0.0, 8e307)], 1, |x| x);
        assert_eq!(great[0].mean, 8e307);
        assert!(binned(&[], 10, |x| x).is_empty());
    }

    #[test]
    fn steps_lose_no_peak() {
        // 1 from 0, a peak of 9 within one column, 2 from 0.5 on to the end at 1.
        let points = [(0.0, 1.0), (0.31, 9.0), (0.311, 1.0), (0.5, 2.0), (1.0, 2.0)];
        let corners = stepped(&points, 10, |x| x);
        assert_eq!(
            corners,
            [
                (0.0, 0.0),
                (0.0, 1.0),
                (0.3, 1.0),
                (0.3, 9.0),
                (0.4, 9.0),
                (0.4, 1.0),
                (0.5, 1.0),
                (0.5, 2.0),
                (1.0, 2.0)
            ]
        );
    }
}
