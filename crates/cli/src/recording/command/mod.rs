//! `makespan run`: executes a command and records what became of it.

mod output;
mod record;
mod ship;
mod signals;
mod spawn;
mod terminal;
mod usage;

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitStatus;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use makespan_format::Status;
use makespan_scene::duration;

use super::create::{labels, run_id, source};
use super::step::machine;
use crate::alerting::Alerting;
use crate::args::RunArgs;
use crate::config::Config;
use crate::config::settings::{RUN_SAMPLE, RUN_TAIL, WORKFLOW};
use crate::failure::Failure;
use crate::output::clean;
use crate::stored::{Address, known, now, random};
use output::{SharedTail, Stream, Tail, pass_through};
use record::{Around, Described, Record};
use signals::{Signals, name_of, until_ended};
use spawn::{Output, Prepared, Started, start};
use usage::{Usage, disk, totals};

/// The exit codes of programs that execute others (env(1), nohup(1)): its own failure, what cannot be executed, and
/// what is not there.
pub(crate) const OWN_FAILURE: u8 = 125;
const NOT_EXECUTABLE: u8 = 126;
const NOT_FOUND: u8 = 127;
/// How long what a command left behind may keep its output open after its end.
const GRACE: Duration = Duration::from_secs(1);
/// After so many looks they become half as frequent, down to that: a command that runs for days must not leave a sample
/// for each of its seconds.
const LOOKS: u32 = 600;
const RAREST: Duration = Duration::from_secs(60);
/// Between two looks passes so many times what a look takes: a fiftieth of a processor at most, however many processes
/// there are.
const RESTING: u32 = 50;
/// As long a store is waited for before the command starts.
const FIRST_WAIT: Duration = Duration::from_millis(800);
/// How often the store gets what was measured, at most.
const SEND_EVERY: Duration = Duration::from_secs(2);

/// Executes a command; the exit code to end with.
pub(crate) fn run(args: &RunArgs, store: Option<&str>) -> u8 {
    match Config::load(store).and_then(|config| execute(args, &config)) {
        Ok(code) => code,
        Err(failure) => {
            say(&format!("{failure}; nothing was executed"));
            OWN_FAILURE
        }
    }
}

fn say(text: &str) {
    let _ = writeln!(io::stderr(), "makespan: {}", clean(text));
}

