//! Tables that build tools and shells write line by line: `.ninja_log`, and the job log of GNU parallel. The log of ninja
//! has no dependencies; the graph that ninja prints has them.

mod graph;

use std::borrow::Cow;

use makespan_format::{
    Artifact, Attempt, Diagnostic, Direction, ErrorInfo, Event, EventSink, RunInfo, Sample, Severity, Status,
    Task,
};
use makespan_model::{HashMap, Order as _};

use graph::Graph;

use crate::gather::{Ordinals, emit_plan, lacks};
use crate::ids::{Ids, Placed, Seen};
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::sniff::Head;
use crate::tally::Tally;

/// The parts of this importer that belong together: a log of ninja and the graph that ninja prints.
pub(crate) const NINJA: &str = "ninja";
pub(crate) const GRAPH: &str = "ninja-graph";

/// Reads ninja's log and GNU parallel's.
pub const IMPORTER: Importer = Importer {
    id: "joblog",
    title: "ninja and GNU parallel",
    parts: &[NINJA, "parallel", GRAPH],
    how: "`.ninja_log` in the folder of a build, with `ninja -t graph > graph.dot` for the dependencies; `parallel --joblog \
          FILE …`",
    lossy: "queue times; dependencies, unless ninja's graph is given; for ninja: the date, failures and workers",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let text = crate::encoding::without_bom(head.bytes);
    if text.starts_with(b"# ninja log v") {
        claim(97, NINJA, "first line of a ninja log")
    } else if text.starts_with(b"Seq\tHost\tStarttime\tJobRuntime\t") {
        claim(97, "parallel", "first line with the columns of GNU parallel's job log")
    } else if graph::looks_like(text) {
        claim(95, GRAPH, "first line of a graph that ninja prints")
    } else {
        None
    }
}

fn read(
    parts: &[ClaimedFile<'_>],
    _options: &Options<'_>,
    sink: &mut dyn EventSink,
) -> Result<(), ReadError> {
    let texts: Vec<Cow<'_, str>> = parts
        .iter()
        .map(|part| String::from_utf8_lossy(crate::encoding::without_bom(&part.source.bytes)))
        .collect();
    let named = || parts.iter().map(|part| (part.part, part.source.name.as_str())).zip(&texts);
    let graphs: Vec<Graph<'_>> = named()
        .filter(|((part, _), _)| *part == GRAPH)
        .map(|((_, name), text)| Graph::read(text, name))
        .collect();
    let mut used = vec![false; graphs.len()];
    // Logs of several folders may have one name.
    let mut names = Ordinals::default();
    for ((part, name), text) in named() {
        let name = &*names.next(name);
        let mut tally = Tally::new();
        match part {
            NINJA => ninja(text, name, &graphs, &mut used, &mut tally, sink),
            "parallel" => parallel(text, name, &mut tally, sink),
            _ => {}
        }
        tally.report(name, sink);
    }
    let is_alone = parts.iter().all(|part| part.part == GRAPH);
    for (graph, _) in graphs.iter().zip(used).filter(|(_, used)| !used) {
        if is_alone {
            emit_graph(graph, sink);
        } else {
            let message = format!("{}: no output of a log among the files is in this graph", graph.file);
            sink.diagnostic(Diagnostic::new(Severity::Info, "not-used", message));
        }
    }
    Ok(())
}

/// Emits the files of a graph without a log as pending tasks.
fn emit_graph(graph: &Graph<'_>, sink: &mut dyn EventSink) {
    let place: HashMap<&str, usize> = graph.made.iter().enumerate().map(|(at, path)| (*path, at)).collect();
    let mut budget = Graph::budget();
    let tasks = graph.made.iter().map(|path| {
        let before = graph.inputs(path, &place, &mut budget);
        let after = before.into_iter().map(|at| graph.made[at].into()).collect();
        Task { after, ..task_of(path, path, Some(graph)) }
    });
    emit_plan(graph.file, "ninja", tasks, sink);
}

/// The task that makes a file: its name, its folder, and the rule by which it is made.
fn task_of<'a>(id: &'a str, path: &'a str, graph: Option<&Graph<'a>>) -> Task<'a> {
    Task {
        id: id.into(),
        step: Some(path.into()),
        name: Some(path.rsplit('/').next().unwrap_or(path).into()),
        kind: graph.and_then(|graph| graph.rule(path)).map(Cow::Borrowed),
        parent: path.rsplit_once('/').map(|(folder, _)| folder.into()),
        ..Task::default()
    }
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
fn ninja(
    text: &str,
    file: &str,
    graphs: &[Graph<'_>],
    used: &mut [bool],
    tally: &mut Tally,
    sink: &mut dyn EventSink,
) {
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
        // A build makes some of what its graph has.
        let has = |graph: &Graph<'_>| build.iter().any(|(.., outputs)| outputs.iter().any(|o| graph.has(o)));
        let graph = graphs.iter().position(has);
        if let Some(at) = graph {
            used[at] = true;
        }
        let graph = graph.map(|at| &graphs[at]);
        sink.event(Event::Run(RunInfo {
            id: id.into(),
            source: Some("ninja".into()),
            infer_edges: graph.map(|_| false),
            ..RunInfo::default()
        }));
        lacks(&IMPORTER, sink);
        let mut names = Ordinals::default();
        let ids: Vec<String> =
            build.iter().map(|(.., outputs)| names.next(outputs.first().unwrap_or(&""))).collect();
        let outputs = build.iter().enumerate().flat_map(|(at, (.., all))| all.iter().map(move |o| (*o, at)));
        let place: HashMap<&str, usize> = outputs.collect();
        let mut budget = Graph::budget();
        for (at, (start, end, hash, outputs)) in build.iter().enumerate() {
            let (Some(first), id) = (outputs.first(), &ids[at]) else { continue };
            let mut before: Vec<usize> = graph
                .into_iter()
                .flat_map(|graph| graph.inputs(first, &place, &mut budget))
                .filter(|before| *before != at)
                .collect();
            before.order();
            before.dedup();
            let mut labels = makespan_format::Fields::new();
            labels.str("command_hash", hash);
            let mut task = task_of(id, first, graph);
            task.after = before.into_iter().map(|before| ids[before].as_str().into()).collect();
            task.labels = labels.finish();
            sink.event(Event::Task(task));
            // Only what succeeded is logged.
            sink.event(Event::Attempt(Attempt {
                task: Cow::Borrowed(id),
                number: 1,
                started: Some(*start),
                ended: Some(*end),
                status: Some(Status::Succeeded),
                ..Attempt::default()
            }));
            for output in outputs {
                let task = Some(Cow::Borrowed(id.as_str()));
                let (name, direction) = ((*output).into(), Direction::Output);
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
