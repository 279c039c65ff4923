//! Slices, counters, instants and names to events.

use std::borrow::Cow;

use makespan_format::{
    Alert, Attempt, Diagnostic, ErrorInfo, Event, EventSink, Fields, Json, Log, RunInfo, Sample, Severity,
    Status, Task,
};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::value::RawValue;

use super::nest::Slices;
use super::trace::{Item, Trace};
use crate::json;
use crate::tally::Tally;

/// Members of the root that are longer are left out: they are sampled stacks, not facts about the run.
const LONGEST_LABEL: usize = 64 << 10;

/// 2000-01-01 as nanoseconds since the epoch. Clocks that count from the start of a machine do not get there.
const DATED: i64 = 946_684_800_000_000_000;

pub(super) fn emit<'a>(
    mut trace: Trace<'a>,
    slices: &Slices,
    after: &[(u32, u32)],
    name: &'a str,
    sink: &mut dyn EventSink,
) {
    let mut tally = std::mem::take(&mut trace.tally);
    let (origin, dated) = origin(&trace);
    let info = run(&mut trace, &mut tally, name);
    sink.event(Event::Run(info));
    if !dated && !trace.items.is_empty() {
        let message =
            format!("{name}: times count from an origin that the file does not tell; they are shown from 0");
        sink.diagnostic(Diagnostic::new(Severity::Info, "relative-times", message));
    }
    let mut out = Emitter { workers: workers(&trace), ids: Vec::new(), trace: &trace, slices, origin, sink };
    let repeated = out.name_tasks();
    let mut from = 0;
    for at in 0..slices.all.len() as u32 {
        let to = from + after[from..].iter().take_while(|(slice, _)| *slice == at).count();
        out.slice(at, &after[from..to]);
        from = to;
    }
    let of_item = out.marked();
    for (at, item) in trace.items.iter().enumerate() {
        match item.ph {
            b'C' => out.counter(item),
            b'i' | b'I' | b'R' | b'n' | b'T' | b'p' => out.instant(item, of_item.get(&(at as u32)).copied()),
            _ => {}
        }
    }
    let sink = out.sink;
    let what = "task ids that occur again were replaced by ids of our own";
    tally.count(Severity::Info, "duplicate-id", what, repeated);
    tally.report(name, sink);
}

/// What is subtracted from every time, and whether the results are dates.
fn origin(trace: &Trace<'_>) -> (i64, bool) {
    let base = trace.root.iter().find_map(|(key, value)| match &**key {
        "baseTimeNanoseconds" => json::whole_of(value),
        "viztracer_metadata" => {
            let mut base = None;
            json::each_member(value, |k, v| {
                if k == "baseTimeNanoseconds" {
                    base = json::whole_of(v)
                }
            });
            base
        }
        _ => None,
    });
    let first = trace.items.iter().map(|i| i.ts).min().unwrap_or(0);
    match base {
        Some(base) if first < DATED => (base.saturating_neg(), true),
        _ if first >= DATED => (0, true),
        _ => (first, false),
    }
}

fn run<'a>(trace: &mut Trace<'a>, tally: &mut Tally, name: &'a str) -> RunInfo<'a> {
    let mut labels = Fields::new();
    let mut id = None;
    let mut source = "Chrome trace";
    let mut seen = FxHashSet::default();
    for (key, value) in std::mem::take(&mut trace.root) {
        match &*key {
            "otherData" => json::each_member(value, |k, v| {
                if k == "build_id" {
                    (id, source) = (json::text_of(v), "Bazel profile");
                }
            }),
            "viztracer_metadata" => {
                source = "viztracer";
                true
            }
            "deviceProperties" => {
                source = "PyTorch Kineto";
                true
            }
            _ => true,
        };
        if value.get().len() > LONGEST_LABEL {
            let what = "long members of the file beside its events were left out";
            tally.info("left-out", what, || key.into_owned());
        } else if seen.insert(key.clone()) {
            labels.raw(&key, value.get());
        }
    }
    for process in &trace.processes {
        if let Some(text) = &process.labels {
            labels.str(&format!("labels of {}", process.pid), text);
        }
    }
    sorting(trace, &mut labels);
    RunInfo {
        id: id.unwrap_or(Cow::Borrowed(name)),
        name: Some(Cow::Borrowed(name)),
        source: Some(Cow::Borrowed(source)),
        labels: labels.finish(),
        ..RunInfo::default()
    }
}

