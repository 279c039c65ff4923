//! The runs in the output of console tracers, read before the runtime graphs: a graph contains only the last attempt of
//! a task; the output contains all attempts but no date. Output and graph of one trace are joined into one run.

use makespan_format::time::SECOND;
use makespan_model::HashMap;

use super::printed;

/// All zones are a multiple of this away from UTC.
const QUARTER: i64 = 900 * SECOND;

/// Text and graph of one trace start it at most this far apart.
const NEAR: i64 = 60 * SECOND;

/// A graph and a text record the start of the same try at most this far apart.
const SAME_TRY: i64 = SECOND;

/// A try that a text prints.
pub(super) struct Printed {
    /// Its start as a time of day, in nanoseconds since the first midnight of the text.
    started: i64,
    pub(super) has_end: bool,
}

/// One trace of a text.
pub(super) struct Outline {
    name: String,
    id: Option<String>,
    /// Its start, like that of a try.
    started: i64,
    pub(super) has_end: bool,
    pub(super) tries: HashMap<String, Vec<Printed>>,
    /// The run of the graph that records the same trace, and what added to a time of the text gives a moment.
    pub(super) joined: Option<(usize, i64)>,
}

/// The traces of all texts, in order.
#[derive(Default)]
pub(super) struct Outlines {
    pub(super) list: Vec<Outline>,
    by_id: HashMap<String, Vec<usize>>,
}

impl Outlines {
    /// Adds the traces of a text. Returns whether some of its lines belong to none of them.
    pub(super) fn add(&mut self, text: &str) -> bool {
        let (mut day, mut is_loose) = (printed::Days::default(), false);
        let mut current: Option<Outline> = None;
        let mut open: HashMap<String, Vec<usize>> = HashMap::default();
        for line in text.lines() {
            let line = crate::coloured::plain(line);
            let Some(line) = printed::parse(&line) else { continue };
            let t = day.moment(line.t);
            if let Some(rest) = line.message.strip_prefix("TRACE START: ") {
                self.push(current.take());
                open.clear();
                let (name, pairs) = printed::split_metadata(rest);
                let id = pairs.iter().find(|(key, _)| *key == "trace_id").map(|(_, id)| (*id).to_owned());
                let (name, tries) = (name.to_owned(), HashMap::default());
                current = Some(Outline { name, id, started: t, has_end: false, tries, joined: None });
                continue;
            }
            let Some(outline) = &mut current else {
                is_loose |= !line.message.trim().is_empty();
                continue;
            };
            if line.message.starts_with("TRACE END: ") {
                outline.has_end = true;
                self.push(current.take());
            } else if let Some(rest) = line.message.strip_prefix("SPAN START: ") {
                let (id, _) = printed::split_metadata(rest);
                let tries = outline.tries.entry(id.to_owned()).or_default();
                open.entry(id.to_owned()).or_default().push(tries.len());
                tries.push(Printed { started: t, has_end: false });
            } else if let Some(rest) = line.message.strip_prefix("SPAN END: ") {
                let (id, _, duration) = printed::split_end(rest);
                let tries = outline.tries.entry(id.to_owned()).or_default();
                match open.get_mut(id).and_then(Vec::pop) {
                    Some(at) => tries[at].has_end = true,
                    None => {
                        let started = t.saturating_sub(duration.unwrap_or(0));
                        tries.push(Printed { started, has_end: true });
                    }
                }
            }
        }
        self.push(current);
        is_loose
    }

    fn push(&mut self, outline: Option<Outline>) {
        let Some(outline) = outline else { return };
        if let Some(id) = &outline.id {
            self.by_id.entry(id.clone()).or_default().push(self.list.len());
        }
        self.list.push(outline);
    }

    /// Joins the run of a graph to the first text that prints its trace. Several runs of one tracer share a trace id; the
    /// name then decides.
    pub(super) fn join(&mut self, run: usize, name: &str, trace: &str, started: i64) -> Option<usize> {
        let all = self.by_id.get(trace)?;
        let is_free = |at: &usize| self.list[*at].joined.is_none();
        let named = all.iter().copied().find(|at| is_free(at) && self.list[*at].name == name);
        let at = named.or_else(|| all.first().copied().filter(|at| all.len() == 1 && is_free(at)))?;
        let outline = &mut self.list[at];
        let exact = started.saturating_sub(outline.started);
        let whole = exact.saturating_add(QUARTER / 2).div_euclid(QUARTER).saturating_mul(QUARTER);
        let shift = if exact.abs_diff(whole) <= NEAR.unsigned_abs() { whole } else { exact };
        outline.joined = Some((run, shift));
        Some(at)
    }
}

impl Outline {
    /// The number of the try that a graph records as the last one of `times`: that number where the text prints its
    /// start, else the try that the text starts at the same moment, since the order of a graph may be incomplete.
    pub(super) fn number(&self, task: &str, times: u32, started: Option<i64>) -> u32 {
        let (Some(tries), Some(started), Some((_, shift))) = (self.tries.get(task), started, self.joined)
        else {
            return times;
        };
        let away = |printed: &Printed| started.abs_diff(printed.started.saturating_add(shift));
        let is_same = |printed: &Printed| away(printed) <= SAME_TRY.unsigned_abs();
        let expected = (times as usize).checked_sub(1).and_then(|at| tries.get(at));
        if times as usize > tries.len() || expected.is_some_and(is_same) {
            return times;
        }
        let nearest = tries.iter().enumerate().filter(|(_, p)| is_same(p)).min_by_key(|(_, p)| away(p));
        nearest.and_then(|(at, _)| u32::try_from(at + 1).ok()).unwrap_or(times)
    }
}
