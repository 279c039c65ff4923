//! The timeline of a run.

use makespan_format::clip_chars;
use std::ops::Range;
use std::rc::Rc;

use makespan_model::{AttemptId, TaskId};
use makespan_scene::{Hit, Scene, counted, duration, visible};
use makespan_views::compare::trend;
use makespan_views::gesture::{Frame, Movement, NARROWEST};
use makespan_views::timeline::{
    Frame as TimeFrame, Index, Lane, LaneAct, Lanes, counters, draw_markers, mark_focus, marker_ticks,
    minimap, overlay, scene, slice_at, twin, wait_tip, waits,
};
use makespan_views::{Look, Moments, Recorded, Table, Target, ViewState, task_tip};

use super::drawable::{Drawable, picked};
use super::lanes;
use crate::answer::{Overlay, Picture, Tip, Turn};
use crate::question::{Pointer, Press, Size};
use crate::run::OpenRun;
use crate::session::Session;

/// Maximum length of a task name beside the picture, characters.
const LONGEST: usize = 80;

/// Maximum distance at which a new marker snaps to the start or the end of a bar, px.
const SNAP: f64 = 6.0;

/// Maximum length of the text of an alert or a log line beside the picture, characters.
const LONGEST_TEXT: usize = 300;

pub(crate) struct Timeline<'s> {
    session: &'s Session,
    view: &'s ViewState,
    open: &'s Rc<OpenRun>,
    index: Rc<Index>,
}