fn execute(args: &RunArgs, config: &Config) -> Result<u8, Failure> {
    let signals =
        Signals::hold().map_err(|error| Failure::Usage(format!("cannot block signals: {error}")))?;
    let words: Vec<String> = args.command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let [program, ..] = args.command.as_slice() else {
        return Err(Failure::Usage("missing command".to_owned()));
    };
    let task =
        Path::new(program).file_name().map_or_else(|| words[0].clone(), |n| n.to_string_lossy().into_owned());
    let name = args.name.clone().unwrap_or_else(|| task.clone());
    let sample = config.value(args.sample, &RUN_SAMPLE)?.as_duration();
    let tail = config.value(args.tail, &RUN_TAIL)?.0;
    let workflow = args.workflow.clone().map_or_else(|| config.get(&WORKFLOW), |w| Ok(Some(w)))?;
    let address = Address::new(config)?;
    let environment = address.for_others();
    let described = Described {
        name: &name,
        workflow: workflow.as_deref(),
        source: &source(),
        labels: labels(&args.labels, None),
        command: &words,
        started: now(),
    };
    let mut alerts = None;
    let around = if args.id.is_none() { around(&address)? } else { None };
    let (mut record, id, file, task) = match around {
        Some(around) => {
            let task = format!("{task}@{}.{:04x}", std::process::id(), random() & 0xffff);
            let record = Record::within(address, &around, &task, described);
            (record, around.run, around.file, task)
        }
        None => {
            alerts = Alerting::configured(config, &address);
            let id = run_id(args.id.as_deref(), &name, now())?;
            let reached = refuse(&address.with_wait(FIRST_WAIT), &id)?;
            let file = address.inbox_file(&id).ok();
            let mut record = Record::new(address, &id, &task, described, reached);
            record.ship();
            (record, id, file, task)
        }
    };
    // Before it starts, so that whatever it starts can record into the same run.
    if let Err(error) = record.try_send()
        && !error.is_transient()
        && record.needs_store()
    {
        return Err(record.failed(error));
    }
    if args.verbose {
        say(&format!("run {id}"));
    }
    let mut environment = vec![
        ("MAKESPAN_RUN", id.as_str().into()),
        ("MAKESPAN_TASK", task.into()),
        ("MAKESPAN_STORE", environment.into()),
    ];
    environment.extend(file.as_ref().map(|file| ("MAKESPAN_FILE", file.as_os_str().to_owned())));
    let prepared = Prepared { words: &args.command, environment: &environment, tty: !args.no_tty };
    let started = now();
    record.started(started, &machine());
    let child = match start(&prepared, &signals) {
        Ok(child) => child,
        Err(error) => {
            say(&format!("{}: {error}", words[0]));
            record.ended(now(), Status::Failed, Some(("SpawnError", error.to_string())));
            record.finish();
            alerts.iter().for_each(|alerts| alerts.judge_ended(&id));
            let missing = error.kind() == io::ErrorKind::NotFound;
            return Ok(if missing { NOT_FOUND } else { NOT_EXECUTABLE });
        }
    };
    let tail = Arc::new(Mutex::new(Tail::new(usize::try_from(tail).unwrap_or(usize::MAX))));
    let (status, ended) = attend(child, &mut record, &tail, &signals, sample);
    let (status, code, error) = verdict(status, signals.asked_to_stop());
    record.output(&tail.lock().unwrap_or_else(PoisonError::into_inner));
    record.ended(ended, status, error);
    record.finish();
    alerts.iter().for_each(|alerts| alerts.judge_ended(&id));
    if let Some(inbox) = file.as_ref().and_then(|file| file.parent()) {
        // Only if it is empty: most commands know nothing of it.
        let _ = std::fs::remove_dir(inbox);
    }
    if args.verbose {
        say(&format!("run {id} {} in {}", status.name(), duration(ended.saturating_sub(started))));
    }
    Ok(code)
}

/// The run that the command is started within, if there is one that can be recorded into.
fn around(address: &Address) -> Result<Option<Around>, Failure> {
    let Some(around) = Around::of_environment() else { return Ok(None) };
    if around.file.is_none() {
        let store = address.with_wait(FIRST_WAIT).open_existing()?;
        let known = store.map(|store| known(address, &*store, &around.run)).transpose()?.flatten();
        if known.is_none() {
            let (run, place) = (&around.run, address.shown());
            say(&format!(
                "warning: MAKESPAN_RUN names run {run}, which is not in {place}; the command gets a run of its own"
            ));
            return Ok(None);
        }
    }
    Ok(Some(around))
}

/// That the run cannot be recorded: a store that never will work, or an id that is taken. A store that cannot be
/// reached at this moment is no reason not to do the work; whether it was reached.
fn refuse(address: &Address, id: &str) -> Result<bool, Failure> {
    match address.try_open_soon() {
        Ok(store) => match known(address, &*store, id)? {
            Some(_) => Err(Failure::Refused(format!("run {id} already exists in {}", address.shown()))),
            None => Ok(true),
        },
        Err(error) if error.is_transient() => {
            say(&format!("warning: {error}; trying again at the end"));
            Ok(!matches!(error, makespan_store::Error::Unavailable { .. }))
        }
        Err(error) => Err(address.failed(error)),
    }
}

