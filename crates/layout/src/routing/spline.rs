//! A smooth line through a row of stops: straight within each layer, and between two layers a cubic that takes up the
//! slopes at both ends. Slopes are chosen as for monotone interpolation (Fritsch and Carlson 1980, with the least slope of
//! the two sides), so that a line never swings beyond its stops and stays straight where stops line up.

use crate::placing::Axes;

/// A layer that a line passes.
pub(super) struct Stop {
    /// Where the line passes the middle of the layer, across the flow.
    pub(super) across: f64,
    /// Where the layer's thickness begins, along the flow; for the first stop, where the line starts.
    pub(super) from: f64,
    /// Where it ends; for the last stop, the end of the line.
    pub(super) to: f64,
    /// Least and greatest coordinate across the flow that are free of nodes.
    pub(super) free: (f64, f64),
}

/// How far the control points of a bend reach into the gap between two layers.
const REACH: f64 = 0.42;
/// What counts as straight, px.
const STRAIGHT: f64 = 1e-6;

/// Control points `start, (c1, c2, end)*` of the line through at least two stops.
pub(super) fn through(stops: &[Stop]) -> Vec<Axes> {
    let mut line = Line { points: Vec::with_capacity(6 * stops.len()), straight: None };
    let Some((first, last)) = stops.first().zip(stops.last()) else { return line.points };
    line.points.push(Axes { along: first.from, across: first.across });
    let mut slope = 0.0;
    line.straight_to(Axes { along: first.to, across: first.across });
    for i in 1..stops.len() {
        let (before, here) = (&stops[i - 1], &stops[i]);
        let next_slope = if i + 1 < stops.len() { slope_at(before, here, &stops[i + 1]) } else { 0.0 };
        // The last stop is passed at its border, not in the middle of a layer.
        let half = if i + 1 < stops.len() { (here.to - here.from) / 2.0 } else { 0.0 };
        line.bend_to(slope, Axes { along: here.from, across: here.across - next_slope * half }, next_slope);
        if i + 1 < stops.len() {
            line.straight_to(Axes { along: here.to, across: here.across + next_slope * half });
        }
        slope = next_slope;
    }
    line.straight_to(Axes { along: last.to, across: last.across });
    line.finish()
}

/// The slope at a stop between two others: none at a turn, else the lesser of the two sides, as far as the free lane
/// allows.
fn slope_at(before: &Stop, here: &Stop, after: &Stop) -> f64 {
    let middle = |stop: &Stop| (stop.from + stop.to) / 2.0;
    let rise = |a: &Stop, b: &Stop| {
        let run = middle(b) - middle(a);
        if run > 0.0 { (b.across - a.across) / run } else { 0.0 }
    };
    let (left, right) = (rise(before, here), rise(here, after));
    if left * right <= 0.0 {
        return 0.0;
    }
    let half = (here.to - here.from) / 2.0;
    let room = (here.free.1 - here.across).min(here.across - here.free.0).max(0.0);
    let most = if half > 0.0 { room / half } else { f64::INFINITY };
    left.abs().min(right.abs()).min(most) * left.signum()
}

struct Line {
    points: Vec<Axes>,
    /// Where the straight piece under way began, if the last piece was straight.
    straight: Option<Axes>,
}

impl Line {
    fn end(&self) -> Axes {
        self.points.last().copied().unwrap_or_default()
    }

    fn straight_to(&mut self, to: Axes) {
        let from = self.end();
        if to.along - from.along <= STRAIGHT && (to.across - from.across).abs() <= STRAIGHT {
            return;
        }
        if let Some(start) = self.straight
            && collinear(start, from, to)
        {
            self.points.truncate(self.points.len() - 3);
            self.cubic(third(start, to, 1.0), third(start, to, 2.0), to);
            return;
        }
        self.straight = Some(from);
        self.cubic(third(from, to, 1.0), third(from, to, 2.0), to);
    }

    fn bend_to(&mut self, slope: f64, to: Axes, to_slope: f64) {
        let from = self.end();
        let run = to.along - from.along;
        let swing = |slope: f64| (from.across + slope * run - to.across).abs() <= STRAIGHT;
        if swing(slope) && swing(to_slope) {
            self.straight_to(to);
            return;
        }
        self.straight = None;
        let reach = run * REACH;
        self.cubic(
            Axes { along: from.along + reach, across: from.across + slope * reach },
            Axes { along: to.along - reach, across: to.across - to_slope * reach },
            to,
        );
    }

    fn cubic(&mut self, first: Axes, second: Axes, end: Axes) {
        self.points.extend([first, second, end]);
    }

    /// A line has at least one piece, even if its length is 0.
    fn finish(mut self) -> Vec<Axes> {
        if self.points.len() == 1 {
            let at = self.end();
            self.cubic(at, at, at);
        }
        self.points
    }
}

fn third(from: Axes, to: Axes, thirds: f64) -> Axes {
    let part = thirds / 3.0;
    Axes {
        along: from.along + (to.along - from.along) * part,
        across: from.across + (to.across - from.across) * part,
    }
}

fn collinear(a: Axes, b: Axes, c: Axes) -> bool {
    let run = c.along - a.along;
    let on_line =
        if run > 0.0 { a.across + (c.across - a.across) * (b.along - a.along) / run } else { a.across };
    (on_line - b.across).abs() <= STRAIGHT
}

#[cfg(test)]
mod tests {
    use super::{Stop, through};

    fn stop(across: f64, from: f64, to: f64) -> Stop {
        Stop { across, from, to, free: (across - 4.0, across + 4.0) }
    }

    fn across(points: &[crate::placing::Axes], t: f64, piece: usize) -> f64 {
        let p: Vec<f64> = points[3 * piece..3 * piece + 4].iter().map(|p| p.across).collect();
        let s = 1.0 - t;
        s * s * s * p[0] + 3.0 * s * s * t * p[1] + 3.0 * s * t * t * p[2] + t * t * t * p[3]
    }

    #[test]
    fn stops_in_line_make_one_straight_piece() {
        let line = through(&[
            stop(5.0, 0.0, 1.0),
            stop(5.0, 10.0, 20.0),
            stop(5.0, 30.0, 40.0),
            stop(5.0, 50.0, 55.0),
        ]);
        assert_eq!(line.len(), 4);
        assert_eq!((line[0].along, line[3].along), (0.0, 55.0));
        assert!(line.iter().all(|p| p.across == 5.0));
    }

    #[test]
    fn a_line_keeps_to_its_lane_and_between_its_stops() {
        let line = through(&[
            stop(0.0, 0.0, 0.0),
            stop(40.0, 30.0, 60.0),
            stop(90.0, 90.0, 120.0),
            stop(95.0, 150.0, 150.0),
        ]);
        assert_eq!((line.len() - 1) % 3, 0);
        for piece in 0..(line.len() - 1) / 3 {
            for step in 0..=8 {
                let x = across(&line, f64::from(step) / 8.0, piece);
                assert!((-1e-9..=95.0 + 1e-9).contains(&x));
            }
            let (from, to) = (line[3 * piece], line[3 * piece + 3]);
            if from.along >= 30.0 && to.along <= 60.0 {
                assert!(
                    (36.0 - 1e-9..=44.0 + 1e-9).contains(&from.across) && (36.0..=44.0).contains(&to.across)
                );
            }
        }
    }

    #[test]
    fn a_line_without_length_still_has_a_piece() {
        assert_eq!(through(&[stop(1.0, 7.0, 7.0), stop(1.0, 7.0, 7.0)]).len(), 4);
    }
}
