//! Many points to few: what a line of a million points looks like in a thousand pixels.

/// The points of one pixel column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bin {
    /// Place of its middle.
    pub x: f64,
    /// Least value.
    pub min: f64,
    /// Mean of the values.
    pub mean: f64,
    /// Greatest value.
    pub max: f64,
    /// How many there are.
    pub count: usize,
}

/// The points of each of `bins` equal columns from 0 to 1; `place` gives the place of a point's x. Columns without a
/// point are left out. O(n).
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
                // As a running mean, for the sum of great numbers may be none.
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

/// A function that holds each value up to the next point, as the corners of its outline in (place, value): of each of
/// `bins` columns the highest value, so that no peak is lost. O(n + bins).
pub(super) fn stepped(points: &[(f64, f64)], bins: usize, place: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    let bins = bins.max(1);
    let Some(&(first, _)) = points.first() else { return Vec::new() };
    let column = |x: f64| ((place(x) * bins as f64) as usize).min(bins - 1);
    let mut highest = vec![f64::NEG_INFINITY; bins];
    for (i, &(x, y)) in points.iter().enumerate() {
        let from = column(x);
        let next = points.get(i + 1).map_or(from, |p| column(p.0));
        // What ends where the next column begins has no part in it.
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
