//! Durations in earlier runs, drawn behind and over the bars of the newest run.

use makespan_analysis::compare::{Spread, Trends};
use makespan_model::{Run, UNKNOWN};
use makespan_scene::{Bars, Group, Hit, Item, Paint, Path, Rect, Role, Seg, Stroke};

use crate::timeline::{Frame, Index};

/// Returns a box from the 10th to the 90th percentile, a line from the minimum to the maximum with a cap at both ends,
/// and a stroke at the median: what is drawn behind a bar, and what is drawn over it. `x` converts a value to pixels;
/// `row` is the space up to the next bar, where the line is cut off.
pub fn whiskers(spread: &Spread, x: &dyn Fn(f64) -> f32, row: Rect) -> (Vec<Item>, Vec<Item>) {
    let end = row.right();
    let at = |v: f64| x(v).clamp(-1e5, 1e5);
    let (min, p10, median, p90, max) =
        (at(spread.min), at(spread.p10), at(spread.median), at(spread.p90), at(spread.max));
    if ![min, p10, median, p90, max].iter().all(|x| x.is_finite()) {
        return (Vec::new(), Vec::new());
    }
    if min >= end {
        return (Vec::new(), Vec::new());
    }
    let mut usual = Bars { radius: 1.0, ..Bars::default() };
    let rect = Rect::new(p10, row.y, (p90.min(end) - p10).max(1.0), row.h);
    if p10 < end {
        usual.push(rect, Paint::from(Role::Neutral).with_alpha(90), Hit::NONE);
    }
    // Along the bottom of the row, where it hides no name; separated from the bar below by a gap.
    let y = row.bottom() - 2.0;
    let cap = 2.5;
    let mut segs =
        vec![Seg::Move(min, y), Seg::Line(max.min(end), y), Seg::Move(min, y - cap), Seg::Line(min, y + cap)];
    if max <= end {
        segs.extend([Seg::Move(max, y - cap), Seg::Line(max, y + cap)]);
    }
    let middle = if median <= end {
        vec![Seg::Move(median, row.y), Seg::Line(median, row.bottom())]
    } else {
        Vec::new()
    };
    let line = |segs: &Vec<Seg>, role: Role, width: f32| {
        Path::stroked(segs.clone(), Stroke::new(role, width)).into()
    };
    let over = vec![
        line(&segs, Role::Surface, 3.0),
        line(&middle, Role::Surface, 4.0),
        line(&segs, Role::Text, 1.0),
        line(&middle, Role::Text, 2.0),
    ];
    (vec![usual.into()], over)
}

/// Adds durations in earlier runs to the scene of a timeline. `trends` ends with the run of the timeline; see
/// [`behind`].
pub fn with_before(
    scene: &mut makespan_scene::Scene,
    run: &Run,
    index: &Index,
    trends: &Trends,
    frame: &Frame,
) {
    let rows = trends.lineup.rows_of(trends.lineup.runs.saturating_sub(1), run.task_count());
    let (below, over) = behind(run, index, trends, &rows, frame);
    // The first item is the tint of the lanes.
    scene.items.insert(1.min(scene.items.len()), below.into());
    scene.push(over);
}

/// Returns the whiskers of all bars that represent one attempt of a succeeded task, from the start of the bar on: a
/// group to draw below the bars, and one to draw over them. `rows` gives the row of the line-up of each task of the
/// run. The number of shapes is bounded by the size of the frame.
pub fn behind(run: &Run, index: &Index, trends: &Trends, rows: &[u32], frame: &Frame) -> (Group, Group) {
    let clip = Rect::new(
        frame.gutter,
        frame.top,
        (frame.width - frame.gutter).max(0.0),
        (frame.height - frame.top).max(0.0),
    );
    let group = |label: &str| Group { clip: Some(clip), label: label.to_owned(), ..Group::default() };
    let (mut below, mut over) =
        (group("Durations in earlier runs"), group("Median and range of earlier runs"));
    if frame.row_height < 12.0 {
        return (below, over);
    }
    let scale = frame.scale();
    let density = scale.resolution() * 4.0;
    let last = frame.first_row.saturating_add(frame.visible_rows() + 1).min(index.row_count());
    for row in frame.first_row..last {
        let mut slices = index.slices(row, frame.window, density).peekable();
        while let Some(slice) = slices.next() {
            if slice.count > 1 {
                continue;
            }
            let end =
                slices.peek().map_or(frame.width, |next| scale.x(next.start).clamp(-1e5, 1e5) as f32 - 1.0);
            let task = run.attempts.task[slice.attempt.index()];
            let spread =
                rows.get(task as usize).and_then(|r| trends.rows.get(*r as usize)).and_then(|s| s.before);
            let Some(spread) = spread else { continue };
            let start = crate::tasks::start_of(run, makespan_model::TaskId(task));
            // Retries share the spread of the whole task, which is drawn behind the first attempt.
            if start == UNKNOWN || start != slice.start {
                continue;
            }
            let x = |ns: f64| scale.x(start.saturating_add(ns as i64)) as f32;
            let left = scale.x(start).clamp(-1e5, 1e5) as f32;
            let rect =
                Rect::new(left, frame.row_top(row) + 0.5, (end - left).max(0.0), frame.row_height - 1.0);
            let (behind, above) = whiskers(&spread, &x, rect);
            below.items.extend(behind);
            over.items.extend(above);
        }
    }
    (below, over)
}
