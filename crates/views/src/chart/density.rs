//! For charts with too many points to draw: the number of points in each small square.

use makespan_scene::{Rect, Role, counted};

use super::frame::{Frame, SMALL, wide};
use super::plot::Plot;

/// Side of a square, px.
const SIDE: f32 = 7.0;

/// A square that contains points.
pub(super) struct Square {
    pub rect: Rect,
    pub role: Role,
    pub points: u32,
}

/// The squares, and the legend of their colours.
pub(super) struct Density {
    pub cells: Vec<Square>,
    /// The steps of the scale, lowest first.
    pub patches: Vec<Rect>,
    /// Left, middle, words.
    pub labels: Vec<(f32, f32, String)>,
}

impl Density {
    /// Counts the points of a chart in squares of a few pixels. The colour scale is logarithmic, because most squares
    /// contain few points and few contain many. O(points + squares).
    pub(super) fn new(plot: &Plot, frame: &Frame) -> Density {
        let inner = frame.inner;
        let columns = ((inner.w / SIDE).ceil() as usize).clamp(1, 1_000);
        let rows = ((inner.h / SIDE).ceil() as usize).clamp(1, 1_000);
        let mut counts = vec![0u32; columns * rows];
        for dot in &plot.dots {
            let column = ((frame.x(plot, dot.x) - inner.x) / SIDE) as usize;
            let row = ((inner.bottom() - frame.y(plot, dot.y)) / SIDE) as usize;
            counts[row.min(rows - 1) * columns + column.min(columns - 1)] += 1;
        }
        let most = counts.iter().copied().max().unwrap_or(0);
        let step =
            |n: u32| if most > 1 { (f64::from(n).ln() / f64::from(most).ln()) as f32 * 0.999 } else { 0.0 };
        let cells = counts
            .iter()
            .enumerate()
            .filter(|(_, n)| **n > 0)
            .map(|(i, &points)| {
                let (column, row) = ((i % columns) as f32, (i / columns) as f32);
                let (x, y) = (inner.x + column * SIDE, inner.bottom() - (row + 1.0) * SIDE);
                let y0 = y.max(inner.y);
                let rect = Rect::new(x, y0, SIDE.min(inner.right() - x), y + SIDE - y0);
                Square { rect, role: Role::heat(step(points)), points }
            })
            .filter(|square| square.rect.w > 0.0 && square.rect.h > 0.0)
            .collect();
        let legend = frame.density_legend;
        let low = "1".to_owned();
        let x = legend.x + wide(&low, SMALL) + 4.0;
        let patches: Vec<Rect> =
            (0..9).map(|i| Rect::new(x + i as f32 * 10.0, legend.y + 1.0, 10.0, 10.0)).collect();
        let high = format!("{} in a square, each step a ratio", counted(most, "point"));
        let labels = vec![(legend.x, legend.y + 6.0, low), (x + 94.0, legend.y + 6.0, high)];
        Density { cells, patches, labels }
    }

    /// Returns the square under a point.
    pub(super) fn at(&self, x: f32, y: f32) -> Option<&Square> {
        self.cells.iter().find(|cell| cell.rect.contains(x, y))
    }
}
