//! The matrices of the heatmap.

use std::ops::Range;
use std::rc::Rc;

use makespan_analysis::compare::lineup;
use makespan_model::TaskId;
use makespan_scene::{Scene, counted};
use makespan_views::gesture::Frame;
use makespan_views::heatmap::{
    self, Calendar, Frame as CellFrame, Heating, Lead, Matrix, Runs, Tasks, Which, Workers,
};
use makespan_views::timeline::Lanes;
use makespan_views::{Subject, Table, TimeMode, View, ViewState};

use super::drawable::Drawable;
use crate::answer::{Overlay, Picture, Tip, Turn};
use crate::kept::{MatrixKey, MatrixOrReason};
use crate::question::{Pointer, Press, Size};
use crate::session::Session;

/// The width for which columns of a table are computed, px.
const TABLE_WIDTH: f32 = 800.0;

pub(crate) struct MatrixOf<'s> {
    session: &'s Session,
    view: &'s ViewState,
}

impl<'s> MatrixOf<'s> {
    pub(crate) fn new(session: &'s Session, view: &'s ViewState) -> Option<MatrixOf<'s>> {
        session.run(view.run).map(|_| MatrixOf { session, view })
    }

    fn made(&self, width: f32) -> Option<Rc<MatrixOrReason>> {
        of(self.session, self.view, (width, 0.0))
    }
}

/// Returns the matrix of a view at a width, computed once for its inputs.
pub(crate) fn of(session: &Session, view: &ViewState, size: Size) -> Option<Rc<MatrixOrReason>> {
    session.run(view.run)?;
    let workers = view.heat.which == Which::Workers;
    let key = MatrixKey {
        generation: session.generation(),
        run: view.run,
        filter: view.filter.clone(),
        heat: Heating { row: 0, across: None, ..view.heat.clone() },
        time: view.time,
        window: view.window.filter(|_| workers),
        bins: if workers { Workers::bins_for(size.0) } else { 0 },
    };
    Some(session.matrix.get(key, |key| make(session, view, key)))
}

fn make(session: &Session, view: &ViewState, key: &MatrixKey) -> MatrixOrReason {
    let Some(open) = session.run(view.run) else { return Err("No run is open.".to_owned()) };
    let look = session.plain_look(open, view);
    let facts = session.facts();
    fn boxed(matrix: impl Matrix + 'static) -> Box<dyn Matrix> {
        Box::new(matrix)
    }
    match key.heat.which {
        Which::Tasks => {
            let mask = open.mask(&key.filter);
            let mask = (!mask.is_empty()).then_some(&mask[..]);
            let subject = Subject { facts: &open.facts, runs: &facts, mask, look: &look };
            Tasks::new(&subject, &key.heat.tasks).map(boxed)
        }
        Which::Workers => {
            let window = key.window.or_else(|| open.run.span()).unwrap_or((0, 1));
            Workers::new(&open.facts, &look, window, key.bins, key.heat.workers).map(boxed)
        }
        Which::Runs => {
            let rows: Vec<_> = lineup(&facts).rows.into_iter().map(|r| (r.title, r.tasks)).collect();
            Runs::new(&facts, rows, &look, key.heat.runs).map(boxed)
        }
        Which::Days => {
            let offset = if key.time == TimeMode::Local { look.offset } else { 0 };
            Calendar::new(&facts, offset, key.heat.days).map(boxed)
        }
    }
}

/// Returns the visible part of the matrix.
pub(crate) fn frame(session: &Session, view: &ViewState, size: Size) -> Frame {
    let Some(made) = of(session, view, size) else { return Frame::Still };
    let Ok(matrix) = made.as_ref() else { return Frame::Still };
    let frame = CellFrame::fit(&**matrix, size.0, size.1);
    Frame::Cells { frame, rows: matrix.rows(), columns: matrix.columns() }.following(view)
}

fn cells(frame: &Frame) -> Option<CellFrame> {
    if let Frame::Cells { frame, .. } = frame { Some(*frame) } else { None }
}

