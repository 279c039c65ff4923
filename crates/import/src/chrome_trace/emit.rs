//! Emits what waited for the end of the file: times, nesting, flows, counters, instants and names.

use std::borrow::Cow;

use makespan_format::{
    Alert, Attempt, Diagnostic, Event, EventSink, Fields, Json, Log, Sample, Severity, Task,
};
use makespan_model::{HashMap, HashSet, NONE};

use super::arguments::ArgFacts;
use super::nest::{Slice, Slices};
use super::trace::{Item, Trace};
use super::tracks::{Process, Thread};
use crate::gather::{DATED, alarm};
use crate::importer::Unit;
use crate::json::tape::Tape;
use crate::outcome::Unread;

pub(super) fn emit(mut trace: Trace, slices: &Slices, after: &[(u32, u32)], sink: &mut dyn EventSink) {
    let mut tally = std::mem::take(&mut trace.tally);
    let unread = std::mem::take(&mut trace.unread);
    let (origin, dated) = origin(&trace);
    let labels = labels(&mut trace);
    trace.open(labels, sink);
    let name = &trace.name;
    if !dated && !trace.items.is_empty() {
        let message =
            format!("{name}: times count from an origin that is not in the file; they are shown from 0");
        sink.diagnostic(Diagnostic::new(Severity::Info, "relative-times", message));
        doubt_unit(&trace, sink);
    }
    let mut out = Emitter {
        workers: workers(&trace),
        trace: &trace,
        slices,
        origin,
        tapes: [Tape::default(), Tape::default()],
        unread,
        sink,
    };
    let mut from = 0;
    for at in 0..slices.all.len() as u32 {
        let to = from + after[from..].iter().take_while(|(slice, _)| *slice == at).count();
        out.slice(at, &after[from..to]);
        from = to;
    }
    let of_item: HashMap<u32, u32> = slices.marks.iter().copied().collect();
    for (at, item) in trace.items.iter().enumerate() {
        match item.ph {
            b'C' => out.counter(item),
            b'i' | b'I' | b'R' | b'n' | b'T' | b'p' => out.instant(item, of_item.get(&(at as u32)).copied()),
            _ => {}
        }
    }
    out.unread.add_to(&mut tally);
    let what = "repeated task ids were replaced by generated ids";
    tally.count(Severity::Info, "duplicate-id", what, trace.repeated);
    tally.report(name, sink);
}

/// What is subtracted from every time, and whether the results are dates.
fn origin(trace: &Trace) -> (i64, bool) {
    let first = trace.items.iter().map(|i| i.ts).min().unwrap_or(0);
    // A few events at 0 do not make a clock that counts from somewhere else.
    let dates = trace.items.iter().filter(|i| i.ts >= DATED).count();
    if dates * 2 > trace.items.len() {
        return (0, true);
    }
    match trace.base {
        Some(base) if first < DATED => (base.saturating_neg(), true),
        _ if first >= DATED => (0, true),
        _ => (first, false),
    }
}

/// Says so where times that are no dates would be dates of this century in a coarser unit.
fn doubt_unit(trace: &Trace, sink: &mut dyn EventSink) {
    let times = || trace.items.iter().map(|i| i.ts / 1_000);
    let (Some(first), Some(last), None) = (times().min(), times().max(), trace.unit) else { return };
    let century = |ns: i64| first >= DATED / ns && last <= 4_102_444_800_000_000_000 / ns;
    let coarser = [Unit::Seconds, Unit::Milliseconds].into_iter().find(|unit| century(unit.ns()));
    if let Some(unit) = coarser {
        let message = format!(
            "{}: times look like {} since 1970, where this format has microseconds; open the file with --unit {} to \
             read them so",
            trace.name,
            unit.name(),
            unit.symbol()
        );
        sink.diagnostic(Diagnostic::new(Severity::Warning, "time-unit-doubtful", message));
    }
}

/// The labels of the run: members of the root, names of processes, and the order in which the writer wants processes
/// and threads shown.
fn labels(trace: &mut Trace) -> Option<Json<'static>> {
    let mut labels = std::mem::take(&mut trace.labels);
    for process in &trace.tracks.processes {
        if let Some(text) = &process.labels {
            labels.str(&format!("labels of {}", process.pid), text);
        }
    }
    let mut order = Fields::new();
    for process in &trace.tracks.processes {
        if let Some(index) = process.sort {
            order.int(&process.pid, index);
        }
    }
    for thread in &trace.tracks.threads {
        if let Some(index) = thread.sort {
            order.int(
                &format!("{}/{}", trace.tracks.processes[thread.process as usize].pid, thread.tid),
                index,
            );
        }
    }
    if let Some(order) = order.finish() {
        labels.raw("sort_index", order.as_str());
    }
    labels.finish()
}

