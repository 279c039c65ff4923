//! What a span costs, beside `tracing` and `fastrace`, in one run; prints a JSON object for each.
//!
//! ```text
//! cargo run --release -p makespan-tracker --example bench_span
//! ```
//!
//! Each figure is nanoseconds of processor time of the recording thread for one span that starts and ends, in the best
//! of several rounds, that is, the least disturbed one. `process` is that of all threads, writing included, and
//! `dropped` how many records found no room: a figure with drops would be none.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::hint::black_box;
use std::io;
use std::time::{Duration, Instant};

use makespan_tracker::{Batch, Durability, Sink, SpanLayer, Tracker};
use rustix::time::{ClockId, clock_gettime};
use tracing_subscriber::layer::SubscriberExt;

/// Spans of a round: what fits the memory that a tracker has by default.
const SPANS: u64 = 20_000;
const ROUNDS: usize = 25;

fn clock(id: ClockId) -> u64 {
    let t = clock_gettime(id);
    t.tv_sec as u64 * 1_000_000_000 + t.tv_nsec as u64
}

/// Nanoseconds of a span, of this thread and of the process, in the best round. What has piled up is cleared between
/// rounds.
fn measure(mut span: impl FnMut(), mut clear: impl FnMut()) -> (f64, f64) {
    let mut best = (f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        let (thread, process) = (clock(ClockId::ThreadCPUTime), clock(ClockId::ProcessCPUTime));
        for _ in 0..SPANS {
            span();
        }
        let spent = clock(ClockId::ThreadCPUTime) - thread;
        clear();
        let all = clock(ClockId::ProcessCPUTime) - process;
        best.0 = best.0.min(spent as f64 / SPANS as f64);
        best.1 = best.1.min(all as f64 / SPANS as f64);
    }
    best
}

/// Takes everything and keeps nothing, as a disk would that costs nothing.
struct Nowhere;
impl Sink for Nowhere {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        black_box(batch.text);
        Ok(())
    }
}

fn main() {
    let say = |name: &str, (thread, process): (f64, f64), dropped: u64| {
        println!(
            r#"{{"name":"{name}","thread_ns":{thread:.0},"process_ns":{process:.0},"dropped":{dropped}}}"#
        );
    };

    let twice = || {
        black_box((Instant::now(), Instant::now()));
    };
    let instant = measure(twice, || ());
    say("two readings of the clock", instant, 0);

    let tracker = Tracker::options().durability(Durability::Buffered).to_sink(Nowhere).unwrap();
    let flush = || assert!(tracker.flush(Duration::from_secs(60)));
    let dropped = || tracker.stats().dropped_details + tracker.stats().dropped_lifecycle;
    let run = tracker.run("bench").start();
    say("makespan: task of a run", measure(|| drop(black_box(run.task("span").start())), flush), dropped());
    let outer = run.task("outer").start();
    say(
        "makespan: task in a task",
        measure(|| drop(black_box(outer.task("span").start())), flush),
        dropped(),
    );
    let here = outer.enter();
    let current =
        measure(|| makespan_tracker::task("span").run(|task| drop(black_box(task.context()))), flush);
    say("makespan: closure in the current context", current, dropped());
    drop(here);
    say("makespan: metric", measure(|| outer.metric("rows", black_box(12), "1"), flush), dropped());
    drop(outer);
    let off = Tracker::default().run("off").start();
    say("makespan: switched off", measure(|| drop(black_box(off.task("span").start())), || ()), 0);
    let sure = Tracker::options()
        .durability(Durability::Write)
        .patience(Duration::from_secs(9))
        .to_sink(Nowhere)
        .unwrap();
    let sure_run = sure.run("bench").start();
    say(
        "makespan: task, written before the calls return",
        measure(|| drop(sure_run.task("span").start()), || ()),
        0,
    );
    drop(sure_run);

    let subscriber = tracing_subscriber::registry();
    let bare = tracing::subscriber::with_default(subscriber, || {
        measure(|| drop(black_box(tracing::info_span!("span").entered())), || ())
    });
    say("tracing: bare registry", bare, 0);
    let subscriber = tracing_subscriber::registry().with(SpanLayer::new(run.context()));
    let through = tracing::subscriber::with_default(subscriber, || {
        measure(|| drop(black_box(tracing::info_span!("span").entered())), flush)
    });
    say("tracing: to makespan", through, dropped());

    fastrace::set_reporter(Ignore, fastrace::collector::Config::default());
    let local = measure(
        || {
            // One root for a hundred spans, as its own benchmark has it; the root is part of the figure.
            ROOT.with(|root| {
                let mut root = root.borrow_mut();
                if root.as_ref().is_none_or(|(_, left)| *left == 0) {
                    *root = None;
                    let span = fastrace::Span::root("root", fastrace::collector::SpanContext::random());
                    let guard = span.set_local_parent();
                    *root = Some(((guard, span), 100));
                }
                if let Some((_, left)) = root.as_mut() {
                    *left -= 1;
                }
            });
            drop(black_box(fastrace::local::LocalSpan::enter_with_local_parent("span")));
        },
        || {
            ROOT.with(|root| *root.borrow_mut() = None);
            fastrace::flush();
        },
    );
    say("fastrace: local span", local, 0);
}

type Rooted = ((fastrace::local::LocalParentGuard, fastrace::Span), u32);
thread_local! {
    static ROOT: std::cell::RefCell<Option<Rooted>> = const { std::cell::RefCell::new(None) };
}

struct Ignore;
impl fastrace::collector::Reporter for Ignore {
    fn report(&mut self, spans: Vec<fastrace::collector::SpanRecord>) {
        black_box(spans);
    }
}
