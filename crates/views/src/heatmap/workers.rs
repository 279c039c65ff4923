//! Workers over time: the fraction of each time interval in which a worker was executing.

use std::ops::Range;

use makespan_analysis::{Facts, natural_cmp};
use makespan_model::{HashMap, Order as _, StrId};
use makespan_scene::{AxisMode, Role, counted, ticks};

use super::options::WorkerOrder;
use super::{Columns, Entry, Fill, Head, Lead, LegendPart, Matrix};
use crate::look::{Look, TimeMode};
use crate::timeline::axis::{moment_since, origin};

/// A worker and its busy intervals (ns since the epoch), ascending and without overlaps.
struct Row {
    name: String,
    at_work: Vec<(i64, i64)>,
    total: i64,
}

/// The matrix. The sums of a row are computed when it becomes visible.
pub struct Workers {
    look: Look,
    /// Origin of relative times.
    origin: i64,
    makespan: Option<i64>,
    rows: Vec<Row>,
    window: (i64, i64),
    bins: usize,
    unnamed: usize,
}

impl Workers {
    /// Creates the matrix of a run's workers within a window (ns since the epoch), divided into `bins` equal parts: as
    /// many as the picture has room for, one every few pixels. O(b log b) for b busy intervals.
    ///
    /// # Errors
    ///
    /// The reason why there is nothing to show, as a sentence.
    pub fn new(
        facts: &Facts,
        look: &Look,
        window: (i64, i64),
        bins: usize,
        order: WorkerOrder,
    ) -> Result<Workers, String> {
        let (run, busy) = (facts.run(), facts.busy());
        let mut place: HashMap<StrId, usize> = HashMap::default();
        let mut rows: Vec<Row> = Vec::new();
        for &worker in run.attempts.worker.iter().filter(|w| !w.is_empty()) {
            place.entry(worker).or_insert_with(|| {
                rows.push(Row { name: run.text(worker).to_owned(), at_work: Vec::new(), total: 0 });
                rows.len() - 1
            });
        }
        if rows.is_empty() {
            return Err("No attempt in this file names its worker.".to_owned());
        }
        let mut unnamed = 0;
        for (k, &attempt) in busy.attempt.iter().enumerate() {
            let Some(&at) = place.get(&run.attempts.worker[attempt as usize]) else {
                unnamed += 1;
                continue;
            };
            // Intervals are sorted by start: one that overlaps the previous one extends it.
            let (start, end) = (busy.start[k], busy.end[k]);
            match rows[at].at_work.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => rows[at].at_work.push((start, end)),
            }
        }
        for row in &mut rows {
            row.total = row.at_work.iter().map(|(s, e)| e.saturating_sub(*s)).fold(0, i64::saturating_add);
        }
        rows.order_by(|a, b| {
            let busiest =
                if order == WorkerOrder::Busiest { b.total.cmp(&a.total) } else { std::cmp::Ordering::Equal };
            busiest.then_with(|| natural_cmp(&a.name, &b.name))
        });
        // Never empty, even at the end of time.
        let from = window.0.min(i64::MAX - 1);
        let window = (from, window.1.max(from + 1));
        // Only the time format of the look is used.
        let look = Look { time: look.time, offset: look.offset, ..Look::PLAIN };
        let makespan = facts.totals().makespan.filter(|m| *m > 0);
        Ok(Workers { look, origin: origin(run), makespan, rows, window, bins: bins.clamp(1, 4_000), unnamed })
    }

    /// Returns the number of parts for a picture of this width, px.
    pub fn bins_for(width: f32) -> usize {
        (width / 9.0).clamp(10.0, 240.0) as usize
    }

    /// Returns the first and the last time of a part, ns since the epoch.
    fn part(&self, bin: usize) -> (i64, i64) {
        let at = |bin: usize| {
            let length = i128::from(self.window.1) - i128::from(self.window.0);
            (i128::from(self.window.0) + length * bin as i128 / self.bins as i128) as i64
        };
        (at(bin), at(bin + 1))
    }

    /// Returns the busy time within each part, ns. O(intervals of the worker within the parts + parts).
    fn at_work(&self, row: &Row, bins: Range<usize>) -> Vec<i64> {
        let mut out = vec![0i64; bins.len()];
        let from = self.part(bins.start).0;
        let mut next = row.at_work.partition_point(|(_, e)| *e <= from);
        for (k, slot) in out.iter_mut().enumerate() {
            let (s, e) = self.part(bins.start + k);
            while let Some(&(start, end)) = row.at_work.get(next) {
                *slot += end.min(e).saturating_sub(start.max(s)).max(0);
                if end > e {
                    break;
                }
                next += 1;
            }
        }
        out
    }
}

