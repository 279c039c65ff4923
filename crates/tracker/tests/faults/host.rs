//! The program that things go wrong in.

use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process;
use std::sync::Arc;
use std::time::Duration;

use makespan_tracker::{
    Artifact, Backoff, Batch, Context, Durability, InContext, Options, Redaction, Run, Sink, Task, Tracker,
    Value,
};

use crate::{FOLDER, RECORDED};

/// Sets something up to fail, works, and returns.
type Fault = fn();

/// All faults by name. Each must print the line `the work is done`.
pub(crate) const FAULTS: &[(&str, Fault)] = &[
    ("nothing", || work(&tracker(Tracker::options()))),
    ("the folder is a file", || {
        std::fs::write(folder(), "in the way").ok();
        work(&not_in_the_way("file", |path| Tracker::to_folder(path.join("below")).unwrap_or_default()));
    }),
    ("the folder vanishes", || {
        let tracker = tracker(Tracker::options());
        let run = tracker.run("first").start();
        std::fs::remove_dir_all(folder().join("runs")).ok();
        work(&tracker);
        drop(run);
    }),
    ("the environment names a folder that cannot be", || work(&recorded(|| Ok(Tracker::from_env())))),
    ("the disk is full", || work(&recorded(|| Tracker::to_file("/dev/full")))),
    ("files may not grow", || work(&tracker(Tracker::options()))),
    ("no more open files", || work(&tracker(Tracker::options()))),
    ("the sink fails", || work(&to_sink(|_| Err(io::ErrorKind::StorageFull.into())))),
    ("the sink fails sometimes", || {
        work(&to_sink(|batch| match batch.text.len() % 3 {
            0 => Ok(()),
            _ => Err(io::ErrorKind::TimedOut.into()),
        }))
    }),
    ("the sink panics", || work(&to_sink(|_| panic!("the sink itself")))),
    ("the sink hangs", || work(&to_sink(|_| forever()))),
    ("the sink hangs and every record is to be on the disk", || {
        let options = Tracker::options().durability(Durability::Strict).patience(Duration::from_millis(50));
        work(&recorded(|| options.to_sink(Calls(|_: &Batch<'_>| forever()))));
    }),
    ("the sink is slow", || {
        work(&to_sink(|_| {
            std::thread::sleep(Duration::from_millis(20));
            Ok(())
        }))
    }),
    ("the sink records", || {
        work(&to_sink(|batch| {
            makespan_tracker::task("in the sink").run(|_| Context::current().log("info", batch.run));
            Ok(())
        }))
    }),
    ("a listener panics", || work(&tracker(Tracker::options().listener(|_, _| panic!("a listener"))))),
    ("a listener hangs", || work(&tracker(Tracker::options().listener(|_, _| drop(forever()))))),
    ("a listener records", || {
        work(&tracker(Tracker::options().listener(|_, _| Context::current().log("info", "heard"))))
    }),
    ("a listener flushes", || {
        let (one, two) = (tracker(Tracker::options()), Arc::new(std::sync::OnceLock::<Tracker>::new()));
        let own = Arc::clone(&two);
        let flushes = move |_: &str, _: &makespan_tracker::Event<'_>| {
            let _ = own.get().is_some_and(|tracker| tracker.flush(Duration::from_millis(5)));
        };
        let _ = two.set(tracker(Tracker::options().listener(flushes)));
        work(&one);
        work(two.get().unwrap_or(&one));
    }),
    ("the redaction panics", || work(&tracker(Tracker::options().redact(|_, _| panic!("redaction"))))),
    ("the redaction records", || {
        let redact = |_: &str, _: &str| {
            Context::current().metric("asked", 1, "");
            Redaction::Keep
        };
        work(&tracker(Tracker::options().redact(redact)));
    }),
    ("a text panics", || with_text(&Hostile)),
    ("a text never ends", || with_text(&Endless)),
    ("a text records", || with_text(&Records)),
    ("values that are none", || {
        with_run(|run| {
            let task = run.task("\0\u{1b}[31m\"\\").id("").step("x".repeat(1 << 20)).start();
            task.metric("", f64::NAN, "\n");
            task.metric("infinite", f64::NEG_INFINITY, "");
            task.metric("large", u128::MAX, "");
            task.progress(f64::NAN, "");
            task.progress(-1e308, "less than nothing");
            task.artifact(Artifact::input("").size(u64::MAX).value(Value::json("{{{")));
            task.artifact(Artifact::output("deep").value(Value::json("[".repeat(1 << 16))));
            run.task("no number").param("", f64::NAN).label("\u{202e}", ()).start();
        });
    }),
    ("dependencies that make no sense", || {
        with_run(|run| {
            let task = run.task("itself").id("itself").after("itself").after("nobody").start();
            task.after(&task);
            task.after(&run.context());
            run.after(&task);
            run.task("again").id("itself").start();
            run.task("other")
                .after(&tracker(Tracker::options()).run("other").start().task("x").start())
                .start();
        });
    }),
    ("one id for everything", || {
        let tracker = tracker(Tracker::options());
        let runs: Vec<Run> = (0..3).map(|_| tracker.run("run").id("../../etc/passwd").start()).collect();
        work(&tracker);
        drop(runs);
    }),
    ("guards are forgotten", || {
        with_run(|run| {
            std::mem::forget(run.task("forgotten").measure().start());
            std::mem::forget(run.enter());
        });
    }),
    ("guards are dropped in the wrong order", || {
        with_run(|run| {
            let (one, two) = (run.task("one").start(), run.task("two").start());
            let (first, second) = (one.enter(), two.enter());
            drop((first, one));
            makespan_tracker::task("anywhere").start();
            drop((two, second));
        });
    }),
    ("the tracker goes before its runs", || {
        let run = {
            let tracker = tracker(Tracker::options());
            work(&tracker);
            tracker.run("late").start()
        };
        let task = run.task("later").start();
        drop(run);
        task.log("info", "latest");
    }),
    ("after the shut-down", || {
        let tracker = tracker(Tracker::options());
        let run = tracker.run("early").start();
        tracker.shut_down(Duration::from_secs(5));
        run.task("late").measure().start();
        work(&tracker);
    }),
    ("a thread is about to end", || {
        thread_local! { static LAST: RefCell<Option<Task>> = const { RefCell::new(None) }; }
        with_run(|run| {
            let task = run.task("ends with its thread").start();
            let thread = std::thread::spawn(move || LAST.with(|last| *last.borrow_mut() = Some(task)));
            let _ = thread.join();
            LAST.with(|last| *last.borrow_mut() = Some(run.task("ends with the program").start()));
        });
    }),
    ("threads that nobody waits for", || {
        with_run(|run| {
            for _ in 0..8 {
                let context = run.context();
                std::thread::spawn(move || {
                    while !context.is_cancelled() {
                        context.task("endless").start();
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(30));
        });
    }),
    ("a panic that is caught", || {
        with_run(|run| {
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let _outer = run.task("outer").start();
                run.task("inner").run(|_| panic!("of the host"))
            }));
            println!("{}", caught.is_err());
        });
    }),
    ("a panic while hostile texts are recorded", || {
        with_run(|run| {
            struct Late<'r>(&'r Run);
            impl Drop for Late<'_> {
                fn drop(&mut self) {
                    self.0.log("error", &Hostile);
                    self.0.task("late").start().fail(&Hostile);
                }
            }
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let _late = Late(run);
                panic!("of the host")
            }));
            println!("{}", caught.is_err());
        });
    }),
    ("a panic ends a thread, and the hook of the host hears it", || {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            println!("the hook heard it");
            before(info);
        }));
        with_run(|run| {
            let task = run.task("in a thread").start();
            let thread = std::thread::spawn(move || task.run(|_| panic!("of a thread")));
            println!("{}", thread.join().is_err());
        });
    }),
    ("a panic ends the program", || {
        with_run(|run| run.log("info", "before"));
        let _task = tracker(Tracker::options()).run("panics").start();
        flushed();
        panic!("the end");
    }),
    ("the program aborts", || {
        with_run(|run| run.log("info", "before"));
        flushed();
        process::abort();
    }),
    ("the program exits within a task", || {
        with_run(|run| {
            run.task("exits").run(|_| {
                println!("the work is done: 5050");
                flushed();
                process::exit(9)
            })
        });
    }),
    ("a fork", forks),
    ("more than memory holds", || {
        let options = Tracker::options().memory(1 << 20).durability(Durability::Buffered);
        let tracker = recorded(|| options.to_sink(Calls(|_: &Batch<'_>| forever())));
        let run = tracker.run("flood").start();
        (0..200_000).for_each(|i| run.metric("flood", i, ""));
        work(&tracker);
    }),
    ("a future is dropped half-way", || {
        with_run(|run| {
            let mut waker = std::task::Context::from_waker(std::task::Waker::noop());
            let mut future = Box::pin(run.task("future").run_async(async |task| {
                task.log("info", "begins");
                std::future::pending::<()>().await;
            }));
            println!("{}", future.as_mut().poll(&mut waker).is_pending());
            drop(future);
            let mut outside = Box::pin(std::future::ready(7).in_context(run.context()));
            println!("{:?}", outside.as_mut().poll(&mut waker));
        });
    }),
];

pub(crate) fn main(fault: &str) {
    if let Some((_, fault)) = FAULTS.iter().find(|(name, _)| *name == fault) {
        println!("the host begins");
        fault();
        eprintln!("the host ends");
        flushed();
        process::exit(7);
    }
    dies(fault);
}

// ----------------------------------------------------------------------------------------------------------- the work

fn folder() -> PathBuf {
    std::env::var_os(FOLDER).unwrap_or_default().into()
}

/// The tracker that is made, or one that records nothing where the host is not to be recorded.
fn recorded(make: impl FnOnce() -> io::Result<Tracker>) -> Tracker {
    if std::env::var_os(RECORDED).is_some_and(|yes| !yes.is_empty()) {
        make().unwrap_or_default()
    } else {
        Tracker::default()
    }
}

fn not_in_the_way(name: &str, make: impl FnOnce(PathBuf) -> Tracker) -> Tracker {
    let path = folder().join(name);
    std::fs::write(&path, "in the way").ok();
    recorded(|| Ok(make(path)))
}

fn tracker(options: Options) -> Tracker {
    recorded(|| options.to_folder(folder().join("runs")))
}

fn to_sink(write: impl FnMut(&Batch<'_>) -> io::Result<()> + Send + 'static) -> Tracker {
    recorded(|| Tracker::options().to_sink(Calls(write)))
}

struct Calls<W>(W);
impl<W: FnMut(&Batch<'_>) -> io::Result<()> + Send> Sink for Calls<W> {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        (self.0)(batch)
    }
}

fn forever() -> io::Result<()> {
    loop {
        std::thread::sleep(Duration::from_secs(60));
    }
}

fn flushed() {
    io::stdout().flush().ok();
}

/// What every host does: all that can be recorded, and a sum.
fn work(tracker: &Tracker) {
    let run = tracker.run("host").label("a", 1).measure().start();
    work_in(&run);
}

fn with_run(around: impl FnOnce(&Run)) {
    let tracker = tracker(Tracker::options());
    let run = tracker.run("around").start();
    around(&run);
    work_in(&run);
}

fn work_in(run: &Run) {
    let _here = run.enter();
    let planned = run.task("planned").queue();
    let sum = run.task("sum").param("to", 100).measure().run(|task| {
        let sums = (1..=100).map(|i| {
            task.progress(f64::from(i) / 100.0, "");
            task.metric("i", i, "");
            task.task("step").run(|_| i)
        });
        sums.sum::<i32>()
    });
    let tried = run
        .task("tried")
        .retry(Backoff::none().tries(2), |attempt| if attempt.is_last() { Ok(sum) } else { Err("once") });
    run.alert("info", "half of it");
    let failed: Result<(), Box<dyn Error>> = planned.try_run(|_| Err("as planned".into()));
    println!("the work is done: {}", tried.unwrap_or(0));
    eprintln!("{}", failed.is_err());
}

struct Hostile;
impl fmt::Display for Hostile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("half ")?;
        panic!("a Display that panics")
    }
}

