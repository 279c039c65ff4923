//! Events of tracks as tasks, dependencies, samples and logs.

use std::borrow::Cow;

use makespan_format::{Alert, Attempt, ErrorInfo, EventSink, Fields, Json, Log, Sample, Severity, Status};
use makespan_model::{HashMap, Order as _};

use super::reader::{Item, Trace, What};
use crate::draft::{Draft, Piece};
use crate::gather::{DATED, alarm};
use crate::importer::{Importer, Options};
use crate::json::tape::Tape;
use crate::outcome::Outcome;

/// Tracks are looked up so many levels for their process.
const DEEPEST: usize = 32;

/// A slice of a track: its beginning, its end, the slice around it.
struct Slice {
    item: u32,
    ended: Option<i64>,
    parent: Option<u32>,
    /// Annotations of the end.
    end: Option<u32>,
}

/// What belongs to what: slices, the flows that bind to them, the slice around each instant.
#[derive(Default)]
struct Bound {
    slices: Vec<Slice>,
    /// Of each flow the slices that it goes through, and whether it ends there.
    flows: HashMap<u64, Vec<(u32, bool)>>,
    order: Vec<u64>,
    around: HashMap<u32, u32>,
    unopened: u64,
    loose: u64,
}

/// Emits what was read of a file.
pub(super) fn emit(
    mut trace: Trace,
    file: &str,
    importer: &Importer,
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) {
    trace.items.order_by_key(|item| item.t);
    let bound = bind(&trace);
    let unended = bound.slices.iter().filter(|slice| slice.ended.is_none()).count() as u64;
    let mut tally = std::mem::take(&mut trace.tally);
    tally.count(
        Severity::Info,
        "no-end",
        "slices have a beginning and no end; how they ended is unknown",
        unended,
    );
    tally.count(
        Severity::Info,
        "no-start",
        "ends of slices whose beginning is not in the trace were ignored",
        bound.unopened,
    );
    tally.count(
        Severity::Info,
        "flow-unbound",
        "flows that bind to no slice, or to one only, were left out",
        bound.loose,
    );
    let dates = trace.items.iter().filter(|item| item.t >= DATED).count();
    let first = trace.items.first().map_or(0, |item| item.t);
    let (shift, is_date) = match trace.clocks.to_date() {
        _ if dates * 2 > trace.items.len() => (0, true),
        Some(shift) => (shift, true),
        None => (first.saturating_neg(), false),
    };
    if !is_date {
        let what = "times count from the first event, because no clock of the trace gives the date";
        tally.count(Severity::Info, "relative-times", what, 1);
    }
    let mut emitter =
        Teller { workers: workers(&trace), trace: &trace, bound: &bound, shift, tape: Tape::default() };
    let own: Option<Vec<Own<'_>>> = (0..bound.slices.len()).map(|at| emitter.own(at)).collect();
    let Some(own) = own.filter(|own| !own.is_empty()) else {
        let mut draft = Draft::new(Cow::Borrowed(file), "Perfetto trace", options);
        (draft.run.name, draft.tally) = (Some(Cow::Borrowed(file)), tally);
        emitter.slices(&mut draft);
        for at in 0..trace.items.len() as u32 {
            emitter.moment(at, None, &mut draft);
        }
        return draft.emit(importer, sink);
    };
    // Our own export: a process is a run.
    let mut runs: Vec<(u64, Vec<usize>)> = Vec::new();
    let mut place: HashMap<u64, usize> = HashMap::default();
    for (at, slice) in bound.slices.iter().enumerate() {
        let pid = emitter.workers[trace.items[slice.item as usize].track as usize].pid;
        let next = runs.len();
        let run = *place.entry(pid).or_insert(next);
        if run == next {
            runs.push((pid, Vec::new()));
        }
        runs[run].1.push(at);
    }
    let flows = emitter.edges();
    for (pid, slices) in runs {
        let name = process_name(&trace, pid);
        let mut draft = Draft::new(Cow::Owned(name.clone()), "Perfetto trace", options);
        (draft.run.name, draft.tally) = (Some(Cow::Owned(name)), std::mem::take(&mut tally));
        for at in slices {
            let after = flows.get(&(at as u32)).into_iter().flatten();
            let after = after.map(|from| own[*from as usize].task.clone()).collect();
            emitter.own_attempt(at, &own[at], after, &mut draft);
        }
        for at in 0..trace.items.len() as u32 {
            emitter.moment(at, Some(pid), &mut draft);
        }
        draft.emit(importer, sink);
    }
}