impl Matrix for Workers {
    fn title(&self) -> &str {
        "Workers over time"
    }

    fn corner(&self) -> &str {
        "Worker"
    }

    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn columns(&self) -> usize {
        self.bins
    }

    fn row(&self, row: usize) -> Head {
        let Some(row) = self.rows.get(row) else { return Head::default() };
        let share = self.makespan.map_or(String::new(), |m| {
            format!(", {:.0} % of the makespan", row.total as f64 / m as f64 * 100.0)
        });
        let exact = format!("{}, busy for {}{share}", row.name, makespan_scene::duration(row.total));
        Head { text: row.name.clone(), status: None, exact }
    }

    fn column(&self, column: usize) -> Head {
        let (s, e) = self.part(column);
        let text = moment_since(self.origin, s, &self.look);
        Head { exact: format!("{text} to {}", moment_since(self.origin, e, &self.look)), text, status: None }
    }

    fn column_labels(&self) -> Columns {
        let (mode, offset) = match self.look.time {
            TimeMode::Relative => (AxisMode::Relative { origin: self.origin }, 0),
            TimeMode::Utc => (AxisMode::Clock, 0),
            TimeMode::Local => (AxisMode::Clock, self.look.offset),
        };
        // The width of the picture is unknown here; labels that are too dense are skipped when they are drawn.
        let found = ticks(self.window.0, self.window.1, self.bins as f32 * 9.0, 70.0, mode, offset);
        let length = (i128::from(self.window.1) - i128::from(self.window.0)) as f64;
        let column = |t: i64| (i128::from(t) - i128::from(self.window.0)) as f64 / length * self.bins as f64;
        Columns::Marks(found.into_iter().map(|tick| (column(tick.t), tick.label)).collect())
    }

    fn entries(&self, row: usize, columns: Range<usize>) -> Vec<Entry> {
        let Some(row) = self.rows.get(row) else { return Vec::new() };
        let bins = columns.start.min(self.bins)..columns.end.min(self.bins);
        let first = bins.start;
        let busy = self.at_work(row, bins);
        let entry = |(k, at_work): (usize, i64)| {
            let (s, e) = self.part(first + k);
            let share = at_work as f64 / e.saturating_sub(s).max(1) as f64;
            let exact =
                format!("busy {:.0} % of the time ({})", share * 100.0, makespan_scene::duration(at_work));
            if at_work == 0 {
                return Entry::nothing("idle");
            }
            let fill = Fill::Value(Role::heat((share * 0.999) as f32));
            Entry { fill, text: format!("{:.0} %", share * 100.0), sign: None, exact }
        };
        busy.into_iter().enumerate().map(entry).collect()
    }

    fn legend(&self) -> Vec<LegendPart> {
        vec![LegendPart::heat("> 0 %", "busy 100 % of the time"), LegendPart::Nothing("idle".to_owned())]
    }

    fn notes(&self) -> Vec<String> {
        let (s, e) = self.part(0);
        let mut notes = vec![format!("Each cell is {}.", makespan_scene::duration(e.saturating_sub(s)))];
        if self.unnamed > 0 {
            let n = counted(self.unnamed, "interval");
            notes.push(format!("Not shown, worker unknown: {n} of work."));
        }
        notes
    }

    fn lead(&self, row: usize, column: usize) -> Option<Lead> {
        let name = self.rows.get(row)?.name.clone();
        (column < self.bins).then(|| Lead::Worker(name, self.part(column)))
    }
}
