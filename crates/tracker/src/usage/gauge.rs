//! Measurement of one task, or of a run.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use makespan_format::{Diagnostic, Severity};

use super::cgroup::Limits;
use super::proc::{Missing, Proc, Reading, clock};
use super::sampler::{Sampled, Sampler};
use crate::context::Context;
use crate::lock::within;
use crate::recorder::{Class, RunInner, TaskKey, What};

/// Maximum time that the end of a measurement waits for a sample in progress.
const PATIENCE: Duration = Duration::from_millis(100);

/// Processor time is counted in ticks of 10 ms; its parts are recorded from ten ticks on, ns.
const PARTS_FROM: u64 = 100_000_000;

/// Measures from its creation to [`stop`](Gauge::stop).
#[derive(Debug)]
pub(crate) struct Gauge {
    watch: Arc<Watch>,
    sampler: Arc<Sampler>,
    first: Reading,
    /// Switches so far, by thread.
    switches: BTreeMap<u32, u64>,
}

/// The state of the sampling thread. It does not keep the run alive.
#[derive(Debug)]
struct Watch {
    run: Weak<RunInner>,
    task: TaskKey,
    attempt: AtomicU32,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The previous sample.
    last: Reading,
    samples: u64,
    peak: Option<u64>,
    over: bool,
}

impl Gauge {
    /// Starts measuring the task or run of the context; `None` if nothing is recorded.
    pub(crate) fn start(context: &Context) -> Option<Gauge> {
        let run = context.run.as_ref()?;
        let sampler = Arc::clone(&run.recorder.sampler);
        let proc = Proc::of_system();
        let mut missing = Missing::new();
        let switches = proc.switches(&mut missing);
        let first = proc.read(clock(), &mut missing);
        let announced = &run.state.announced;
        if !announced.usage_begun.swap(true, Ordering::Relaxed) {
            tell_limits(context);
            tell_missing(context, &missing);
        }
        let watch = Arc::new(Watch {
            run: Arc::downgrade(run),
            task: context.task.clone(),
            attempt: AtomicU32::new(context.attempt),
            state: Mutex::new(State { last: first.clone(), samples: 0, peak: first.memory, over: false }),
        });
        let shared = sampler.watch(watch.clone());
        if shared && !announced.usage_shared.swap(true, Ordering::Relaxed) {
            let text = "tasks of one process were measured at the same time: the usage of each is that of the whole \
                        process";
            let finding = Box::new(Diagnostic::new(Severity::Info, "usage-shared", text));
            context.of_run().record(Class::Lifecycle, What::Finding(finding));
        }
        Some(Gauge { watch, sampler, first, switches })
    }

    /// Later samples belong to the next attempt.
    pub(crate) fn begin(&self, attempt: u32) {
        self.watch.attempt.store(attempt, Ordering::Relaxed);
    }

    /// Ends the measurement and records the usage.
    pub(crate) fn stop(self, context: &Context) {
        self.sampler.forget(&*self.watch);
        let proc = Proc::of_system();
        let mut missing = Missing::new();
        let last = proc.read(clock(), &mut missing);
        let switches = proc.switches(&mut missing);
        let state = {
            let state = within(&self.watch.state, PATIENCE).map(|mut state| {
                state.over = true;
                State { last: state.last.clone(), ..*state }
            });
            let first = &self.first;
            state.unwrap_or_else(|| State { last: first.clone(), samples: 0, peak: first.memory, over: true })
        };
        if state.samples == 0 || last.at.saturating_sub(state.last.at) >= self.sampler.half() {
            record_sample(context, &state.last, &last);
        }
        self.record_totals(context, &last, state.peak);
        // Threads that began meanwhile started at zero.
        let switched = switches.iter().map(|(id, n)| n.saturating_sub(*self.switches.get(id).unwrap_or(&0)));
        if !switches.is_empty() && !self.switches.is_empty() {
            context.metric("context_switches", switched.sum::<u64>(), "");
        }
    }