/// The order in which the writer wants processes and threads shown.
fn sorting(trace: &Trace<'_>, labels: &mut Fields) {
    let mut order = Fields::new();
    for process in &trace.processes {
        if let Some(index) = process.sort {
            order.int(&process.pid, index);
        }
    }
    for thread in &trace.threads {
        if let Some(index) = thread.sort {
            order.int(&format!("{}/{}", trace.processes[thread.process as usize].pid, thread.tid), index);
        }
    }
    if let Some(order) = order.finish() {
        labels.raw("sort_index", order.as_str());
    }
}

/// What each thread is called: its name, with the process where there are several, with its number where names
/// repeat.
fn workers(trace: &Trace<'_>) -> Vec<String> {
    let several = trace.processes.len() > 1;
    let process = |p: u32| {
        let process = &trace.processes[p as usize];
        process.name.as_ref().map_or_else(|| format!("process {}", process.pid), |n| n.to_string())
    };
    let plain = |t: &super::trace::Thread<'_>| {
        let thread = t.name.as_ref().map_or_else(|| format!("thread {}", t.tid), |n| n.to_string());
        if several { format!("{} / {thread}", process(t.process)) } else { thread }
    };
    let mut uses: FxHashMap<String, u32> = FxHashMap::default();
    for thread in &trace.threads {
        *uses.entry(plain(thread)).or_default() += 1;
    }
    let full = |t: &super::trace::Thread<'_>| {
        let name = plain(t);
        let pid = &trace.processes[t.process as usize].pid;
        if uses.get(&name).is_some_and(|n| *n > 1) { format!("{name} ({pid}/{})", t.tid) } else { name }
    };
    trace.threads.iter().map(full).collect()
}

struct Emitter<'e, 'a> {
    trace: &'e Trace<'a>,
    slices: &'e Slices,
    workers: Vec<String>,
    /// Id of the task of each slice.
    ids: Vec<Cow<'a, str>>,
    origin: i64,
    sink: &'e mut dyn EventSink,
}

/// What the arguments of a slice tell that has a place of its own.
#[derive(Default)]
struct Told<'a> {
    after: Vec<Cow<'a, str>>,
    status: Option<Status>,
    error: Option<Cow<'a, str>>,
}

