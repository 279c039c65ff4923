//! Navigation in a picture: how zooming, panning and scrolling change the state of a view.
//!
//! All of this only needs a [`Frame`], so the page moves at once, without a run, and requests the next picture
//! meanwhile. The same functions serve the pictures of one run and those of a comparison.

use makespan_scene::Rect;
use serde::{Deserialize, Serialize};

use crate::compare::Lines;
use crate::look::Camera;
use crate::state::ViewState;
use crate::timeline::Frame as TimeFrame;
use crate::{graph, heatmap};

/// The narrowest time window, ns: below a nanosecond per pixel nothing is visible.
pub const NARROWEST: i64 = 1_000;
/// Minimum and maximum zoom of a graph, px per unit.
const ZOOM: (f32, f32) = (0.002, 4.0);

/// A movement of the picture. Positions are in px of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Movement {
    /// Drags the picture: by how much, right and down.
    Drag(f64, f64),
    /// Scrolls: how far, right and down.
    Scroll(f64, f64),
    /// Zooms by a factor around a place.
    Zoom(f64, f64, f64),
    /// Shows the part between two corners.
    Into((f64, f64), (f64, f64)),
    /// Zooms by a factor around the middle.
    ZoomMiddle(f64),
    /// Moves by fractions of the picture, right and down.
    Pan(f64, f64),
    /// Shows everything.
    Fit,
    /// Moves a position of the whole (0 to 1) to the middle, as a click on the strip of the run does.
    Centre(f64),
    /// Shows a window of time, ns since the epoch.
    Window(i64, i64),
    /// Moves a point of the plane to the middle, as a click on the map of a graph does.
    To(f64, f64),
    /// Moves a row to the top, as the scrollbar does.
    Row(u32),
}

/// The visible rows of a picture that has more of them than fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scrolled {
    /// First visible row.
    pub first: u32,
    /// Number of visible rows.
    pub visible: u32,
    /// Number of rows.
    pub rows: u32,
}

/// The visible part of a picture, and its size.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Frame {
    /// A picture that does not move.
    #[default]
    Still,
    /// A window of time over rows.
    Time {
        /// The visible part.
        frame: TimeFrame,
        /// The window that shows everything, ns since the epoch.
        whole: (i64, i64),
        /// Total number of rows.
        rows: u32,
        /// Whether it belongs to a comparison, which has a window of its own.
        compared: bool,
    },
    /// A part of a plane.
    Plane {
        /// The visible part.
        frame: graph::Frame,
        /// Size of the layout.
        size: (f32, f32),
        /// The initial camera.
        opening: Camera,
        /// The camera that shows all of it.
        whole: Camera,
        /// Whether it belongs to a comparison, which has a camera of its own.
        compared: bool,
    },
    /// Cells in rows and columns.
    Cells {
        /// The visible part.
        frame: heatmap::Frame,
        /// Total number of rows.
        rows: usize,
        /// Total number of columns.
        columns: usize,
    },
    /// Lines below each other.
    Lines {
        /// The visible part.
        frame: Lines,
        /// Total number of lines.
        rows: u32,
    },
}

impl Frame {
    /// Returns the frame for the current state of the view, because gestures may follow each other faster than
    /// pictures.
    pub fn following(&self, view: &ViewState) -> Frame {
        let mut next = self.clone();
        match &mut next {
            Frame::Still => {}
            Frame::Time { frame, whole, rows, compared } => {
                let (window, first) = if *compared {
                    (view.compare.window, view.compare.scroll)
                } else {
                    (view.window, view.scroll)
                };
                frame.window = window.unwrap_or(*whole);
                frame.first_row = first.min(rows.saturating_sub(frame.visible_rows()));
            }
            Frame::Plane { frame, opening, compared, .. } => {
                let camera = if *compared { view.compare.camera } else { view.camera };
                frame.camera = camera.unwrap_or(*opening);
            }
            Frame::Cells { frame, rows, columns } => {
                frame.scroll_y = view.heat.row as f64 * f64::from(frame.row_height);
                if let Some(across) = view.heat.across {
                    frame.scroll_x = f64::from(across);
                }
                *frame = frame.within(*rows, *columns);
            }
            Frame::Lines { frame, rows } => {
                let most = rows.saturating_sub(frame.visible_rows().saturating_sub(1));
                frame.first_row = view.compare.scroll.min(most);
            }
        }
        next
    }

