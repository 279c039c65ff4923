//! Measures of a finished drawing, to compare layouts with each other and with other programs.

use crate::request::{Point, Route};

/// Pairs of edges that cross when every edge is drawn straight from centre to centre; pairs that share a node, edges
/// that name a missing node and self-loops are left out.
///
/// `centres` holds one point per node, `edges` are indices into it. A sweep from top to bottom that compares only what
/// overlaps: O(m²) at worst, for benchmarks and tests.
pub fn straight_crossings(centres: &[Point], edges: &[(u32, u32)]) -> u64 {
    count(edges.iter().filter_map(|&edge| {
        let (a, b) = (centres.get(edge.0 as usize)?, centres.get(edge.1 as usize)?);
        Straight::new(*a, *b, edge)
    }))
}

/// Crossings of the lines as they are drawn, with [`PIECES`] straight pieces for each cubic; pairs of edges that share a
/// node are left out. A pair that crosses several times counts as often. O(m²) at worst, as [`straight_crossings`].
pub fn drawn_crossings(routes: &[Route], edges: &[(u32, u32)]) -> u64 {
    count(edges.iter().zip(routes).flat_map(|(&edge, route)| {
        route.points.windows(4).step_by(3).flat_map(move |cubic| {
            (0..PIECES).filter_map(move |piece| {
                let at = |step: u32| on_cubic(cubic, f64::from(step) / f64::from(PIECES));
                Straight::new(at(piece), at(piece + 1), edge)
            })
        })
    }))
}

/// Number of straight pieces that approximate a cubic.
const PIECES: u32 = 8;

fn on_cubic(cubic: &[Point], t: f64) -> Point {
    let s = 1.0 - t;
    let parts = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
    let sum =
        |of: fn(&Point) -> f32| cubic.iter().zip(parts).map(|(p, part)| f64::from(of(p)) * part).sum::<f64>();
    Point { x: sum(|p| p.x) as f32, y: sum(|p| p.y) as f32 }
}

fn count(lines: impl Iterator<Item = Straight>) -> u64 {
    let mut lines: Vec<Straight> = lines.collect();
    lines.sort_by(|a, b| a.top.1.total_cmp(&b.top.1));
    let mut open: Vec<&Straight> = Vec::new();
    let mut crossings = 0;
    for line in &lines {
        open.retain(|other| other.bottom.1 >= line.top.1);
        crossings += open.iter().filter(|other| line.crosses(other)).count() as u64;
        open.push(line);
    }
    crossings
}

struct Straight {
    edge: (u32, u32),
    top: (f64, f64),
    bottom: (f64, f64),
}

impl Straight {
    fn new(a: Point, b: Point, edge: (u32, u32)) -> Option<Self> {
        let point = |p: Point| (f64::from(p.x), f64::from(p.y));
        let (a, b) = (point(a), point(b));
        let (top, bottom) = if a.1 <= b.1 { (a, b) } else { (b, a) };
        (a != b).then_some(Straight { edge, top, bottom })
    }

    /// On which side of this line a point lies; 0 if too close to tell.
    fn side(&self, (x, y): (f64, f64)) -> f64 {
        let left = (self.bottom.0 - self.top.0) * (y - self.top.1);
        let right = (self.bottom.1 - self.top.1) * (x - self.top.0);
        let side = left - right;
        if side.abs() <= 1e-9 * (left.abs() + right.abs()) { 0.0 } else { side }
    }

    fn crosses(&self, other: &Straight) -> bool {
        let extent = |line: &Straight| (line.top.0.min(line.bottom.0), line.top.0.max(line.bottom.0));
        let ((low, high), (other_low, other_high)) = (extent(self), extent(other));
        let (u, v) = other.edge;
        other_high >= low
            && other_low <= high
            && ![u, v].contains(&self.edge.0)
            && ![u, v].contains(&self.edge.1)
            && self.side(other.top) * self.side(other.bottom) < 0.0
            && other.side(self.top) * other.side(self.bottom) < 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::straight_crossings;
    use crate::request::Point;

    #[test]
    fn pairs_that_share_a_node_do_not_count() {
        let centres =
            [(0.0, 0.0), (10.0, 0.0), (0.0, 10.0), (10.0, 10.0), (5.0, 20.0)].map(|(x, y)| Point { x, y });
        assert_eq!(straight_crossings(&centres, &[(0, 3), (1, 2)]), 1);
        assert_eq!(straight_crossings(&centres, &[(0, 3), (3, 2), (0, 2), (1, 3)]), 0);
        assert_eq!(straight_crossings(&centres, &[(0, 3), (2, 1), (0, 4), (9, 1), (1, 1)]), 2);
    }
}
