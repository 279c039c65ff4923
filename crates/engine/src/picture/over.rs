//! The attempts of one run overlaid on those of another.

use std::ops::Range;
use std::rc::Rc;

use makespan_scene::{Hit, Rect, counted, duration};
use makespan_views::compare::Legend;
use makespan_views::compare::timeline::{Aligned, frame_with_gaps, overlay, scene, twin};
use makespan_views::gesture::{Frame, Movement};
use makespan_views::timeline::{AXIS_HEIGHT, Frame as TimeFrame};
use makespan_views::{Look, Table, Target, ViewState};

use super::drawable::{Drawable, picked};
use crate::answer::{Overlay, Picture, Turn};
use crate::compared::Compared;
use crate::question::{Pointer, Press, Size};
use crate::session::Session;

pub(crate) struct Over<'s> {
    view: &'s ViewState,
    compared: Rc<Compared>,
    aligned: Rc<Aligned>,
}

fn row_of(hit: Hit) -> Option<u32> {
    match Target::of(hit)? {
        Target::Matched(row) => Some(row),
        _ => None,
    }
}

impl<'s> Over<'s> {
    pub(crate) fn new(session: &Session, view: &'s ViewState) -> Option<Over<'s>> {
        let compared = session.compared(view)?;
        let aligned = compared.aligned(view);
        Some(Over { view, compared, aligned })
    }

    /// Returns the frame of both whole runs at a width, with gaps folded according to the view.
    fn whole(&self, width: f32) -> TimeFrame {
        frame_with_gaps(&self.aligned, width, self.view.gaps)
    }

    fn frame(&self, (width, height): Size) -> TimeFrame {
        let whole = self.whole(width);
        let visible = ((height - AXIS_HEIGHT) / whole.row_height).floor().max(1.0) as u32;
        TimeFrame {
            height,
            window: self.view.compare.window.unwrap_or(whole.window),
            first_row: self.view.compare.scroll.min(self.aligned.row_count().saturating_sub(visible)),
            ..whole
        }
    }
}

impl Drawable for Over<'_> {
    fn picture(&self, size: Size) -> Picture {
        let seen = self.frame(size);
        let whole = self.whole(size.0).window;
        let span = duration(whole.1.saturating_sub(whole.0));
        let folds = &seen.folds;
        let folded = (!folds.is_empty())
            .then(|| format!("{} folded: {}", counted(folds.list().len(), "gap"), duration(folds.length())));
        let look = self.compared.look(&self.view.filter);
        Picture {
            scene: scene(&self.compared.pair(), &self.aligned, &look, &seen),
            gaps: self.aligned.gap_count(),
            about: folded.unwrap_or_default(),
            frame: Frame::Time { frame: seen, whole, rows: self.aligned.row_count(), compared: true },
            label: format!(
                "Both timelines over {span}, {}. The table (V) holds the same.",
                counted(self.aligned.row_count(), "row")
            ),
            legend: Some(Legend::Timeline.scene(size.0)),
            rows: self.rows(),
            ..Picture::default()
        }
    }

    fn overlay(&self, size: Size, pointer: &Pointer) -> Overlay {
        let seen = self.frame(size);
        let look = Look {
            hover: row_of(pointer.hit),
            selected: self.compared.selected(self.view),
            ..Look::default()
        };
        let inside = pointer.at.filter(|at| at.0 >= seen.gutter);
        let moment = inside.map(|at| seen.scale().t(f64::from(at.0)));
        let mut made = overlay(&self.compared.pair(), &self.aligned, &look, &seen, moment);
        if let Some((from, to)) = pointer.picked {
            let (x0, x1) = (from.0.min(to.0).max(seen.gutter), from.0.max(to.0));
            picked(&mut made, Rect::new(x0, 0.0, (x1 - x0).max(0.0), seen.height));
        }
        Overlay { scene: made, ..Overlay::default() }
    }

    fn rows(&self) -> usize {
        self.compared.matching.tasks.len()
    }

    fn table(&self, range: Range<usize>) -> Table {
        twin(&self.compared.pair(), &self.aligned, range)
    }

    fn marked(&self) -> Option<u32> {
        self.compared.selected(self.view)
    }

    fn press(&self, _: Size, press: &Press, out: &mut Turn) {
        if press.double {
            out.movement = Some(Movement::Zoom(f64::from(press.x), f64::from(press.y), 2.0));
        } else {
            self.compared.select(row_of(press.hit), &mut out.after);
        }
    }

    fn reveal(&self, _: Size, _: &mut ViewState) {}
}