    /// Applies a movement to the state of the view.
    pub fn moved(&self, view: &mut ViewState, movement: Movement) {
        match self.following(view) {
            Frame::Still => {}
            Frame::Time { frame, whole, rows, compared } => {
                let (window, first) = time(&frame, whole, rows, movement);
                let window = (window.0 > whole.0 || window.1 < whole.1).then_some(window);
                if compared {
                    (view.compare.window, view.compare.scroll) = (window, first);
                } else {
                    (view.window, view.scroll) = (window, first);
                }
            }
            Frame::Plane { frame, size, opening, whole, compared } => {
                // Everything, even if it is too much to read.
                let all = (opening != whole).then_some(whole);
                let camera = plane(&frame, size, movement).or(all);
                if compared {
                    view.compare.camera = camera;
                } else {
                    view.camera = camera;
                }
            }
            Frame::Cells { frame, rows, columns } => cells(&frame, rows, columns, view, movement),
            Frame::Lines { frame, rows } => {
                let by = scrolled(movement, f64::from(frame.row_height), f64::from(frame.height));
                let to = f64::from(frame.first_row) + by;
                let most = rows.saturating_sub(1);
                view.compare.scroll = match movement {
                    Movement::Fit => 0,
                    Movement::Row(row) => row.min(most),
                    _ => to.round().clamp(0.0, f64::from(most)) as u32,
                };
            }
        }
    }

    /// Returns which rows are visible; `None` if all of them are, or there are none.
    pub fn scrolled(&self) -> Option<Scrolled> {
        let (first, visible, rows) = match self {
            Frame::Time { frame, rows, .. } => (frame.first_row, frame.visible_rows(), *rows),
            Frame::Cells { frame, rows, .. } => {
                let row = f64::from(frame.row_height).max(1.0);
                let visible = (f64::from(frame.inner().h) / row).floor().max(1.0);
                (
                    (frame.scroll_y / row).round() as u32,
                    visible as u32,
                    u32::try_from(*rows).unwrap_or(u32::MAX),
                )
            }
            Frame::Lines { frame, rows } => (frame.first_row, frame.visible_rows(), *rows),
            Frame::Still | Frame::Plane { .. } => return None,
        };
        (rows > visible).then_some(Scrolled { first: first.min(rows - visible), visible, rows })
    }

    /// Returns the part of the picture that moves, px.
    pub fn body(&self) -> Option<Rect> {
        match self {
            Frame::Still => None,
            Frame::Time { frame, .. } => Some(Rect::new(
                frame.gutter,
                frame.top,
                (frame.width - frame.gutter).max(0.0),
                (frame.height - frame.top).max(0.0),
            )),
            Frame::Plane { frame, .. } => Some(Rect::new(0.0, 0.0, frame.width, frame.height)),
            Frame::Cells { frame, .. } => Some(frame.inner()),
            Frame::Lines { frame, .. } => {
                Some(Rect::new(0.0, frame.head, frame.width, (frame.height - frame.head).max(0.0)))
            }
        }
    }

