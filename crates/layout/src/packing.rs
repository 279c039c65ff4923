//! Puts drawings side by side: shelves from left to right and from top to bottom.

/// Width to height that a packing of many parts aims at.
const ASPECT: f64 = 1.6;

/// Places rectangles of (width, height), in the given order, `gap` apart on shelves; the widest rectangle or an
/// [`ASPECT`] close to a screen's sets how long a shelf may be. Returns the top left corners and the size of it all.
pub(crate) fn shelves(parts: &[(f64, f64)], gap: f64) -> (Vec<(f64, f64)>, (f64, f64)) {
    let area: f64 = parts.iter().map(|&(w, h)| (w + gap) * (h + gap)).sum();
    let widest = parts.iter().map(|part| part.0).fold(0.0, f64::max);
    let limit = widest.max((area * ASPECT).sqrt());
    let (mut x, mut y, mut shelf) = (0.0, 0.0, 0.0f64);
    let mut width = 0.0f64;
    let mut corners = Vec::with_capacity(parts.len());
    for &(w, h) in parts {
        if x > 0.0 && x + w > limit {
            (x, y, shelf) = (0.0, y + shelf + gap, 0.0);
        }
        corners.push((x, y));
        width = width.max(x + w);
        shelf = shelf.max(h);
        x += w + gap;
    }
    (corners, (width, y + shelf))
}

#[cfg(test)]
mod tests {
    use super::shelves;

    #[test]
    fn a_wide_part_gets_a_shelf_and_small_ones_share() {
        let (corners, size) = shelves(&[(500.0, 100.0), (200.0, 50.0), (200.0, 40.0), (200.0, 30.0)], 10.0);
        assert_eq!(corners, [(0.0, 0.0), (0.0, 110.0), (210.0, 110.0), (0.0, 170.0)]);
        assert_eq!(size, (500.0, 200.0));
        assert_eq!(shelves(&[], 10.0), (vec![], (0.0, 0.0)));
    }

    #[test]
    fn many_equal_parts_make_a_compact_block() {
        let (_, (w, h)) = shelves(&[(100.0, 40.0); 1000], 20.0);
        assert!(w / h > 1.2 && w / h < 2.0);
    }
}