impl<'s> Timeline<'s> {
    pub(crate) fn new(session: &'s Session, view: &'s ViewState) -> Option<Timeline<'s>> {
        let open = session.run(view.run)?;
        Some(Timeline { session, view, open, index: open.arranged(view) })
    }

    fn frame(&self, size: Size) -> TimeFrame {
        let (width, height) = size;
        let whole = self.whole(width);
        let rows = self.index.row_count().max(1) as f32;
        let row_height = ((height - whole.top) / rows).floor().clamp(16.0, 28.0);
        let visible = ((height - whole.top) / row_height).floor().max(1.0) as u32;
        TimeFrame {
            width,
            height,
            row_height,
            window: self.view.window.unwrap_or(whole.window),
            first_row: self.view.scroll.min(self.index.row_count().saturating_sub(visible)),
            ..whole
        }
    }

    /// Scrolls to the lane that keys apply to.
    pub(crate) fn reveal_lane(&self, size: Size, view: &mut ViewState) {
        lanes::reveal(&self.index, self.open, &self.frame(size), view);
    }

    /// Returns the frame of the whole run at a width, with gaps folded according to the view.
    fn whole(&self, width: f32) -> TimeFrame {
        let frame = TimeFrame::with_gaps(&self.index, width, self.view.gaps);
        if self.view.markers.has(self.view.run) { frame.with_markers() } else { frame }
    }

    /// Returns the time of a new marker, ns since the epoch: under the pointer, the start or end of what was hit if it
    /// is near, otherwise the time there; without a pointer, the start of the selected task, or the middle of the
    /// picture.
    pub(crate) fn moment_to_mark(&self, size: Size, at: Option<(f32, f32)>) -> i64 {
        let frame = self.frame(size);
        let scale = frame.scale();
        let run = &self.open.run;
        let Some((x, y)) = at.filter(|at| at.0 >= frame.gutter) else {
            let start = self.open.selected(self.view).and_then(|t| run.task_interval(t)).map(|i| i.0);
            return start.unwrap_or_else(|| scale.t(f64::midpoint(scale.x0, scale.x1)));
        };
        let here = scale.t(f64::from(x).clamp(scale.x0, scale.x1));
        let ends = slice_at(&self.index, &frame, x, y).map_or([here; 2], |slice| [slice.start, slice.end]);
        let away = |t: &i64| (scale.x(*t) - f64::from(x)).abs();
        let near = ends.into_iter().min_by(|a, b| away(a).total_cmp(&away(b)));
        near.filter(|t| away(t) <= SNAP).unwrap_or(here)
    }

    /// Describes a marker: its time and its note.
    fn marked_moment(&self, place: u32) -> Option<String> {
        let marker = self.view.markers.get(place as usize)?;
        let when =
            Moments::new(&self.open.run, &self.session.plain_look(self.open, self.view)).value(marker.t);
        let note = if marker.note.is_empty() { String::new() } else { format!(": {}", marker.shown()) };
        Some(format!("marker at {}{note}", when.text()))
    }

    fn task_of(&self, hit: Hit) -> Option<u32> {
        match Target::of(hit)? {
            Target::Attempt(a) | Target::Merged(a) => self.open.run.attempts.task.get(a as usize).copied(),
            Target::Task(t) => Some(t),
            Target::Recorded(i) => self.index.marks.get(i as usize)?.task(&self.open.run),
            _ => None,
        }
    }

    /// Returns the tooltip.
    fn tip(&self, frame: &TimeFrame, hit: Hit, (x, y): (f32, f32), look: &Look) -> Option<Tip> {
        let run = &self.open.run;
        let text = match Target::of(hit)? {
            Target::Attempt(a) => {
                let task = TaskId(*run.attempts.task.get(a as usize)?);
                task_tip(&self.open.facts, task, Some(AttemptId(a)), look)
            }
            Target::Task(t) => task_tip(&self.open.facts, TaskId(t), None, look),
            Target::Merged(_) => {
                let slice = slice_at(&self.index, frame, x, y)?;
                let usual =
                    format!("{}, most of them {}", counted(slice.count, "attempt"), slice.usual.name());
                let worst = if slice.status == slice.usual { "" } else { slice.status.name() };
                let among = if worst.is_empty() { String::new() } else { format!(", some {worst}") };
                format!("{usual}{among}\nzoom in to see them one by one")
            }
            Target::Recorded(i) => self.said(self.index.marks.get(i as usize)?),
            Target::Marker(i) => self.marked_moment(i)?,
            _ => return None,
        };
        Some(Tip { text, beside: (x - 8.0, y - 8.0, x + 8.0, y + 8.0) })
    }

    /// Describes what the picture omits.
    fn about(&self, frame: &TimeFrame) -> String {
        let has_rows = matches!(self.index.kind, Lanes::Task | Lanes::Nested);
        let untimed = if has_rows { 0 } else { self.index.untimed };
        let untimed = (untimed > 0)
            .then(|| format!("{} without times, in the table only", counted(untimed, "attempt")));
        let folds = &frame.folds;
        let folded = (!folds.is_empty())
            .then(|| format!("{} folded: {}", counted(folds.list().len(), "gap"), duration(folds.length())));
        let hidden = self.index.hidden;
        let hidden = (hidden > 0).then(|| format!("{} hidden", counted(hidden, "lane")));
        untimed.into_iter().chain(folded).chain(hidden).collect::<Vec<_>>().join(" · ")
    }

    /// Describes a lane.
    fn lane_about(&self, lane: u32) -> String {
        let Some(lane) = self.index.lanes.get(lane as usize) else { return String::new() };
        let attempts = if lane.attempts > 0 {
            format!(": {}", counted(lane.attempts, "attempt"))
        } else {
            String::new()
        };
        format!("{}{attempts}", visible(&lane.name))
    }

    /// Returns the tooltip of a folded gap, if nothing else is there.
    fn gap_tip(&self, frame: &TimeFrame, (x, y): (f32, f32), look: &Look) -> Option<Tip> {
        let at = f64::from(x);
        let found = frame.scale().breaks().find(|b| b.left <= at && at < b.right && x >= frame.gutter)?;
        let moments = Moments::new(&self.open.run, look);
        let (from, to) = (moments.value(found.fold.from), moments.value(found.fold.to));
        let length = duration(found.fold.length());
        let text = format!("nothing ran for {length}\n{} to {}", from.text(), to.text());
        Some(Tip { text, beside: (x - 8.0, y - 8.0, x + 8.0, y + 8.0) })
    }

    /// Describes an alert or a log line.
    fn said(&self, mark: &Recorded) -> String {
        let run = &self.open.run;
        let text = visible(clip_chars(mark.text(run), LONGEST_TEXT)).into_owned();
        let about =
            mark.task(run).map_or(String::new(), |t| format!(" · {}", described(self.open, TaskId(t))));
        format!("{}: {text}{about}", visible(&mark.level(run)))
    }

    /// Returns the clicked task: if bars are merged, the one with the nearest attempt.
    fn pressed(&self, frame: &TimeFrame, press: &Press) -> Option<u32> {
        let near = match Target::of(press.hit)? {
            Target::Merged(_) => {
                let row = frame.row_at(press.y)?;
                self.index.nearest(&self.open.run, row, frame.scale().t(f64::from(press.x)))
            }
            _ => None,
        };
        near.map(|a| self.open.run.attempts.task[a.index()]).or_else(|| self.task_of(press.hit))
    }
}

