//! Tables that build tools and shells write line by line: `.ninja_log`, and the job log of GNU parallel.

use std::borrow::Cow;

use makespan_format::{
    Artifact, Attempt, Direction, ErrorInfo, Event, EventSink, RunInfo, Sample, Severity, Status, Task,
};
use makespan_model::HashMap;

use crate::gather::{Ordinals, lacks};
use crate::ids::{Ids, Placed, Seen};
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::sniff::Head;
use crate::tally::Tally;

/// Reads ninja's log and GNU parallel's.
pub const IMPORTER: Importer = Importer {
    id: "joblog",
    title: "ninja and GNU parallel",
    parts: &["ninja", "parallel"],
    how: "`.ninja_log` in the folder of a build; `parallel --joblog FILE …`",
    lossy: "dependencies, queue times; for ninja: the date, failures and workers",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let text = crate::encoding::without_bom(head.bytes);
    if text.starts_with(b"# ninja log v") {
        claim(97, "ninja", "first line of a ninja log")
    } else if text.starts_with(b"Seq\tHost\tStarttime\tJobRuntime\t") {
        claim(97, "parallel", "first line with the columns of GNU parallel's job log")
    } else {
        None
    }
}

fn read(
    parts: &[ClaimedFile<'_>],
    _options: &Options<'_>,
    sink: &mut dyn EventSink,
) -> Result<(), ReadError> {
    for part in parts {
        let text = String::from_utf8_lossy(crate::encoding::without_bom(&part.source.bytes));
        let mut tally = Tally::new();
        match part.part {
            "ninja" => ninja(&text, &part.source.name, &mut tally, sink),
            _ => parallel(&text, &part.source.name, &mut tally, sink),
        }
        tally.report(&part.source.name, sink);
    }
    Ok(())
}

fn bad(tally: &mut Tally, line: &str) {
    tally.warn("bad-line", "invalid lines were ignored", || crate::tally::clip(line));
}

fn ms(text: &str) -> Option<i64> {
    text.trim().parse::<i64>().ok()?.checked_mul(1_000_000).filter(|ns| *ns >= 0)
}

/// A command of ninja: its start and end, its hash, its outputs.
type Command<'a> = (i64, i64, &'a str, Vec<&'a str>);

/// Builds one behind the other in one file: a new one begins where the ends go back.
fn ninja(text: &str, file: &str, tally: &mut Tally, sink: &mut dyn EventSink) {
    let mut builds: Vec<Vec<Command<'_>>> = vec![Vec::new()];
    let mut place: HashMap<(i64, i64, &str), usize> = HashMap::default();
    let mut last = 0;
    for line in text.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()) {
        let mut cells = line.split('\t');
        let (start, end) = (cells.next().and_then(ms), cells.next().and_then(ms));
        let (Some(start), Some(end), Some(output), Some(hash)) = (start, end, cells.nth(1), cells.next())
        else {
            bad(tally, line);
            continue;
        };
        if end < last {
            builds.push(Vec::new());
            place.clear();
        }
        last = end;
        let Some(build) = builds.last_mut() else { continue };
        // A command with several outputs has as many lines.
        match place.get(&(start, end, hash)) {
            Some(at) => build[*at].3.push(output),
            None => {
                place.insert((start, end, hash), build.len());
                build.push((start, end, hash, vec![output]));
            }
        }
    }
    let several = builds.len() > 1;
    for (number, build) in (1..).zip(builds) {
        let id = if several { format!("{file} (build {number})") } else { file.to_owned() };
        sink.event(Event::Run(RunInfo { id: id.into(), source: Some("ninja".into()), ..RunInfo::default() }));
        lacks(&IMPORTER, sink);
        let mut names = Ordinals::default();
        for (start, end, hash, outputs) in build {
            let Some(first) = outputs.first() else { continue };
            let id = names.next(first);
            let mut labels = makespan_format::Fields::new();
            labels.str("command_hash", hash);
            sink.event(Event::Task(Task {
                id: Cow::Borrowed(&id),
                step: Some(Cow::Borrowed(first)),
                name: Some(first.rsplit('/').next().unwrap_or(first).into()),
                parent: first.rsplit_once('/').map(|(folder, _)| folder.into()),
                labels: labels.finish(),
                ..Task::default()
            }));
            // Only what succeeded is logged.
            sink.event(Event::Attempt(Attempt {
                task: Cow::Borrowed(&id),
                number: 1,
                started: Some(start),
                ended: Some(end),
                status: Some(Status::Succeeded),
                ..Attempt::default()
            }));
            for output in outputs {
                let task = Some(Cow::Borrowed(&*id));
                let (name, direction) = (output.into(), Direction::Output);
                sink.event(Event::Artifact(Artifact { task, name, direction, ..Artifact::default() }));
            }
        }
    }
    tally.count(
        Severity::Info,
        "relative-times",
        "times count from the start of the build, not from a date",
        1,
    );
}

fn parallel(text: &str, file: &str, tally: &mut Tally, sink: &mut dyn EventSink) {
    sink.event(Event::Run(RunInfo {
        id: file.into(),
        source: Some("GNU parallel".into()),
        ..RunInfo::default()
    }));
    lacks(&IMPORTER, sink);
    let mut ids = Ids::default();
    for line in text.lines().skip(1).filter(|l| !l.trim().is_empty()) {
        let cells: Vec<&str> = line.splitn(9, '\t').map(str::trim).collect();
        let number = |at: usize| cells.get(at).and_then(|c| c.parse::<f64>().ok()).filter(|n| n.is_finite());
        let (Some(start), Some(runtime), [seq, host, .., command]) = (number(2), number(3), cells.as_slice())
        else {
            bad(tally, line);
            continue;
        };
        let started = makespan_format::time::from_epoch_seconds(start);
        let ended = started.and_then(|s| s.checked_add((runtime.clamp(0.0, 9e9) * 1e9).round() as i64));
        let (exit, signal) = (number(6).unwrap_or(0.0), number(7).unwrap_or(0.0));
        let error = match (exit, signal) {
            (_, signal) if signal != 0.0 => Some(format!("signal {signal}")),
            (exit, _) if exit != 0.0 => Some(format!("exit code {exit}")),
            _ => None,
        };
        let attempt = Attempt {
            started,
            ended,
            worker: Some(if *host == ":" { "this computer" } else { host }.into()),
            status: Some(if error.is_some() { Status::Failed } else { Status::Succeeded }),
            error: error.map(|message| ErrorInfo { message: message.into(), ..ErrorInfo::default() }),
            ..Attempt::default()
        };
        // `--retries` writes a line a try. A log that was appended to counts from 1 again, for other commands.
        let seen = Seen { id: seq, params: command, ..Seen::default() };
        let Placed::Try { id, number: tried, .. } = ids.place(&seen, &attempt) else { continue };
        if tried == 1 {
            sink.event(Event::Task(Task {
                id: Cow::Borrowed(&id),
                name: Some((*command).into()),
                step: command.split_whitespace().next().map(Cow::Borrowed),
                ..Task::default()
            }));
        }
        let task = || Cow::Borrowed(&*id);
        sink.event(Event::Attempt(Attempt { task: task(), number: tried, ..attempt }));
        for (at, name) in [(4, "sent"), (5, "received")] {
            if let Some(value) = number(at).filter(|n| *n > 0.0) {
                sink.event(Event::Sample(Sample {
                    task: Some(task()),
                    number: Some(tried),
                    name: name.into(),
                    value,
                    unit: Some("B".into()),
                    t: None,
                }));
            }
        }
    }
    ids.add_to(tally);
}