    fn record_totals(&self, context: &Context, last: &Reading, peak: Option<u64>) {
        let first = &self.first;
        let seconds = |ns: u64| ns as f64 / 1e9;
        let cpu = since(first.cpu, last.cpu);
        if let Some(cpu) = cpu {
            context.metric("cpu_time", seconds(cpu), "s");
        }
        if let (Some(user), Some(system)) = (since(first.user, last.user), since(first.system, last.system))
            && user.saturating_add(system) >= PARTS_FROM
        {
            context.metric("cpu_user", seconds(user), "s");
            context.metric("cpu_system", seconds(system), "s");
        }
        if let (Some(before), Some(after)) = (first.memory, last.memory) {
            context.metric("memory_delta", after as f64 - before as f64, "B");
            // The system's high-water mark is that of the work only if the work raised it.
            let raised = last.high_water.filter(|mark| first.high_water.is_some_and(|old| *mark > old));
            let peak = peak.into_iter().chain([after]).chain(raised).max();
            context.metric("memory_peak", peak.unwrap_or(after), "B");
        }
        if let (Some(before), Some(after)) = (first.io, last.io) {
            context.metric("disk_read", after.read_bytes.saturating_sub(before.read_bytes), "B");
            context.metric("disk_written", after.written_bytes.saturating_sub(before.written_bytes), "B");
            context.metric("io_reads", after.reads.saturating_sub(before.reads), "");
            context.metric("io_writes", after.writes.saturating_sub(before.writes), "");
        }
        if let (Some(before), Some(after)) = (first.net, last.net) {
            context.metric("netns_received", after.received.saturating_sub(before.received), "B");
            context.metric("netns_sent", after.sent.saturating_sub(before.sent), "B");
        }
    }
}

impl Sampled for Watch {
    fn is_wanted(&self) -> bool {
        self.run.strong_count() > 0
    }

    fn is_of_task(&self) -> bool {
        !self.task.is_run()
    }

    fn sample(&self, reading: &Reading) {
        let Some(run) = self.run.upgrade() else { return };
        let attempt = self.attempt.load(Ordering::Relaxed);
        let context = Context { run: Some(run), task: self.task.clone(), attempt };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // The measurement may have ended while this thread was reading.
        if !state.over && reading.at > state.last.at {
            record_sample(&context, &state.last, reading);
            state.samples += 1;
            state.peak = state.peak.into_iter().chain(reading.memory).max();
            state.last = reading.clone();
        }
    }
}

/// Returns the present usage: processor time since the previous sample, memory and threads now.
fn record_sample(context: &Context, before: &Reading, now: &Reading) {
    let elapsed = now.at.saturating_sub(before.at);
    if let Some(used) = since(before.cpu, now.cpu).filter(|_| elapsed > 0) {
        context.metric("cpu", used as f64 / elapsed as f64 * 100.0, "%");
    }
    if let Some(memory) = now.memory {
        context.metric("memory", memory, "B");
    }
    if let Some(threads) = now.threads {
        context.metric("threads", threads, "");
    }
}

/// Returns the difference, at least 0: usage of descendants that were not waited for disappears with them.
fn since(before: Option<u64>, now: Option<u64>) -> Option<u64> {
    Some(now?.saturating_sub(before?))
}

fn tell_limits(context: &Context) {
    let limits = Limits::of_system();
    let run = context.of_run();
    if let Some(share) = limits.cpu {
        run.metric("cpu_limit", share, "%");
    }
    if let Some(bytes) = limits.memory {
        run.metric("memory_limit", bytes, "B");
    }
}

fn tell_missing(context: &Context, missing: &Missing) {
    if missing.is_empty() {
        return;
    }
    let each: Vec<String> = missing.iter().map(|(what, why)| format!("{what} ({why})")).collect();
    let text = format!("not collected while this run was recorded: {}", each.join("; "));
    let finding = Diagnostic::new(Severity::Info, "usage-not-collected", text);
    context.of_run().record(Class::Lifecycle, What::Finding(Box::new(finding)));
}
