//! Runs as traces in the JSON form of OTLP (OpenTelemetry Protocol 1.3, "JSON Protobuf Encoding"), for collectors, Jaeger
//! and other tracing systems: a trace per run, a span for the run, for each task, and for each attempt of a task that has
//! several. Dependencies are links.

use std::collections::BTreeSet;

use makespan_analysis::Facts;
use makespan_format::write_json_string;
use makespan_model::{AttemptId, NONE, Run, Status, TaskId, UNKNOWN};
use makespan_scene::counted;
use makespan_views::tasks::start_of;

/// Writes all runs, each as a resource with one trace.
pub(crate) fn otlp(runs: &[&Facts], notes: &mut Vec<String>) -> String {
    let mut out = String::from("{\"resourceSpans\":[");
    let (mut untimed, mut samples) = (0, 0);
    for (number, facts) in runs.iter().enumerate() {
        out.push_str(if number > 0 { ",\n" } else { "\n" });
        let mut trace = Trace::new(facts.run(), &mut out);
        trace.write();
        untimed += trace.untimed;
        samples += facts.run().samples.task.len();
    }
    out.push_str("\n]}\n");
    if untimed > 0 {
        notes.push(format!("left out: {} without a start", counted(untimed, "task")));
    }
    if samples > 0 {
        notes.push(format!("left out: {}", counted(samples, "measured value")));
    }
    out
}

/// The content of a span.
struct Span<'s> {
    id: u64,
    parent: Option<u64>,
    name: &'s str,
    started: i64,
    /// `UNKNOWN` if it has not ended.
    ended: i64,
    status: Option<Status>,
    /// Message, kind and stack trace of its error; each may be empty.
    error: [&'s str; 3],
    attributes: Vec<(&'static str, &'s str)>,
    number: Option<u32>,
    links: Vec<u64>,
    /// Log lines: time, level, text.
    logs: Vec<(i64, &'s str, &'s str)>,
}

/// One run as it is written.
struct Trace<'r> {
    run: &'r Run,
    out: &'r mut String,
    id: String,
    /// The span of each task; 0 if it has none.
    spans: Vec<u64>,
    root: u64,
    taken: BTreeSet<u64>,
    untimed: usize,
    is_first: bool,
}