/// Pairs beginnings with ends on each track, and binds flows and instants to slices. Items are in the order of time.
fn bind(trace: &Trace) -> Bound {
    let mut bound = Bound::default();
    let mut stacks: Vec<Vec<(u32, Option<i64>)>> = vec![Vec::new(); trace.tracks.len()];
    for (at, item) in (0..).zip(&trace.items) {
        let stack = &mut stacks[item.track as usize];
        // Slices that say how long they take end by themselves.
        while stack.pop_if(|(_, until)| until.is_some_and(|until| until <= item.t)).is_some() {}
        let parent = stack.last().map(|open| open.0);
        let slice = match item.what {
            What::Begin | What::Whole(_) => {
                let slice = bound.slices.len() as u32;
                let ended =
                    if let What::Whole(length) = item.what { item.t.checked_add(length) } else { None };
                stack.push((slice, ended));
                bound.slices.push(Slice { item: at, ended, parent, end: None });
                Some(slice)
            }
            What::End => {
                let ended = stack.pop_if(|(_, until)| until.is_none()).map(|open| open.0);
                match ended {
                    Some(slice) => {
                        let slice = &mut bound.slices[slice as usize];
                        (slice.ended, slice.end) = (Some(item.t), Some(at));
                    }
                    None => bound.unopened += 1,
                }
                ended
            }
            What::Instant => {
                bound.around.extend(parent.map(|parent| (at, parent)));
                parent
            }
            What::Counter(_) => None,
        };
        for (flow, ends) in &item.flows {
            let Some(slice) = slice else {
                bound.loose += 1;
                continue;
            };
            let through = bound.flows.entry(*flow).or_default();
            if through.is_empty() {
                bound.order.push(*flow);
            }
            through.push((slice, *ends));
        }
    }
    for flow in &bound.order {
        bound.loose += u64::from(bound.flows.get(flow).is_some_and(|through| through.len() < 2));
    }
    bound
}

/// What the slices of a track are done by.
struct Worker {
    name: String,
    pid: u64,
}

/// The name of a process: as its track says, as the system says, else its number.
fn process_name(trace: &Trace, pid: u64) -> String {
    let named = trace.tracks.iter().filter_map(|track| track.process.as_ref());
    let own = named.filter(|(of, name)| *of == pid && !name.is_empty()).map(|(_, name)| name.clone()).next();
    let system = || trace.system.get(&pid).filter(|name| !name.is_empty()).cloned();
    own.or_else(system).unwrap_or_else(|| format!("process {pid}"))
}

fn workers(trace: &Trace) -> Vec<Worker> {
    let parent =
        |at: usize| trace.tracks[at].parent.and_then(|id| trace.by_id.get(&id)).map(|at| *at as usize);
    let mut plain: Vec<Worker> = Vec::with_capacity(trace.tracks.len());
    for (at, track) in trace.tracks.iter().enumerate() {
        let system = |tid: u64| trace.system.get(&tid).cloned().unwrap_or_else(|| format!("thread {tid}"));
        let (mut name, mut pid) = (track.name.clone(), None);
        let mut level = Some(at);
        for _ in 0..DEEPEST {
            let Some(now) = level.map(|at| &trace.tracks[at]) else { break };
            if let Some((of, tid, thread)) = &now.thread {
                let thread = if thread.is_empty() { system(*tid) } else { thread.clone() };
                name = if name.is_empty() { thread } else { format!("{thread} / {name}") };
                pid = Some(*of);
                break;
            }
            if let Some((of, _)) = &now.process {
                pid = Some(*of);
                break;
            }
            level = level.and_then(parent);
        }
        plain.push(Worker { name, pid: pid.unwrap_or(0) });
    }
    let mut pids: Vec<u64> = plain.iter().filter(|worker| worker.pid != 0).map(|worker| worker.pid).collect();
    pids.order();
    pids.dedup();
    let names: HashMap<u64, String> = pids.iter().map(|pid| (*pid, process_name(trace, *pid))).collect();
    for (at, worker) in plain.iter_mut().enumerate() {
        let process = names.get(&worker.pid);
        worker.name = match (worker.name.is_empty(), process) {
            (true, Some(process)) => process.clone(),
            (true, None) => format!("track {}", at + 1),
            (false, Some(process)) if pids.len() > 1 => format!("{process} / {}", worker.name),
            (false, _) => std::mem::take(&mut worker.name),
        };
    }
    plain
}