    /// Returns the transformation from the body of a picture painted for this frame to that of another frame: scale and
    /// shift, px, in x and in y. `None` if the two belong to different pictures or sizes.
    pub fn onto(&self, other: &Frame) -> Option<Affine> {
        match (self, other) {
            (Frame::Time { frame: a, .. }, Frame::Time { frame: b, .. }) => {
                let same = a.width == b.width
                    && a.gutter == b.gutter
                    && a.row_height == b.row_height
                    && a.folds == b.folds;
                let (x0, x1) = (b.scale().x(a.window.0), b.scale().x(a.window.1));
                let (from, to) = (a.scale().x0, a.scale().x1);
                let sx = (x1 - x0) / (to - from).max(1.0);
                let dy = f64::from(a.row_top(0)) - f64::from(b.row_top(0));
                (same && sx.is_finite() && sx > 0.0).then_some(Affine {
                    sx,
                    dx: x0 - from * sx,
                    sy: 1.0,
                    dy: -dy,
                })
            }
            (Frame::Plane { frame: a, size: s, .. }, Frame::Plane { frame: b, size: t, .. }) => {
                let k = f64::from(b.camera.zoom / a.camera.zoom);
                let shift = |half: f32, from: f32, to: f32| {
                    f64::from(half) * (1.0 - k) + f64::from(from - to) * f64::from(b.camera.zoom)
                };
                let same = a.width == b.width && a.height == b.height && s == t;
                (same && k.is_finite() && k > 0.0).then(|| Affine {
                    sx: k,
                    dx: shift(a.width / 2.0, a.camera.x, b.camera.x),
                    sy: k,
                    dy: shift(a.height / 2.0, a.camera.y, b.camera.y),
                })
            }
            (Frame::Cells { frame: a, .. }, Frame::Cells { frame: b, .. }) => {
                let same =
                    a.width == b.width && a.row_height == b.row_height && a.column_width == b.column_width;
                let (dx, dy) = (a.scroll_x - b.scroll_x, a.scroll_y - b.scroll_y);
                same.then_some(Affine { sx: 1.0, dx, sy: 1.0, dy })
            }
            (Frame::Lines { frame: a, .. }, Frame::Lines { frame: b, .. }) => {
                let rows = f64::from(a.first_row) - f64::from(b.first_row);
                let same = a.width == b.width && a.row_height == b.row_height;
                same.then_some(Affine { sx: 1.0, dx: 0.0, sy: 1.0, dy: rows * f64::from(a.row_height) })
            }
            _ => None,
        }
    }
}

/// A scale and a shift, px.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    /// Scale in x.
    pub sx: f64,
    /// Shift to the right.
    pub dx: f64,
    /// Scale in y.
    pub sy: f64,
    /// Shift down.
    pub dy: f64,
}

impl Affine {
    /// Returns whether nothing in a picture of some thousand px moves by a tenth of a pixel or more.
    pub fn is_still(&self) -> bool {
        let near = |a: f64, b: f64, by: f64| (a - b).abs() < by;
        near(self.sx, 1.0, 2e-5)
            && near(self.sy, 1.0, 2e-5)
            && near(self.dx, 0.0, 0.1)
            && near(self.dy, 0.0, 0.1)
    }
}

/// Returns the number of rows that a movement scrolls down.
fn scrolled(movement: Movement, row: f64, height: f64) -> f64 {
    match movement {
        Movement::Drag(_, dy) => -dy / row,
        Movement::Pan(_, y) => y * height / row,
        Movement::Scroll(_, dy) if dy != 0.0 => {
            let rows = dy / row;
            if rows.abs() < 1.0 { rows.signum() } else { rows }
        }
        _ => 0.0,
    }
}