impl<'r> Trace<'r> {
    fn new(run: &'r Run, out: &'r mut String) -> Trace<'r> {
        let id = format!("{:016x}{:016x}", hash(&[&run.id]), hash(&["trace", &run.id]));
        let spans = Vec::with_capacity(run.task_count());
        Trace { run, out, id, spans, root: 0, taken: BTreeSet::new(), untimed: 0, is_first: true }
    }

    /// An id that is not 0 and that no other span of this trace has.
    fn new_id(&mut self, parts: &[&str]) -> u64 {
        let mut id = hash(parts).max(1);
        while !self.taken.insert(id) {
            id = id.wrapping_add(1).max(1);
        }
        id
    }

    fn write(&mut self) {
        let run = self.run;
        let workflow = run.text(if run.workflow.is_empty() { run.name } else { run.workflow });
        let service = if workflow.is_empty() { run.title() } else { workflow };
        self.out.push_str("{\"resource\":{\"attributes\":[");
        attribute("service.name", service, self.out);
        self.out.push(',');
        attribute("makespan.run", &run.id, self.out);
        self.out.push_str("]},\"scopeSpans\":[{\"scope\":{\"name\":\"makespan\"},\"spans\":[");
        self.root = self.new_id(&[&run.id, "run"]);
        for task in run.task_ids() {
            let has_start = start_of(run, task) != UNKNOWN;
            let id = if has_start { self.new_id(&[&run.id, "task", run.task_id(task)]) } else { 0 };
            self.untimed += usize::from(!has_start);
            self.spans.push(id);
        }
        let logs = Logs::of(run);
        if let Some((started, ended)) = run.span() {
            let is_over = run.status().is_none_or(|status| status.is_terminal());
            self.span(&Span {
                id: self.root,
                parent: None,
                name: run.title(),
                started,
                ended: if is_over { ended } else { UNKNOWN },
                status: run.status(),
                error: run.error.map(|text| run.text(text)),
                attributes: vec![("makespan.run", &run.id), ("makespan.source", run.text(run.source))],
                number: None,
                links: Vec::new(),
                logs: logs.of_run(),
            });
        }
        for task in run.task_ids() {
            self.task(task, &logs);
        }
        self.out.push_str("\n]}]}");
    }

    fn task(&mut self, task: TaskId, logs: &Logs<'r>) {
        let (run, a) = (self.run, &self.run.attempts);
        let (i, started) = (task.index(), start_of(run, task));
        if started == UNKNOWN {
            return;
        }
        let ended = run.task_interval(task).map_or(UNKNOWN, |(_, end)| end);
        let span = |id: Option<&u64>| id.copied().filter(|id| *id != 0);
        let parent = run.parent(task).and_then(|parent| span(self.spans.get(parent.index())));
        let links =
            run.predecessors.row(i).iter().filter_map(|p| span(self.spans.get(*p as usize))).collect();
        let tries: Vec<AttemptId> = run.attempts_of(task).collect();
        let last = tries.last().copied();
        let text = |of: &dyn Fn(usize) -> &'r str| last.map_or("", |at| of(at.index()));
        let has_end = last.is_none_or(|at| a.ended[at.index()] != UNKNOWN);
        let is_over = has_end || run.tasks.status[i].is_terminal();
        self.span(&Span {
            id: self.spans[i],
            parent: parent.or(Some(self.root)),
            name: run.task_name(task),
            started,
            ended: if is_over { ended } else { UNKNOWN },
            status: Some(run.tasks.status[i]),
            error: [
                text(&|at| run.text(a.error[at])),
                text(&|at| run.text(a.error_kind[at])),
                text(&|at| run.text(a.trace[at])),
            ],
            attributes: vec![
                ("makespan.task", run.task_id(task)),
                ("makespan.step", run.task_step(task)),
                ("makespan.status", run.tasks.status[i].name()),
                ("thread.name", text(&|at| run.text(a.worker[at]))),
            ],
            number: None,
            links,
            logs: logs.of_task(task),
        });
        if tries.len() < 2 {
            return;
        }
        for at in tries {
            let at = at.index();
            if a.started[at] == UNKNOWN {
                continue;
            }
            let number = a.number[at].to_string();
            let id = self.new_id(&[&run.id, "attempt", run.task_id(task), &number]);
            self.span(&Span {
                id,
                parent: Some(self.spans[i]),
                name: &format!("attempt {number}"),
                started: a.started[at],
                ended: a.ended[at],
                status: Some(a.status[at]),
                error: [run.text(a.error[at]), run.text(a.error_kind[at]), run.text(a.trace[at])],
                attributes: vec![
                    ("makespan.status", a.status[at].name()),
                    ("thread.name", run.text(a.worker[at])),
                ],
                number: Some(a.number[at]),
                links: Vec::new(),
                logs: Vec::new(),
            });
        }
    }

    fn span(&mut self, span: &Span<'_>) {
        let trace = self.id.clone();
        let out = &mut *self.out;
        out.push_str(if std::mem::replace(&mut self.is_first, false) { "\n" } else { ",\n" });
        out.push_str(&format!("{{\"traceId\":\"{trace}\",\"spanId\":\"{:016x}\"", span.id));
        if let Some(parent) = span.parent {
            out.push_str(&format!(",\"parentSpanId\":\"{parent:016x}\""));
        }
        out.push_str(",\"name\":");
        write_json_string(span.name, out);
        // 1 is a span of something internal. 64-bit numbers are texts; times before the epoch cannot be written.
        out.push_str(&format!(",\"kind\":1,\"startTimeUnixNano\":\"{}\"", span.started.max(0)));
        if span.ended != UNKNOWN {
            out.push_str(&format!(",\"endTimeUnixNano\":\"{}\"", span.ended.max(0)));
        }
        out.push_str(",\"attributes\":[");
        let filled = span.attributes.iter().filter(|(_, value)| !value.is_empty());
        for (i, (key, value)) in filled.enumerate() {
            if i > 0 {
                out.push(',');
            }
            attribute(key, value, out);
        }
        if let Some(number) = span.number {
            out.push_str(&format!(
                ",{{\"key\":\"makespan.attempt\",\"value\":{{\"intValue\":\"{number}\"}}}}"
            ));
        }
        out.push_str("],\"links\":[");
        for (i, link) in span.links.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            out.push_str(&format!("{comma}{{\"traceId\":\"{trace}\",\"spanId\":\"{link:016x}\"}}"));
        }
        out.push_str("],\"events\":[");
        events(span, out);
        out.push_str("],\"status\":{");
        status(span, out);
        out.push_str("}}");
    }
}

