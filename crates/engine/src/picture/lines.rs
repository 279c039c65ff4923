//! Comparison of two sets and of a series of runs: pictures made of lines.

use std::ops::Range;
use std::rc::Rc;

use makespan_analysis::compare::{Trends, Verdicts};
use makespan_scene::{Scene, counted};
use makespan_views::compare::{Lines, statistics, trend};
use makespan_views::gesture::Frame;
use makespan_views::{Look, Table, ViewState};

use super::drawable::Drawable;
use crate::answer::{Overlay, Picture, Turn};
use crate::question::{Pointer, Press, Size};
use crate::session::Session;

const NO_MEASURE: &str = "None of the compared runs has this measure.";

/// Returns the visible lines, if there is room for `height` px.
fn seen(view: &ViewState, whole: Lines, height: f32, count: u32) -> Lines {
    let frame = Lines { height, ..whole };
    match (Frame::Lines { frame, rows: count }).following(view) {
        Frame::Lines { frame, .. } => frame,
        _ => frame,
    }
}

fn missing((width, height): Size) -> Picture {
    let scene = Scene::new(width, height, NO_MEASURE);
    Picture { scene, missing: Some(NO_MEASURE.to_owned()), ..Picture::default() }
}

/// The shift of each task with its interval.
pub(crate) struct Statistics<'s> {
    view: &'s ViewState,
    made: Rc<Option<Verdicts>>,
}

impl<'s> Statistics<'s> {
    pub(crate) fn new(session: &Session, view: &'s ViewState) -> Option<Statistics<'s>> {
        session.sides(view).pair()?;
        Some(Statistics { view, made: session.verdicts(view) })
    }
}

impl Drawable for Statistics<'_> {
    fn picture(&self, size: Size) -> Picture {
        let Some(v) = self.made.as_ref() else { return missing(size) };
        let rows = statistics::line_count(v);
        let frame = seen(self.view, statistics::frame(v, size.0, 1), size.1, rows);
        let title = statistics::title(v);
        Picture {
            scene: statistics::scene(v, &Look::default(), &frame),
            frame: Frame::Lines { frame, rows },
            label: format!("{title}. The table (V) holds the same."),
            head: Some((title, statistics::notes(v))),
            rows: self.rows(),
            ..Picture::default()
        }
    }

    fn overlay(&self, _: Size, _: &Pointer) -> Overlay {
        Overlay::default()
    }

    fn rows(&self) -> usize {
        self.made.as_ref().as_ref().map_or(0, |v| statistics::line_count(v) as usize)
    }

    fn table(&self, range: Range<usize>) -> Table {
        self.made.as_ref().as_ref().map_or_else(Table::default, |v| statistics::table(v, range))
    }

    fn marked(&self) -> Option<u32> {
        None
    }

    fn press(&self, _: Size, _: &Press, _: &mut Turn) {}

    fn reveal(&self, _: Size, _: &mut ViewState) {}
}

/// Each task over all open runs, the oldest first.
pub(crate) struct Trend<'s> {
    session: &'s Session,
    view: &'s ViewState,
    runs: Rc<Vec<usize>>,
    made: Rc<Option<Trends>>,
    order: Vec<u32>,
}

impl<'s> Trend<'s> {
    pub(crate) fn new(session: &'s Session, view: &'s ViewState) -> Option<Trend<'s>> {
        let runs = session.by_age();
        if runs.is_empty() {
            return None;
        }
        let made = session.trends(runs.to_vec(), view.compare.measure());
        let order = made.as_ref().as_ref().map_or_else(Vec::new, |m| trend::order(m, None));
        Some(Trend { session, view, runs, made, order })
    }

    fn frame(&self, made: &Trends, size: Size) -> (Lines, u32) {
        let rows = trend::line_count(made, &self.order);
        (seen(self.view, trend::frame(made, &self.order, size.0, 1), size.1, rows), rows)
    }
}

impl Drawable for Trend<'_> {
    fn picture(&self, size: Size) -> Picture {
        let Some(made) = self.made.as_ref() else { return missing(size) };
        let (frame, rows) = self.frame(made, size);
        let place = self.runs.iter().position(|i| *i == self.view.run);
        Picture {
            scene: trend::scene(made, &self.order, &Look::default(), place, &frame),
            frame: Frame::Lines { frame, rows },
            label: format!(
                "{} over {}. The table (V) holds the same.",
                counted(self.order.len(), "task"),
                counted(made.lineup.runs, "run")
            ),
            rows: self.rows(),
            ..Picture::default()
        }
    }

    fn overlay(&self, _: Size, _: &Pointer) -> Overlay {
        Overlay::default()
    }

    fn rows(&self) -> usize {
        self.made.as_ref().as_ref().map_or(0, |m| trend::line_count(m, &self.order) as usize)
    }

    fn table(&self, range: Range<usize>) -> Table {
        self.made.as_ref().as_ref().map_or_else(Table::default, |m| trend::table(m, &self.order, range))
    }

    fn marked(&self) -> Option<u32> {
        None
    }

    fn press(&self, size: Size, press: &Press, out: &mut Turn) {
        let Some(made) = self.made.as_ref() else { return };
        let (frame, _) = self.frame(made, size);
        let Some((row, at)) = trend::point_at(made, &self.order, &frame, press.x, press.y) else { return };
        let Some(&number) = self.runs.get(at) else { return };
        out.after.run = number;
        let task = row.and_then(|r| made.lineup.rows.get(r as usize)?.tasks.get(at).copied().flatten());
        if let (Some(task), Some(open)) = (task, self.session.run(number)) {
            out.after.selected = Some(open.run.task_id(task).to_owned());
        }
    }

    fn reveal(&self, _: Size, _: &mut ViewState) {}
}
