//! The number of attempts executing at each moment.

use makespan_analysis::{Concurrency, Quantity};
use makespan_scene::{Role, count};

use super::picture::MOST_ROWS;
use super::plot::{Key, Line, Plot};
use super::{Axis, Chart, Kind, Picture, Subject};
use crate::amount::Unit;
use crate::look::Look;
use crate::table::{Cell, Column, Table};
use crate::timeline::axis::{moment_since, origin};

const TITLE: &str = "Attempts running over time";

pub(super) fn list(subject: &Subject<'_>, out: &mut Vec<Chart>) {
    let none = subject.facts.concurrency().t.is_empty();
    out.push(Chart::new(Kind::Concurrency, "", TITLE).missing_if(none, MISSING));
}

const MISSING: &str = "No attempt in this file has a start and an end.";

pub(super) fn picture(subject: &Subject<'_>) -> Result<Picture, String> {
    let (run, data) = (subject.facts.run(), subject.facts.concurrency());
    let span = run.span().filter(|_| !data.t.is_empty()).ok_or(MISSING)?;
    // Attempts may be queued before the first one starts.
    let plot = concurrency_plot(data, (origin(run).min(span.0), span.1), subject.look);
    let columns = vec![
        Column::number("from", "From"),
        Column::number("running", "Running"),
        Column::number("queued", "Queued"),
    ];
    let mut twin = Table::new(TITLE, columns);
    let origin = origin(run);
    for (i, &t) in data.t.iter().enumerate().take(MOST_ROWS) {
        let queued = if data.has_queue { count(u64::from(data.queued[i])) } else { String::new() };
        let running = Cell::new(count(u64::from(data.running[i])));
        twin.push(vec![Cell::new(moment_since(origin, t, subject.look)), running, Cell::new(queued)]);
    }
    twin.left_out = data.t.len() - twin.rows.len();
    Ok(Picture::plot(plot, twin))
}

/// Builds the chart over a span (ns since the epoch).
pub fn concurrency_plot(data: &Concurrency, span: (i64, i64), look: &Look) -> Plot {
    let length = span.1.saturating_sub(span.0) as f64;
    let most = data.max_running.max(data.queued.iter().copied().max().unwrap_or(0)).max(1);
    let y = Axis::from_zero("attempts".to_owned(), Unit::of(Quantity::Count), Some((0.0, f64::from(most))));
    let mut plot = Plot::new(TITLE, Axis::time(span.0, length, look), y);
    let points = |values: &[u32]| {
        let mut points: Vec<(f64, f64)> = data
            .t
            .iter()
            .zip(values)
            .map(|(t, v)| (t.saturating_sub(span.0) as f64, f64::from(*v)))
            .collect();
        // Attempts that are still queued or running after the last change remain so until the end.
        points.extend(points.last().filter(|p| p.0 < length && p.1 > 0.0).map(|p| (length, p.1)));
        points
    };
    let line = |name: &str, role, values: &[u32], area| Line {
        name: name.to_owned(),
        role: Some(role),
        points: points(values),
        area,
        steps: true,
    };
    plot.lines.push(line("running", Role::Accent, &data.running, true));
    if data.has_queue {
        plot.lines.push(line("queued", Role::Retrying, &data.queued, false));
        plot.legend = vec![
            Key { role: Role::Accent, shape: None, text: "running".to_owned() },
            Key { role: Role::Retrying, shape: None, text: "queued".to_owned() },
        ];
    }
    plot
}