/// Log lines, and the error as an exception, by the semantic conventions for exceptions.
fn events(span: &Span<'_>, out: &mut String) {
    let mut comma = "";
    for (t, level, text) in &span.logs {
        out.push_str(&format!("{comma}{{\"timeUnixNano\":\"{}\",\"name\":", (*t).max(0)));
        write_json_string(text, out);
        out.push_str(",\"attributes\":[");
        if !level.is_empty() {
            attribute("level", level, out);
        }
        out.push_str("]}");
        comma = ",";
    }
    if span.error.iter().all(|text| text.is_empty()) || !span.status.is_some_and(Status::is_failure) {
        return;
    }
    let t = if span.ended == UNKNOWN { span.started } else { span.ended };
    let t = t.max(0);
    out.push_str(&format!("{comma}{{\"timeUnixNano\":\"{t}\",\"name\":\"exception\",\"attributes\":["));
    let keys = ["exception.message", "exception.type", "exception.stacktrace"];
    let filled = keys.into_iter().zip(span.error).filter(|(_, text)| !text.is_empty());
    for (i, (key, text)) in filled.enumerate() {
        if i > 0 {
            out.push(',');
        }
        attribute(key, text, out);
    }
    out.push_str("]}");
}

/// Returns 1 for ok, 2 for an error, and 0 (unset) for all other statuses, which OTLP cannot represent.
fn status(span: &Span<'_>, out: &mut String) {
    match span.status {
        Some(status) if status.is_failure() => {
            out.push_str("\"code\":2");
            if !span.error[0].is_empty() {
                out.push_str(",\"message\":");
                write_json_string(span.error[0], out);
            }
        }
        Some(Status::Succeeded | Status::Cached) => out.push_str("\"code\":1"),
        _ => {}
    }
}

fn attribute(key: &str, value: &str, out: &mut String) {
    out.push_str(&format!("{{\"key\":\"{key}\",\"value\":{{\"stringValue\":"));
    write_json_string(value, out);
    out.push_str("}}");
}

/// The log lines that have a time, by their task.
struct Logs<'r> {
    /// (task or `NONE`, time, level, text), in order of tasks, those of the run last.
    all: Vec<(u32, i64, &'r str, &'r str)>,
}

impl<'r> Logs<'r> {
    fn of(run: &'r Run) -> Logs<'r> {
        let l = &run.logs;
        let timed = (0..l.task.len()).filter(|i| l.t[*i] != UNKNOWN);
        let line = |i: usize| (l.task[i], l.t[i], run.text(l.level[i]), run.text(l.text[i]));
        Logs { all: timed.map(line).collect() }
    }

    fn at(&self, task: u32) -> Vec<(i64, &'r str, &'r str)> {
        let from = self.all.partition_point(|line| line.0 < task);
        let mine = self.all[from..].iter().take_while(|line| line.0 == task);
        mine.map(|(_, t, level, text)| (*t, *level, *text)).collect()
    }

    fn of_run(&self) -> Vec<(i64, &'r str, &'r str)> {
        self.at(NONE)
    }

    fn of_task(&self, task: TaskId) -> Vec<(i64, &'r str, &'r str)> {
        self.at(task.0)
    }
}

/// FNV-1a with 64 bits over several texts: ids must be the same on every machine, and need no more.
fn hash(parts: &[&str]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xff]));
    for byte in bytes {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}