fn time(frame: &TimeFrame, whole: (i64, i64), rows: u32, movement: Movement) -> ((i64, i64), u32) {
    let scale = frame.scale();
    let next = match movement {
        Movement::Drag(dx, _) => scale.pan(-dx, whole),
        Movement::Scroll(dx, _) if dx != 0.0 => scale.pan(dx, whole),
        Movement::Scroll(..) | Movement::To(..) | Movement::Row(_) => scale,
        Movement::Pan(x, _) => scale.pan(x * (scale.x1 - scale.x0), whole),
        Movement::Zoom(x, _, by) => scale.zoom(x, by, whole, NARROWEST),
        Movement::ZoomMiddle(by) => scale.zoom(f64::midpoint(scale.x0, scale.x1), by, whole, NARROWEST),
        Movement::Into(from, to) => {
            let (t0, t1) = (scale.t(from.0.min(to.0)), scale.t(from.0.max(to.0)));
            if t1.saturating_sub(t0) >= NARROWEST { scale.over((t0, t1)) } else { scale }
        }
        Movement::Fit => scale.over(whole),
        Movement::Window(from, to) => {
            let (from, to) = (from.clamp(whole.0, whole.1), to.clamp(whole.0, whole.1));
            if to.saturating_sub(from) >= NARROWEST { scale.over((from, to)) } else { scale }
        }
        Movement::Centre(part) => {
            let all = scale.over(whole);
            scale.centred(all.t(all.x0 + (all.x1 - all.x0) * part.clamp(0.0, 1.0)), whole)
        }
    };
    let most = rows.saturating_sub(frame.visible_rows());
    let by = scrolled(movement, f64::from(frame.row_height), f64::from(frame.height));
    let first = match movement {
        Movement::Fit => 0,
        Movement::Row(row) => row.min(most),
        _ => (f64::from(frame.first_row) + by).round().clamp(0.0, f64::from(most)) as u32,
    };
    ((next.t0, next.t1), first)
}

fn plane(frame: &graph::Frame, size: (f32, f32), movement: Movement) -> Option<Camera> {
    let c = frame.camera;
    let by =
        |dx: f64, dy: f64| Camera { x: c.x + dx as f32 / c.zoom, y: c.y + dy as f32 / c.zoom, zoom: c.zoom };
    let next = match movement {
        Movement::Drag(dx, dy) => by(-dx, -dy),
        Movement::Scroll(dx, dy) => by(dx, dy),
        Movement::Pan(x, y) => by(x * f64::from(frame.width), y * f64::from(frame.height)),
        Movement::Zoom(x, y, factor) => frame.zoomed(x as f32, y as f32, factor as f32),
        Movement::ZoomMiddle(factor) => frame.zoomed(frame.width / 2.0, frame.height / 2.0, factor as f32),
        Movement::Into(from, to) => {
            let (w, h) = ((to.0 - from.0).abs().max(8.0) as f32, (to.1 - from.1).abs().max(8.0) as f32);
            let middle = by(
                f64::midpoint(from.0, to.0) - f64::from(frame.width) / 2.0,
                f64::midpoint(from.1, to.1) - f64::from(frame.height) / 2.0,
            );
            let zoom = c.zoom * (frame.width / w).min(frame.height / h);
            Camera { zoom: zoom.min(2.0), ..middle }
        }
        Movement::Fit => return None,
        Movement::To(x, y) => Camera { x: x as f32, y: y as f32, zoom: c.zoom },
        Movement::Centre(_) | Movement::Window(..) | Movement::Row(_) => c,
    };
    Some(bounded(next, size))
}

/// Limits the camera so that its middle is within the layout, and the picture never leaves the window completely.
pub fn bounded(camera: Camera, size: (f32, f32)) -> Camera {
    let within = |v: f32, most: f32| if v.is_finite() { v.clamp(0.0, most.max(0.0)) } else { 0.0 };
    Camera {
        x: within(camera.x, size.0),
        y: within(camera.y, size.1),
        zoom: camera.zoom.clamp(ZOOM.0, ZOOM.1),
    }
}

fn cells(frame: &heatmap::Frame, rows: usize, columns: usize, view: &mut ViewState, movement: Movement) {
    let (w, h, row) = (f64::from(frame.width), f64::from(frame.height), f64::from(frame.row_height));
    let (dx, dy) = match movement {
        Movement::Drag(dx, dy) => (-dx, -dy),
        Movement::Scroll(dx, dy) => (dx, dy),
        Movement::Pan(x, y) => (x * w, y * h),
        Movement::Fit => {
            (view.heat.row, view.heat.across) = (0, None);
            return;
        }
        Movement::Row(to) => (0.0, f64::from(to) * row - frame.scroll_y),
        _ => return,
    };
    let step = if dy == 0.0 { 0.0 } else { (dy / row).abs().max(1.0) * dy.signum() };
    let to = heatmap::Frame {
        scroll_x: frame.scroll_x + dx,
        scroll_y: frame.scroll_y + step.round() * row,
        ..*frame
    }
    .within(rows, columns);
    if dx != 0.0 {
        view.heat.across = Some(to.scroll_x.round() as u32);
    }
    view.heat.row = (to.scroll_y / row).round() as usize;
}