/// Stays with the command until its end: passes its output through, measures it, keeps the store up to date. Returns
/// how it ended, and when.
fn attend(
    child: Started,
    record: &mut Record,
    tail: &SharedTail,
    signals: &Signals,
    sample: Duration,
) -> (io::Result<ExitStatus>, i64) {
    let id = child.id;
    signals.hand_to(id, child.terminals);
    let follow = |stream: Stream, output: Output| pass_through(stream, output.from, output.to, tail.clone());
    let readers = vec![follow(Stream::Stdout, child.stdout), follow(Stream::Stderr, child.stderr)];
    let (stop, stopped) = channel::<()>();
    let mut process = child.process;
    let mut usage = Usage::of(id);
    let (status, ended, disk) = std::thread::scope(|scope| {
        let (usage, record) = (&mut usage, &mut *record);
        scope.spawn(move || measure(usage, record, sample, &stopped));
        until_ended(id);
        let ended = now();
        // Before it is waited for: afterwards nothing is left of it to look at.
        let disk = disk(id);
        signals.let_go();
        let status = process.wait();
        drop(stop);
        // Where only waiting shows that it ended, the time before that is too early.
        (status, if cfg!(target_os = "linux") { ended } else { now() }, disk)
    });
    let mut gaps: Vec<String> = usage.gaps().map(str::to_owned).collect();
    match disk {
        Ok(measured) => record.measured(&measured),
        Err(gap) => gaps.push(gap),
    }
    let (measured, gap) = totals();
    record.measured(&measured);
    gaps.extend(gap);
    if !gaps.is_empty() {
        record.note(format!("not collected: {}", gaps.join("; ")));
    }
    if !join(readers) {
        let text =
            "processes left behind by the command keep its output open; their later output is not recorded";
        record.note(text.to_owned());
    }
    (status, ended)
}

/// Waits for the readers of the output, and not for ever: whether all came to its end.
fn join(readers: Vec<JoinHandle<()>>) -> bool {
    let until = Instant::now() + GRACE;
    while !readers.iter().all(JoinHandle::is_finished) {
        if Instant::now() >= until {
            return false;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    true
}

/// Measures until it is asked to stop.
fn measure(usage: &mut Usage, record: &mut Record, mut every: Duration, stopped: &Receiver<()>) {
    let _ = record.try_send();
    let mut sent = Instant::now();
    let mut looks = 1;
    let mut look = |record: &mut Record| {
        let begun = Instant::now();
        record.measured(&usage.now());
        begun.elapsed()
    };
    let mut took = look(record);
    while stopped.recv_timeout(every.max(took * RESTING)) == Err(RecvTimeoutError::Timeout) {
        took = look(record);
        looks += 1;
        if looks % LOOKS == 0 {
            every = every.max((every * 2).min(RAREST));
        }
        if sent.elapsed() >= SEND_EVERY {
            // What is not taken now waits for the next time.
            let _ = record.try_send();
            sent = Instant::now();
        }
    }
}

/// What a status says: that of the task, the exit code to return, and what kind of error it was.
fn verdict(
    status: io::Result<ExitStatus>,
    asked: Option<&'static str>,
) -> (Status, u8, Option<(&'static str, String)>) {
    let status = match status {
        Ok(status) => status,
        Err(error) => return (Status::Failed, OWN_FAILURE, Some(("WaitError", error.to_string()))),
    };
    if status.success() {
        return (Status::Succeeded, 0, None);
    }
    let (code, kind, message) = match (status.code(), signal(status)) {
        (_, Some(number)) => {
            (128u8.saturating_add(u8::try_from(number).unwrap_or(u8::MAX)), "Signal", name_of(number))
        }
        // Systems with larger codes than a byte are left with "not 0".
        (Some(code), _) => (u8::try_from(code).unwrap_or(1), "ExitStatus", format!("exit status {code}")),
        (None, None) => (1, "ExitStatus", "exit status unknown".to_owned()),
    };
    match asked {
        // It ended because it was asked to.
        Some(asked) => (Status::Cancelled, code, Some((kind, format!("{message} after {asked}")))),
        None => (Status::Failed, code, Some((kind, message))),
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}