impl<'a> Emitter<'_, 'a> {
    fn time(&self, ts: i64) -> i64 {
        ts.saturating_sub(self.origin)
    }

    /// Gives each slice an id: the `task_id` of its arguments, else its number. How many were taken already.
    fn name_tasks(&mut self) -> u64 {
        let mut taken = FxHashSet::default();
        let mut repeated = 0;
        let trace = self.trace;
        for (at, slice) in self.slices.all.iter().enumerate() {
            let args = trace.items[slice.item as usize].args;
            let own = args.filter(|a| a.get().contains("\"task_id\"")).and_then(|args| {
                let mut id = None;
                json::each_member(args, |k, v| {
                    if k == "task_id" {
                        id = json::text_of(v)
                    }
                });
                id.filter(|id| !id.is_empty())
            });
            let id = match own {
                Some(id) if taken.insert(id.clone()) => id,
                other => {
                    repeated += u64::from(other.is_some());
                    let mut id = format!("slice {}", at + 1);
                    while !taken.is_empty() && taken.contains(&*id) {
                        id.push('\'');
                    }
                    Cow::Owned(id)
                }
            };
            self.ids.push(id);
        }
        repeated
    }

    fn slice(&mut self, at: u32, after: &[(u32, u32)]) {
        let slice = &self.slices.all[at as usize];
        let item = &self.trace.items[slice.item as usize];
        let end_args = slice.end_item.and_then(|e| self.trace.items[e as usize].args);
        let mut told = Told::default();
        for args in [item.args, end_args].into_iter().flatten() {
            tell(args, &mut told);
        }
        told.after.extend(after.iter().map(|(_, from)| self.ids[*from as usize].clone()));
        let params = match (item.args, end_args) {
            (Some(one), None) | (None, Some(one)) => Some(one).filter(|a| a.get().starts_with('{')).map(kept),
            (Some(begin), Some(end)) => {
                let mut both: Vec<(Cow<'_, str>, &RawValue)> = json::members(begin);
                // An end may repeat what its beginning said.
                let known: FxHashSet<String> = both.iter().map(|(k, _)| k.to_string()).collect();
                both.extend(json::members(end).into_iter().filter(|(k, _)| !known.contains(&**k)));
                let mut fields = Fields::new();
                for (key, value) in both {
                    fields.raw(&key, value.get());
                }
                fields.finish()
            }
            (None, None) => None,
        };
        let worker = &self.workers[item.thread as usize];
        let mut labels = Fields::new();
        if !item.cat.is_empty() {
            labels.str("category", &item.cat);
        }
        if slice.asynchronous {
            labels.str("thread", worker);
        }
        let id = self.ids[at as usize].clone();
        let name = if item.name.is_empty() { Cow::Borrowed("(no name)") } else { Cow::Borrowed(&*item.name) };
        self.sink.event(Event::Task(Task {
            id: id.clone(),
            name: Some(name.clone()),
            step: Some(name),
            parent: slice.parent.map(|p| self.ids[p as usize].clone()),
            after: told.after,
            labels: labels.finish(),
            params,
            ..Task::default()
        }));
        self.sink.event(Event::Attempt(Attempt {
            task: id,
            number: 1,
            started: Some(self.time(slice.start)),
            ended: slice.end.map(|end| self.time(end)),
            // An asynchronous operation is not what its thread is busy with.
            worker: (!slice.asynchronous).then_some(Cow::Borrowed(worker)),
            status: told.status,
            error: told.error.map(|message| ErrorInfo { message, ..ErrorInfo::default() }),
            ..Attempt::default()
        }));
    }

    /// Slices of instants of asynchronous operations, by item.
    fn marked(&self) -> FxHashMap<u32, u32> {
        self.slices.marks.iter().copied().collect()
    }

    fn counter(&mut self, item: &Item<'a>) {
        let Some(args) = item.args else { return };
        let members = json::members(args);
        let t = Some(self.time(item.ts));
        let several = self.trace.processes.len() > 1;
        let owner = if several {
            let thread = &self.trace.threads[item.thread as usize];
            let process = &self.trace.processes[thread.process as usize];
            format!("{}: ", process.name.as_ref().unwrap_or(&process.pid))
        } else {
            String::new()
        };
        let single = members.len() == 1;
        for (key, value) in &members {
            let Some(value) = json::number_of(value) else { continue };
            let name =
                if single { format!("{owner}{}", item.name) } else { format!("{owner}{}.{key}", item.name) };
            self.sink.event(Event::Sample(Sample { name: Cow::Owned(name), value, t, ..Sample::default() }));
        }
    }

    fn instant(&mut self, item: &Item<'a>, slice: Option<u32>) {
        let task = slice.map(|s| self.ids[s as usize].clone());
        let t = Some(self.time(item.ts));
        let text = match item.args {
            Some(args) => Cow::Owned(format!("{} {}", item.name, args.get())),
            None => Cow::Borrowed(&*item.name),
        };
        let word = |text: &str| {
            let text = text.to_ascii_lowercase();
            ["error", "fail", "warn", "alert"].into_iter().find(|w| text.contains(w))
        };
        self.sink.event(match word(&item.name).or_else(|| word(&item.cat)) {
            Some(word) => {
                Event::Alert(Alert { task, t, severity: Some(Cow::Borrowed(word)), text, resolved: None })
            }
            None => Event::Log(Log { task, t, text, ..Log::default() }),
        });
    }
}

fn kept(args: &RawValue) -> Json<'_> {
    Json::from_raw(args.get())
}

/// Takes from arguments what programs that trace workflows put there.
fn tell<'a>(args: &'a RawValue, told: &mut Told<'a>) {
    let text = args.get();
    if !["\"dependencies\"", "\"deps\"", "\"parents\"", "\"status\"", "\"error\""]
        .iter()
        .any(|k| text.contains(k))
    {
        return;
    }
    json::each_member(args, |key, value| match &*key {
        "dependencies" | "deps" | "parents" => {
            let mut ids = Vec::new();
            let mut plain = true;
            json::each_element(value, |id| match json::text_of(id) {
                Some(id) => ids.push(id),
                None => plain = false,
            });
            if plain {
                told.after.append(&mut ids);
            }
        }
        "status" => {
            told.status = json::text_of(value).and_then(|word| Status::from_word(&word)).or(told.status)
        }
        "error" => {
            told.error = json::text_of(value).filter(|e| !e.is_empty() && e != "false").or(told.error.take())
        }
        _ => {}
    });
}
