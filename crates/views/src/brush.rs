//! Dragging the visible part on the strip of the whole run.

use serde::{Deserialize, Serialize};

use crate::gesture::{Movement, NARROWEST};
use crate::timeline::{Frame, edges};

/// Width of an edge for a pointer, px; twice as wide for a finger, which gives it a target of 24 px.
const EDGE: f64 = 6.0;

/// The part that a pointer has grabbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Grip {
    /// The start of the visible part.
    From,
    /// Its end.
    To,
    /// The whole visible part.
    Window,
    /// The rest of the strip, where a drag selects a new part.
    Outside,
}

impl Grip {
    /// Returns the CSS name of the cursor.
    pub fn cursor(self) -> &'static str {
        match self {
            Grip::From | Grip::To => "ew-resize",
            Grip::Window => "grab",
            Grip::Outside => "crosshair",
        }
    }
}

/// A drag on the strip: what was grabbed, and the visible part when the drag began.
#[derive(Clone, Debug, PartialEq)]
pub struct Brush {
    grip: Grip,
    /// Where the drag began, px.
    start: f64,
    frame: Frame,
    /// The window that shows everything, ns since the epoch.
    whole: (i64, i64),
}

impl Brush {
    /// Returns what is under a pointer at `x` px of the strip of the `whole` run; a finger (`is_coarse`) needs a larger
    /// target. An edge takes precedence over its neighbourhood, and the nearer of two edges over the other.
    pub fn at(frame: &Frame, whole: (i64, i64), x: f64, is_coarse: bool) -> Brush {
        let strip = frame.scale().over(whole);
        let (from, to) = edges(&strip, frame);
        let reach = if is_coarse { 2.0 * EDGE } else { EDGE };
        // The edges of a narrow part extend outwards, so that some of it is left to drag.
        let inside = reach.min((to - from) / 4.0);
        let near = |at: f64, before: f64, behind: f64| x >= at - before && x <= at + behind;
        let is_whole = frame.window.0 <= whole.0 && frame.window.1 >= whole.1;
        let grip = if near(from, reach, inside) {
            Grip::From
        } else if near(to, inside, reach) {
            Grip::To
        } else if x > from && x < to && !is_whole {
            Grip::Window
        } else {
            Grip::Outside
        };
        Brush { grip, start: x, frame: frame.clone(), whole }
    }

    /// Returns what was grabbed.
    pub fn grip(&self) -> Grip {
        self.grip
    }

    /// Returns the movement that results from a drag to `x` px.
    pub fn dragged(&self, x: f64) -> Movement {
        let strip = self.frame.scale().over(self.whole);
        let (from, to) = self.frame.window;
        let within = |x: f64| strip.t(x.clamp(strip.x0, strip.x1));
        let (left, right) = edges(&strip, &self.frame);
        let by = x - self.start;
        let (from, to) = match self.grip {
            Grip::From => (within(left + by).min(to.saturating_sub(NARROWEST)), to),
            Grip::To => (from, within(right + by).max(from.saturating_add(NARROWEST))),
            Grip::Window => {
                let seen = self.frame.scale();
                let moved = seen.pan(by * strip.span() / seen.span(), self.whole);
                (moved.t0, moved.t1)
            }
            Grip::Outside => (within(self.start.min(x)), within(self.start.max(x))),
        };
        Movement::Window(from, to)
    }

    /// Returns the movement for a click without a drag: outside the visible part, it moves that place to the middle.
    pub fn pressed(&self) -> Option<Movement> {
        let strip = self.frame.scale().over(self.whole);
        let part = (self.start - strip.x0) / (strip.x1 - strip.x0).max(1.0);
        (self.grip == Grip::Outside).then_some(Movement::Centre(part))
    }
}

#[cfg(test)]
mod tests {
    use makespan_scene::Folds;

    use super::*;

    /// A strip of 800 px from 100 on, over 8 ms.
    fn frame(window: (i64, i64)) -> Frame {
        Frame {
            width: 910.0,
            height: 230.0,
            top: 30.0,
            gutter: 100.0,
            row_height: 20.0,
            window,
            first_row: 0,
            folds: Folds::default(),
        }
    }

    const WHOLE: (i64, i64) = (0, 8_000_000);

    fn at(window: (i64, i64), x: f64, is_coarse: bool) -> Brush {
        Brush::at(&frame(window), WHOLE, x, is_coarse)
    }

    #[test]
    fn edges_middle_and_rest_are_distinguished() {
        let seen = (2_000_000, 6_000_000);
        let grips = [200.0, 295.0, 300.0, 306.0, 400.0, 695.0, 711.0].map(|x| at(seen, x, false).grip());
        use Grip::{From, Outside, To, Window};
        assert_eq!(grips, [Outside, From, From, From, Window, To, Outside]);
        assert_eq!([at(seen, 711.0, true), at(seen, 289.0, true)].map(|b| b.grip()), [To, From]);
        // Of 4 px three are edge, and the middle can still be taken.
        let narrow = (4_000_000, 4_040_000);
        assert_eq!([494.0, 502.0, 510.0].map(|x| at(narrow, x, false).grip()), [From, Window, To]);
        assert_eq!(at(WHOLE, 500.0, false).grip(), Outside, "all of it cannot be moved");
        assert_eq!(at(WHOLE, 103.0, false).grip(), From);
    }

    #[test]
    fn drags_move_an_edge_the_window_or_make_a_new_one() {
        let seen = (2_000_000, 6_000_000);
        let drag = |from: f64, to: f64| at(seen, from, false).dragged(to);
        assert_eq!(drag(301.0, 351.0), Movement::Window(2_500_000, 6_000_000));
        assert_eq!(drag(301.0, 5_000.0), Movement::Window(6_000_000 - NARROWEST, 6_000_000));
        assert_eq!(drag(700.0, 0.0), Movement::Window(2_000_000, 2_000_000 + NARROWEST));
        assert_eq!(drag(500.0, 600.0), Movement::Window(3_000_000, 7_000_000));
        assert_eq!(drag(500.0, 9_000.0), Movement::Window(4_000_000, 8_000_000));
        assert_eq!(drag(200.0, 150.0), Movement::Window(500_000, 1_000_000));
        assert_eq!(drag(200.0, -150.0), Movement::Window(0, 1_000_000));
        assert_eq!(at(seen, 200.0, false).pressed(), Some(Movement::Centre(0.125)));
        assert_eq!(at(seen, 500.0, false).pressed(), None);
    }
}