/// What our own export writes about an attempt.
struct Own<'a> {
    task: Cow<'a, str>,
    step: Option<Cow<'a, str>>,
    status: Status,
    error: Option<ErrorInfo<'a>>,
    number: u32,
}

struct Teller<'t> {
    trace: &'t Trace,
    bound: &'t Bound,
    workers: Vec<Worker>,
    /// What is added to each time.
    shift: i64,
    tape: Tape,
}

impl<'t> Teller<'t> {
    fn item(&self, slice: usize) -> &'t Item {
        let (trace, bound) = (self.trace, self.bound);
        &trace.items[bound.slices[slice].item as usize]
    }

    fn time(&self, t: i64) -> i64 {
        t.saturating_add(self.shift)
    }

    /// The slices that flows lead from, by the slice that they lead to.
    fn edges(&self) -> HashMap<u32, Vec<u32>> {
        let mut before: HashMap<u32, Vec<u32>> = HashMap::default();
        let bound = self.bound;
        for flow in &bound.order {
            let mut through = bound.flows.get(flow).cloned().unwrap_or_default();
            // A flow of two goes to where it ends, even if that was recorded first.
            if let [first, second] = through.as_mut_slice()
                && first.1
                && !second.1
            {
                std::mem::swap(first, second);
            }
            for pair in through.windows(2).filter(|pair| pair[0].0 != pair[1].0) {
                let to = before.entry(pair[1].0).or_default();
                // Several flows between two slices are one dependency; those next to each other are the usual case.
                if to.last() != Some(&pair[0].0) {
                    to.push(pair[0].0);
                }
            }
        }
        before
    }

    /// What our own export says of a slice, if it wrote it.
    fn own(&mut self, slice: usize) -> Option<Own<'t>> {
        let item = self.item(slice);
        if item.category != "task" || self.tape.read(&item.args, 0).is_err() {
            return None;
        }
        let args = self.tape.value(&item.args);
        let error = args.text_at("error").map(|message| ErrorInfo {
            message,
            kind: args.text_at("error_kind"),
            ..ErrorInfo::default()
        });
        Some(Own {
            task: args.text_at("task")?,
            step: args.text_at("step"),
            status: Status::from_word(&args.text_at("status")?)?,
            error,
            number: args.at("attempt").and_then(|n| n.whole()).and_then(|n| u32::try_from(n).ok())?,
        })
    }

    fn own_attempt(&self, at: usize, own: &Own<'t>, after: Vec<Cow<'t, str>>, draft: &mut Draft<'_, 't>) {
        let item = self.item(at);
        let mut piece = Piece::new(own.task.clone(), own.task.clone());
        piece.task.name = Some(Cow::Borrowed(&item.name));
        (piece.task.step, piece.task.after) = (own.step.clone(), after);
        // A lane of several rows has numbers behind its name.
        let track = &self.trace.tracks[item.track as usize];
        let thread = track.thread.as_ref().map_or("", |(_, _, name)| name.as_str());
        let base = thread.strip_suffix(')').and_then(|name| name.rsplit_once(" ("));
        let is_row = |name: &str| {
            self.trace.tracks.iter().filter_map(|t| t.thread.as_ref()).any(|(_, _, other)| other == name)
        };
        let lane = base
            .filter(|(name, row)| row.parse::<u32>().is_ok() && is_row(name))
            .map_or(thread, |(name, _)| name);
        let is_over = own.status != Status::Running;
        piece.tries.push(Attempt {
            number: own.number,
            started: Some(self.time(item.t)),
            ended: self.bound.slices[at].ended.filter(|_| is_over).map(|end| self.time(end)),
            worker: Some(Cow::Borrowed(lane)).filter(|lane| !lane.is_empty()),
            status: Some(own.status),
            error: own.error.clone(),
            ..Attempt::default()
        });
        draft.pieces.push(piece);
    }

    fn slices(&mut self, draft: &mut Draft<'_, 't>) {
        let id = |slice: u32| Cow::Owned(format!("slice {}", slice + 1));
        let mut edges = self.edges();
        let bound = self.bound;
        for (at, slice) in (0..).zip(&bound.slices) {
            let item = self.item(at as usize);
            let end = slice.end.map_or("", |end| self.trace.items[end as usize].args.as_str());
            let name = if item.name.is_empty() { "(no name)" } else { &item.name };
            let mut piece = Piece::new(id(at), id(at));
            (piece.task.name, piece.task.step) = (Some(Cow::Borrowed(name)), Some(Cow::Borrowed(name)));
            piece.task.parent = slice.parent.map(id);
            piece.task.after = edges.remove(&at).into_iter().flatten().map(id).collect();
            let mut labels = Fields::new();
            if !item.category.is_empty() {
                labels.str("category", &item.category);
            }
            piece.task.labels = labels.finish();
            let mut outcome = Outcome::default();
            let mut params = Fields::new();
            for text in [&*item.args, end] {
                if !text.is_empty() && self.tape.read(text, 0).is_ok() {
                    for (key, value) in self.tape.value(text).members() {
                        outcome.argument(&item.name, &key, value.get());
                        params.raw(&key, value.get());
                    }
                }
            }
            piece.task.params = params.finish().map(Json::into_owned);
            let status = outcome.settle(&mut draft.clock.unread);
            // The format has no outcomes: a slice that ended is over, one without an end is not known to be.
            let ended = slice.ended.map(|end| self.time(end));
            let implied = if ended.is_some() { Status::Succeeded } else { Status::Unknown };
            piece.tries.push(Attempt {
                started: Some(self.time(item.t)),
                ended,
                worker: Some(Cow::Owned(self.workers[item.track as usize].name.clone())),
                status: status.or(Some(implied)),
                error: outcome.into_error(),
                ..Attempt::default()
            });
            draft.pieces.push(piece);
        }
    }

    /// Counters and instants; with a process, only those of its tracks.
    fn moment(&mut self, at: u32, pid: Option<u64>, draft: &mut Draft<'_, 't>) {
        let trace = self.trace;
        let item = &trace.items[at as usize];
        let track = &trace.tracks[item.track as usize];
        let worker = &self.workers[item.track as usize];
        if pid.is_some_and(|pid| pid != worker.pid) {
            return;
        }
        let t = Some(self.time(item.t));
        match item.what {
            What::Counter(value) => {
                let name =
                    if pid.is_some() { Cow::Borrowed(&*track.name) } else { Cow::Owned(worker.name.clone()) };
                let unit = Some(Cow::Borrowed(&*track.unit)).filter(|unit| !unit.is_empty());
                if value.is_finite() {
                    draft.samples.push(Sample { name, value, unit, t, ..Sample::default() });
                }
            }
            What::Instant => {
                let around = self.bound.around.get(&at);
                let task = around.map(|slice| Cow::Owned(format!("slice {}", slice + 1)));
                let text = match &*item.args {
                    "" => Cow::Borrowed(&*item.name),
                    args => Cow::Owned(format!("{} {args}", item.name)),
                };
                let severity = match (&*item.category, pid) {
                    ("log", Some(_)) => None,
                    (category, _) => alarm(&item.name).or_else(|| alarm(category)),
                };
                let task = task.filter(|_| pid.is_none());
                match severity {
                    Some(word) => draft.alerts.push(Alert {
                        task,
                        t,
                        severity: Some(Cow::Borrowed(word)),
                        text,
                        resolved: None,
                    }),
                    None => draft.logs.push(Log { task, t, text, ..Log::default() }),
                }
            }
            What::Begin | What::End | What::Whole(_) => {}
        }
    }
}