/// Returns the window of an interval with a quarter of its length on either side, ns since the epoch.
fn around((start, end): (i64, i64)) -> (i64, i64) {
    let air = (end.saturating_sub(start) / 4).max(NARROWEST);
    (start.saturating_sub(air), end.saturating_add(air))
}

/// Draws the strip of the whole run.
pub(crate) fn map(session: &Session, view: &ViewState, size: Size) -> Option<Scene> {
    let shown = Timeline::new(session, view)?;
    let frame = shown.frame((size.0, 100.0));
    let concurrency = shown.open.facts.concurrency();
    let mask = shown.open.mask(&view.filter);
    let text = !view.filter.text.trim().is_empty();
    let hits = if text { &mask[..] } else { &[] };
    let mut made = minimap(&shown.open.run, &shown.index, concurrency, hits, &frame, size.1);
    marker_ticks(&mut made, &view.markers, view.run, &frame, shown.whole(size.0).window);
    Some(made)
}

/// Draws the counters of the visible part.
pub(crate) fn tracks(session: &Session, view: &ViewState, width: f32) -> Option<Scene> {
    let shown = Timeline::new(session, view)?;
    Some(counters(&shown.open.facts, &shown.frame((width, 100.0))))
}

impl Drawable for Timeline<'_> {
    fn picture(&self, size: Size) -> Picture {
        let frame = self.frame(size);
        let run = &self.open.run;
        let look = self.session.look(self.open, self.view);
        let mut made = scene(run, &self.index, &look, &frame);
        if self.view.before
            && let Some(line) = self.session.before(self.view.run)
            && let Some(trends) = self.session.trends(line, "duration").as_ref()
        {
            trend::with_before(&mut made, run, &self.index, trends, &frame);
        }
        draw_markers(&mut made, &self.view.markers, self.view.run, &frame);
        let about = self.about(&frame);
        Picture {
            scene: made,
            frame: Frame::Time {
                frame,
                whole: self.whole(size.0).window,
                rows: self.index.row_count(),
                compared: false,
            },
            label: format!(
                "Timeline: {} in {}. The table (V) holds the same.",
                counted(self.index.lanes.len(), "lane"),
                counted(self.index.row_count(), "row")
            ),
            about,
            gaps: self.index.gap_count(),
            colours: look.colours.as_ref().map_or_else(Vec::new, |c| c.legend.clone()),
            rows: self.rows(),
            ..Picture::default()
        }
    }

    fn overlay(&self, size: Size, pointer: &Pointer) -> Overlay {
        let frame = self.frame(size);
        let run = &self.open.run;
        let hover = self.task_of(pointer.hit);
        let selected = self.open.selected(self.view);
        let look =
            Look { hover, selected: selected.map(|t| t.0), ..self.session.plain_look(self.open, self.view) };
        let inside = pointer.at.filter(|at| at.0 >= frame.gutter);
        let moment = inside.map(|at| frame.scale().t(f64::from(at.0)));
        let mut made = overlay(run, &self.index, &look, &frame, moment);
        if let Some(task) = selected {
            made.push(waits(&self.open.facts, &self.index, &frame, task));
        }
        let large = |(x, y): (f32, f32)| (f64::from(x), f64::from(y));
        let drawn =
            pointer.picked.and_then(|(from, to)| frame.drawn(large(from), large(to), self.index.row_count()));
        let drawn = drawn.map(|drawn| self.index.area(&drawn));
        if let Some(area) = drawn.as_ref().or(self.view.filter.area.as_ref()) {
            frame.place_area(&self.index, area).into_iter().for_each(|rect| picked(&mut made, rect));
        }
        if let Some(lane) = self.view.rows.focus.as_deref().and_then(|key| self.index.lane_of_key(run, key)) {
            mark_focus(&mut made, &self.index, &frame, lane);
        }
        let about = match Target::of(pointer.hit) {
            Some(Target::Lane(i)) => self.lane_about(i),
            Some(Target::Recorded(i)) => {
                self.index.marks.get(i as usize).map_or_else(String::new, |e| self.said(e))
            }
            Some(Target::Marker(i)) => self.marked_moment(i).unwrap_or_default(),
            _ => hover.map_or_else(String::new, |t| described(self.open, TaskId(t))),
        };
        let tip = pointer.at.and_then(|at| {
            let waited = selected.and_then(|t| wait_tip(&self.open.facts, &self.index, &frame, t, at));
            let beside = (at.0 - 8.0, at.1 - 8.0, at.0 + 8.0, at.1 + 8.0);
            let waited = waited.map(|text| Tip { text, beside });
            let under = waited.or_else(|| self.tip(&frame, pointer.hit, at, &look));
            under.or_else(|| self.gap_tip(&frame, at, &look))
        });
        Overlay { scene: made, about, tip }
    }

    fn rows(&self) -> usize {
        self.index.lanes.iter().map(Lane::listed).sum()
    }

    fn table(&self, range: Range<usize>) -> Table {
        twin(&self.open.run, &self.index, &self.session.plain_look(self.open, self.view), range)
    }

    fn marked(&self) -> Option<u32> {
        self.open.selected(self.view).map(|t| t.0)
    }

    fn press(&self, size: Size, press: &Press, out: &mut Turn) {
        let frame = self.frame(size);
        let run = &self.open.run;
        if let Some(Target::Lane(i)) = Target::of(press.hit) {
            lanes::act(&self.index, self.open, Some(i as usize), LaneAct::Toggle, out);
            out.said = Some(self.lane_about(i)).filter(|said| !said.is_empty());
            return;
        }
        if let Some(Target::Recorded(i)) = Target::of(press.hit)
            && let Some(mark) = self.index.marks.get(i as usize)
        {
            out.said = Some(self.said(mark));
        }
        out.after.rows.focus = None;
        let task = self.pressed(&frame, press);
        let interval = task.and_then(|t| run.task_interval(TaskId(t)));
        match (press.double, interval) {
            (true, Some(interval)) => {
                out.after.window = Some(around(interval));
                out.after.selected = task.map(|t| run.task_id(TaskId(t)).to_owned());
            }
            (true, None) => {
                out.movement = Some(Movement::Zoom(f64::from(press.x), f64::from(press.y), 2.0));
            }
            (false, _) => out.after.selected = task.map(|t| run.task_id(TaskId(t)).to_owned()),
        }
    }

    fn fit(&self, size: Size, view: &mut ViewState) {
        let selected = self.open.selected(view);
        if let (None, Some(area)) = (selected, &view.filter.area) {
            let window = Some((area.from, area.to.max(area.from.saturating_add(NARROWEST))));
            view.window = if view.window == window { None } else { window };
            view.scroll = view.window.and_then(|_| self.index.first_row_of(area)).unwrap_or(0);
            return;
        }
        let Some(interval) = selected.and_then(|t| self.open.run.task_interval(t)) else { return };
        let window = Some(around(interval));
        view.window = if view.window == window { None } else { window };
        self.reveal(size, view);
    }

    fn reveal(&self, size: Size, view: &mut ViewState) {
        let frame = self.frame(size);
        let run = &self.open.run;
        let Some(task) = self.open.selected(view) else { return };
        let Some(row) = self.index.row_of_task(run, task) else { return };
        let shown = frame.visible_rows();
        if row < frame.first_row || row >= frame.first_row + shown {
            view.scroll = row.saturating_sub(shown / 2);
        }
        let attempts: Vec<AttemptId> = run.attempts_of(task).collect();
        let interval = attempts.iter().find_map(|a| run.interval(*a));
        if let Some((s, e)) = interval.filter(|(s, e)| *e < frame.window.0 || *s > frame.window.1) {
            let middle = s.saturating_add(e.saturating_sub(s) / 2);
            let shown = frame.scale().centred(middle, self.whole(size.0).window);
            view.window = Some((shown.t0, shown.t1));
        }
    }
}

/// Describes a task: its name, its duration, and its status.
pub(crate) fn described(open: &OpenRun, task: TaskId) -> String {
    let run = &open.run;
    let length = run
        .task_interval(task)
        .map_or(String::new(), |(s, e)| format!(" · {}", duration(e.saturating_sub(s))));
    let name = clip_chars(run.task_name(task), LONGEST);
    format!("{}{length} · {}", visible(name), run.tasks.status[task.index()].name())
}