#[cfg(test)]
mod tests {
    use super::*;
    use makespan_scene::Folds;

    fn timeline() -> Frame {
        let frame = TimeFrame {
            width: 910.0,
            height: 230.0,
            top: 30.0,
            gutter: 100.0,
            row_height: 20.0,
            window: (0, 8_000_000),
            first_row: 0,
            folds: Folds::default(),
        };
        Frame::Time { frame, whole: (0, 8_000_000), rows: 50, compared: false }
    }

    #[test]
    fn the_time_under_the_pointer_stays_when_zooming() {
        let mut view = ViewState::default();
        timeline().moved(&mut view, Movement::Zoom(500.0, 50.0, 2.0));
        assert_eq!(view.window, Some((2_000_000, 6_000_000)));
        timeline().moved(&mut view, Movement::Fit);
        assert_eq!((view.window, view.scroll), (None, 0));
    }

    #[test]
    fn the_scrollbar_moves_rows_and_keeps_the_time() {
        let (frame, mut view) = (timeline(), ViewState::default());
        assert_eq!(frame.scrolled(), Some(Scrolled { first: 0, visible: 10, rows: 50 }));
        frame.moved(&mut view, Movement::Row(7));
        assert_eq!((view.scroll, view.window), (7, None));
        frame.moved(&mut view, Movement::Row(u32::MAX));
        assert_eq!(frame.following(&view).scrolled(), Some(Scrolled { first: 40, visible: 10, rows: 50 }));
        assert_eq!(Frame::Still.scrolled(), None);
    }

    #[test]
    fn gestures_add_up_without_a_picture_between_them() {
        let (frame, mut view) = (timeline(), ViewState::default());
        frame.moved(&mut view, Movement::ZoomMiddle(4.0));
        frame.moved(&mut view, Movement::Drag(80.0, -40.0));
        frame.moved(&mut view, Movement::Drag(80.0, -40.0));
        assert_eq!(view.window, Some((2_600_000, 4_600_000)));
        assert_eq!(view.scroll, 4);
    }

    #[test]
    fn a_moved_picture_matches_the_next_one() {
        let (frame, mut view) = (timeline(), ViewState::default());
        frame.moved(&mut view, Movement::Zoom(500.0, 50.0, 2.0));
        frame.moved(&mut view, Movement::Scroll(0.0, 60.0));
        let next = frame.following(&view);
        let moved = frame.onto(&next).unwrap_or(Affine { sx: 0.0, dx: 0.0, sy: 0.0, dy: 0.0 });
        assert_eq!((moved.sx, moved.dx, moved.dy), (2.0, -500.0, -60.0));
        let plane = Frame::Plane {
            frame: graph::Frame {
                width: 200.0,
                height: 100.0,
                camera: Camera { x: 50.0, y: 50.0, zoom: 1.0 },
            },
            size: (400.0, 400.0),
            opening: Camera { x: 200.0, y: 200.0, zoom: 0.25 },
            whole: Camera { x: 200.0, y: 200.0, zoom: 0.25 },
            compared: true,
        };
        view.compare.camera = Some(Camera { x: 60.0, y: 50.0, zoom: 2.0 });
        let moved = plane.onto(&plane.following(&view)).map(|m| (m.sx, m.dx, m.dy));
        assert_eq!(moved, Some((2.0, -120.0, -50.0)));
        assert_eq!(plane.onto(&next), None);
    }
}