/// What each thread is called: its name, with the process where there are several, with its number where names
/// repeat.
fn workers(trace: &Trace) -> Vec<String> {
    let several = trace.tracks.processes.len() > 1;
    let named =
        |process: &Process| process.name.clone().unwrap_or_else(|| format!("process {}", process.pid));
    let mut same: HashMap<String, u32> = HashMap::default();
    trace.tracks.processes.iter().for_each(|process| *same.entry(named(process)).or_default() += 1);
    // Devices are processes of the same name whose labels distinguish them: `GPU 0`.
    let process = |p: u32| {
        let process = &trace.tracks.processes[p as usize];
        let name = named(process);
        match process.labels.as_ref().filter(|_| same.get(&name).is_some_and(|n| *n > 1)) {
            Some(label) => format!("{name} {label}"),
            None => name,
        }
    };
    let plain = |t: &Thread| {
        let thread = t.name.clone().unwrap_or_else(|| format!("thread {}", t.tid));
        if several { format!("{} / {thread}", process(t.process)) } else { thread }
    };
    let mut uses: HashMap<String, u32> = HashMap::default();
    for thread in &trace.tracks.threads {
        *uses.entry(plain(thread)).or_default() += 1;
    }
    let full = |t: &Thread| {
        let name = plain(t);
        let pid = &trace.tracks.processes[t.process as usize].pid;
        if uses.get(&name).is_some_and(|n| *n > 1) { format!("{name} ({pid}/{})", t.tid) } else { name }
    };
    trace.tracks.threads.iter().map(full).collect()
}

struct Emitter<'e> {
    trace: &'e Trace,
    slices: &'e Slices,
    workers: Vec<String>,
    origin: i64,
    /// For the arguments of a beginning and of an end.
    tapes: [Tape; 2],
    unread: Unread,
    sink: &'e mut dyn EventSink,
}