/// Opens the link of a cell.
pub(crate) fn enter(session: &Session, size: Size, (row, column): (usize, usize), out: &mut Turn) {
    out.focus = Some((row, column));
    let Some(made) = of(session, &out.before, size) else { return };
    let Ok(matrix) = made.as_ref() else { return };
    if row >= matrix.rows() || column >= matrix.columns() {
        return;
    }
    let id = |run: usize, task: TaskId| session.run(run).map(|open| open.run.task_id(task).to_owned());
    let view = &mut out.after;
    match matrix.lead(row, column) {
        Some(Lead::Task(task)) => view.selected = id(view.run, task),
        Some(Lead::TaskOfRun(run, task)) => (view.run, view.selected) = (run, id(run, task)),
        Some(Lead::Runs(runs)) => {
            if let Some(run) = runs.first() {
                view.show_run(*run);
                out.is_step = true;
            }
        }
        Some(Lead::Worker(_, window)) => {
            (view.lanes, view.window, view.view) = (Lanes::Worker, Some(window), View::Timeline);
            out.is_step = true;
        }
        None => {}
    }
}

impl Drawable for MatrixOf<'_> {
    fn picture(&self, size: Size) -> Picture {
        let empty = |why: String| Picture {
            scene: Scene::new(size.0, size.1, "Nothing to show"),
            missing: Some(why),
            ..Picture::default()
        };
        let Some(made) = self.made(size.0) else { return empty(String::new()) };
        let matrix = match made.as_ref() {
            Ok(matrix) => matrix,
            Err(why) => return empty(why.clone()),
        };
        let frame = frame(self.session, self.view, size);
        let Some(seen) = cells(&frame) else { return empty(String::new()) };
        Picture {
            scene: heatmap::scene(&**matrix, &seen),
            frame,
            label: format!(
                "{}: {}, {}. Arrows move the focus; the table (V) holds the same.",
                matrix.title(),
                counted(matrix.rows(), "row"),
                counted(matrix.columns(), "column")
            ),
            rows: matrix.rows(),
            ..Picture::default()
        }
    }

    fn overlay(&self, size: Size, pointer: &Pointer) -> Overlay {
        let Some(made) = self.made(size.0) else { return Overlay::default() };
        let (Ok(matrix), Some(seen)) = (made.as_ref(), cells(&frame(self.session, self.view, size))) else {
            return Overlay::default();
        };
        let hover = pointer.at.and_then(|(x, y)| heatmap::cell_at(&**matrix, &seen, x, y));
        let focus = pointer.focus.filter(|(row, column)| *row < matrix.rows() && *column < matrix.columns());
        let tip = hover.or(focus).map(|(row, column)| {
            let rect = seen.place(row, column);
            Tip {
                text: heatmap::tip(&**matrix, row, column),
                beside: (rect.x, rect.y, rect.right(), rect.bottom()),
            }
        });
        let scene = heatmap::overlay(&**matrix, &seen, hover, focus);
        Overlay { scene, about: String::new(), tip }
    }

    fn rows(&self) -> usize {
        self.made(TABLE_WIDTH).map_or(0, |m| m.as_ref().as_ref().map_or(0, |m| m.rows()))
    }

    fn table(&self, range: Range<usize>) -> Table {
        let made = self.made(TABLE_WIDTH);
        match made.as_deref() {
            Some(Ok(matrix)) => heatmap::twin(&**matrix, range),
            _ => Table::default(),
        }
    }

    fn marked(&self) -> Option<u32> {
        self.session.run(self.view.run)?.selected(self.view).map(|t| t.0)
    }

    fn press(&self, size: Size, press: &Press, out: &mut Turn) {
        let Some(made) = self.made(size.0) else { return };
        let (Ok(matrix), Some(seen)) = (made.as_ref(), cells(&frame(self.session, self.view, size))) else {
            return;
        };
        if let Some(cell) = heatmap::cell_at(&**matrix, &seen, press.x, press.y) {
            enter(self.session, size, cell, out);
        }
    }

    fn reveal(&self, _: Size, _: &mut ViewState) {}
}