struct Endless;
impl fmt::Display for Endless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        loop {
            f.write_str("and so on, ")?;
        }
    }
}

struct Records;
impl fmt::Display for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        makespan_tracker::task("within a text").run(|task| task.log("info", "text"));
        f.write_str("recorded")
    }
}

/// A text wherever there can be one. Not recorded, nobody asks it.
fn with_text(text: &dyn fmt::Display) {
    with_run(|run| {
        let _here = run.enter();
        let task = run.task("said").start();
        task.log("info", text);
        task.progress(0.5, text);
        task.alert("error", text);
        task.resolve("error", text);
        drop(task.pause(text));
        run.task("skipped").skip(text);
        run.task("cancelled").start().cancel(text);
        let _: Result<(), &dyn fmt::Display> = run.task("failed").try_run(|_| Err(text));
        task.fail(text);
    });
}

fn forks() {
    with_run(|run| {
        let task = run.task("before").start();
        flushed();
        match fork::fork() {
            Ok(fork::Fork::Child) => {
                // Its writer lives in the parent; nothing waits for it here.
                task.log("info", "in the child");
                run.task("of the child").measure().start();
                println!("the child");
                work_in(run);
                flushed();
                drop(task);
                process::exit(0);
            }
            Ok(fork::Fork::Parent(child)) => {
                fork::waitpid(child).ok();
                println!("the parent");
            }
            Err(_) => println!("no fork"),
        }
    });
}

// ------------------------------------------------------------------------------------------------------- hosts that die

/// Prints each task when the call that ends it has returned, and dies or is killed.
fn dies(fault: &str) {
    let buffered = fault.starts_with("a buffered record");
    let durability = if buffered { Durability::Buffered } else { Durability::Write };
    let options = Tracker::options().durability(durability).patience(crate::support::LONG);
    let tracker = tracker(options);
    let run = tracker.run("dies").start();
    let tasks = if fault == "is killed" { 1_000_000 } else { 100 };
    let mut out = io::stdout();
    for i in 0..tasks {
        run.task("step").id(format!("step-{i}")).run(|task| task.metric("i", i, ""));
        writeln!(out, "step-{i}").ok();
        out.flush().ok();
    }
    if buffered {
        // A panic while a panic unwinds aborts the program.
        struct Late;
        impl Drop for Late {
            fn drop(&mut self) {
                panic!("again");
            }
        }
        let _late = Late;
        panic!("once");
    }
    process::abort();
}