impl Emitter<'_> {
    fn time(&self, ts: i64) -> i64 {
        ts.saturating_sub(self.origin)
    }

    fn slice(&mut self, at: u32, flows: &[(u32, u32)]) {
        let trace = self.trace;
        let slice = &self.slices.all[at as usize];
        let item = &trace.items[slice.item as usize];
        let parent = (slice.parent != NONE).then(|| trace.id(slice.parent));
        let after = flows.iter().map(|(_, from)| trace.id(*from));
        if item.ph != b'X' {
            let after = after.collect();
            self.begun(at, slice, item, parent, after);
            return;
        }
        let id = trace.id(at);
        if parent.is_some() || !flows.is_empty() {
            let id = Cow::Borrowed(&*id);
            self.sink.event(Event::Task(Task { id, parent, after: after.collect(), ..Task::default() }));
        }
        self.sink.event(Event::Attempt(Attempt {
            task: Cow::Borrowed(&*id),
            number: 1,
            started: Some(self.time(item.ts)),
            ended: slice.end().map(|end| self.time(end)),
            worker: Some(Cow::Borrowed(&self.workers[item.thread as usize])),
            status: item.status,
            ..Attempt::default()
        }));
    }

    /// Emits a slice that has a beginning and an end of their own.
    fn begun(
        &mut self,
        at: u32,
        slice: &Slice,
        item: &Item,
        parent: Option<Cow<'_, str>>,
        flows: Vec<Cow<'_, str>>,
    ) {
        let trace = self.trace;
        let begin = trace.texts.get(item.args);
        let end = trace.items.get(slice.end_item as usize).map_or("", |end| trace.texts.get(end.args));
        let mut facts = ArgFacts::default();
        let mut params = Fields::new();
        let mut known = HashSet::default();
        let mut objects = 0;
        for (text, tape) in [begin, end].into_iter().zip(&mut self.tapes) {
            if !text.starts_with('{') || tape.read(text, 0).is_err() {
                continue;
            }
            objects += 1;
            let args = tape.value(text);
            facts.add(trace.texts.get(item.name), args);
            for (key, value) in args.members() {
                // An end may repeat what its beginning said.
                if !known.contains(&key) {
                    params.raw(&key, value.get());
                }
                if objects == 1 {
                    known.insert(key);
                }
            }
        }
        let only = if begin.is_empty() { end } else { begin };
        let params = match (begin, end) {
            ("", _) | (_, "") => Some(only).filter(|a| a.starts_with('{')).map(Json::from_raw),
            _ => params.finish(),
        };
        let worker = &self.workers[item.thread as usize];
        let mut labels = Fields::new();
        let category = trace.texts.get(item.cat);
        if !category.is_empty() {
            labels.str("category", category);
        }
        if slice.asynchronous {
            labels.str("thread", worker);
        }
        let id = trace.id(at);
        let name = trace.texts.get(item.name);
        let name = Cow::Borrowed(if name.is_empty() { "(no name)" } else { name });
        facts.after.extend(flows.iter().map(|f| Cow::Borrowed(&**f)));
        self.sink.event(Event::Task(Task {
            id: Cow::Borrowed(&*id),
            name: Some(name.clone()),
            step: Some(name),
            parent,
            after: facts.after,
            labels: labels.finish(),
            params,
            ..Task::default()
        }));
        self.sink.event(Event::Attempt(Attempt {
            task: Cow::Borrowed(&*id),
            number: 1,
            started: Some(self.time(item.ts)),
            ended: slice.end().map(|end| self.time(end)),
            // An asynchronous operation is not what its thread is busy with.
            worker: (!slice.asynchronous).then_some(Cow::Borrowed(worker)),
            status: facts.outcome.settle(&mut self.unread),
            error: facts.outcome.into_error(),
            ..Attempt::default()
        }));
    }

    fn counter(&mut self, item: &Item) {
        let trace = self.trace;
        let args = trace.texts.get(item.args);
        let tape = &mut self.tapes[0];
        if tape.read(args, 0).is_err() {
            return;
        }
        let t = Some(item.ts.saturating_sub(self.origin));
        let name = trace.texts.get(item.name);
        let owner = if trace.tracks.processes.len() > 1 {
            let thread = &trace.tracks.threads[item.thread as usize];
            let process = &trace.tracks.processes[thread.process as usize];
            format!("{}: ", process.name.as_ref().unwrap_or(&process.pid))
        } else {
            String::new()
        };
        let args = tape.value(args);
        let single = args.members().count() == 1;
        for (key, value) in args.members() {
            let Some(value) = value.number() else { continue };
            let name = if single { format!("{owner}{name}") } else { format!("{owner}{name}.{key}") };
            self.sink.event(Event::Sample(Sample { name: Cow::Owned(name), value, t, ..Sample::default() }));
        }
    }

    /// Emits what PyTorch says about the memory of a device. Returns whether this event does.
    fn memory(&mut self, item: &Item) -> bool {
        let trace = self.trace;
        let tape = &mut self.tapes[0];
        if trace.texts.get(item.name) != "[memory]" || tape.read(trace.texts.get(item.args), 0).is_err() {
            return false;
        }
        let args = tape.value(trace.texts.get(item.args));
        let device = match (args.number_at("Device Type"), args.number_at("Device Id")) {
            (Some(0.0), _) => "CPU".to_owned(),
            (Some(1.0), Some(id)) => format!("GPU {id}"),
            (Some(kind), Some(id)) => format!("device {id} of type {kind}"),
            _ => return false,
        };
        let t = Some(item.ts.saturating_sub(self.origin));
        let mut is_any = false;
        for (key, name) in [("Total Allocated", "allocated memory"), ("Total Reserved", "reserved memory")] {
            let Some(value) = args.number_at(key) else { continue };
            is_any = true;
            let (name, unit) = (format!("{device}: {name}").into(), Some("B".into()));
            self.sink.event(Event::Sample(Sample { name, value, unit, t, ..Sample::default() }));
        }
        is_any
    }

    fn instant(&mut self, item: &Item, slice: Option<u32>) {
        if self.memory(item) {
            return;
        }
        let trace = self.trace;
        let task = slice.map(|s| trace.id(s));
        let t = Some(self.time(item.ts));
        let (name, category) = (trace.texts.get(item.name), trace.texts.get(item.cat));
        let text = match trace.texts.get(item.args) {
            "" => Cow::Borrowed(name),
            args => Cow::Owned(format!("{name} {args}")),
        };
        self.sink.event(match alarm(name).or_else(|| alarm(category)) {
            Some(word) => {
                Event::Alert(Alert { task, t, severity: Some(Cow::Borrowed(word)), text, resolved: None })
            }
            None => Event::Log(Log { task, t, text, ..Log::default() }),
        });
    }
}
