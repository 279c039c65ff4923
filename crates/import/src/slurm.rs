//! Slurm's accounting: what `sacct` prints as columns, between bars or with `--json`.
//!
//! A job becomes a task of its name, its steps become tasks within it; rows of one job id (`--duplicates`, after a requeue)
//! are its attempts.

use std::borrow::Cow;

use makespan_format::{Attempt, ErrorInfo, EventSink, Fields, Status};
use makespan_model::HashMap;

use crate::draft::{Draft, Piece, labels};
use crate::gather::Named;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, Unit, claim, whole};
use crate::json::pages::Pages;
use crate::json::tape::Value;
use crate::outcome::Outcome;
use crate::sniff::{Head, JsonKind};
use crate::tally::clip;

/// Reads what `sacct` prints.
pub const IMPORTER: Importer = Importer {
    id: "slurm",
    title: "Slurm sacct",
    parts: &["table", "json"],
    how: "`sacct -P --format=JobID,JobName,State,ExitCode,Submit,Start,End,Elapsed,NodeList,AllocCPUS,MaxRSS,TotalCPU > \
          sacct.txt`, or `sacct --json`",
    lossy: "dependencies between jobs (the order is inferred from the times), output of jobs; in tables: the time zone",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    if shape.root == JsonKind::Object {
        let inner = |key: &str| shape.inner_has("jobs", key);
        let is_job = inner("job_id") && (inner("exit_code") || inner("state")) && inner("time");
        return if is_job { claim(92, "json", "an object whose jobs have job_id and time") } else { None };
    }
    if !head.text || shape.root != JsonKind::NotJson {
        return None;
    }
    let text = String::from_utf8_lossy(crate::encoding::without_bom(head.bytes));
    let columns = Columns::of(text.lines().next()?, text.lines().nth(1));
    let has = |name: &str| columns.place(&[name]).is_some();
    if (has("JobID") || has("JobIDRaw")) && (has("State") || has("Elapsed") || has("Start")) {
        claim(90, "table", "first line with the columns of sacct")
    } else {
        None
    }
}

/// How a table is divided.
struct Columns {
    names: Vec<String>,
    /// First and last byte of each column, of tables that are aligned; of others there is a bar between the cells.
    spans: Option<Vec<(usize, usize)>>,
}

impl Columns {
    fn of(first: &str, second: Option<&str>) -> Columns {
        let is_ruler = |line: &str| !line.trim().is_empty() && line.bytes().all(|b| matches!(b, b'-' | b' '));
        let Some(ruler) = second.filter(|line| is_ruler(line)) else {
            let names = if first.contains('|') {
                first.split('|').map(|n| n.trim().to_owned()).collect()
            } else {
                Vec::new()
            };
            return Columns { names, spans: None };
        };
        let mut spans = Vec::new();
        let mut at = 0;
        for part in ruler.split(' ') {
            if !part.is_empty() {
                spans.push((at, at + part.len()));
            }
            at += part.len() + 1;
        }
        let names = spans.iter().map(|span| cut(first, *span).to_owned()).collect();
        Columns { names, spans: Some(spans) }
    }

    fn place(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.names.iter().position(|n| n.eq_ignore_ascii_case(name)))
    }

    fn cells<'a>(&self, line: &'a str) -> Vec<&'a str> {
        match &self.spans {
            Some(spans) => spans.iter().map(|span| cut(line, *span)).collect(),
            None => line.split('|').map(str::trim).collect(),
        }
    }
}

/// The characters of a column; names are printed by characters, not by bytes.
fn cut(line: &str, (from, to): (usize, usize)) -> &str {
    let byte = |at: usize| {
        if line.is_ascii() {
            at.min(line.len())
        } else {
            line.char_indices().nth(at).map_or(line.len(), |c| c.0)
        }
    };
    line.get(byte(from)..byte(to)).unwrap_or_default().trim()
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    for part in parts {
        let name = part.source.name.as_str();
        let mut draft = Draft::new(name.into(), "Slurm", options);
        let text = String::from_utf8_lossy(crate::encoding::without_bom(&part.source.bytes));
        let pages = if part.part == "json" { Some(Pages::read(&part.source.bytes)) } else { None };
        match &pages {
            Some(pages) => {
                let mut jobs: Named<Piece<'_>> = Named::default();
                for root in pages.roots() {
                    let meta = root.at("meta").and_then(|meta| meta.any(&["slurm", "Slurm"]));
                    if let Some(release) = meta.and_then(|slurm| slurm.text_at("release")) {
                        draft.run.source = Some(format!("Slurm {release}").into());
                    }
                    root.list("jobs").for_each(|job| job_of_json(job, &mut jobs, &mut draft));
                }
                draft.pieces = jobs.list;
            }
            None => table(&text, &mut draft),
        }
        name_steps(&mut draft.pieces);
        draft.emit(&IMPORTER, sink);
        if let Some(pages) = &pages {
            pages.report(name, sink)?;
        }
    }
    Ok(())
}

/// A cell that holds something.
fn filled(cell: &str) -> Option<&str> {
    Some(cell).filter(|c| !matches!(*c, "" | "Unknown" | "None" | "None assigned" | "NONE" | "N/A"))
}

fn table<'a>(text: &'a str, draft: &mut Draft<'_, 'a>) {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let columns = Columns::of(first, text.lines().nth(1));
    if columns.spans.is_some() {
        lines.next();
    }
    let place = |name: &str| columns.place(&[name]);
    let id_at = columns.place(&["JobID", "JobIDRaw"]).unwrap_or(0);
    // What is not used otherwise becomes a label.
    let used =
        ["JobID", "JobName", "State", "ExitCode", "Submit", "Start", "End", "NodeList", "MaxRSS", "TotalCPU"];
    let extra: Vec<usize> =
        (0..columns.names.len()).filter(|at| !used.iter().any(|u| place(u) == Some(*at))).collect();
    let mut jobs: Named<Piece<'a>> = Named::default();
    for line in lines.filter(|l| !l.trim().is_empty()) {
        let cells = columns.cells(line);
        let cell = |name: &str| place(name).and_then(|at| cells.get(at)).and_then(|c| filled(c));
        let Some(id) = cells.get(id_at).copied().filter(|id| id.starts_with(|c: char| c.is_ascii_digit()))
        else {
            draft.tally.warn("bad-line", "invalid lines were ignored", || crate::tally::clip(line));
            continue;
        };
        let name = cell("JobName");
        let piece = jobs.entry(id, || named(id.into(), name.map(Cow::Borrowed)));
        let mut fields = Fields::new();
        fields.str("JobID", id);
        for at in &extra {
            if let (Some(value), Some(name)) =
                (cells.get(*at).and_then(|c| filled(c)), columns.names.get(*at))
            {
                fields.str(name, value);
            }
        }
        piece.task.labels = fields.finish();
        let exit = cell("ExitCode").filter(|code| *code != "0:0");
        let state = cell("State").map(|state| state_word(state, exit.is_some()));
        let mut outcome = Outcome::default();
        if let Some(state) = state {
            outcome.word(state);
        }
        let status = outcome.settle(&mut draft.clock.unread);
        let started = cell("Start").and_then(|t| draft.clock.iso(t));
        let ended = cell("End").and_then(|t| draft.clock.iso(t));
        let lasted = cell("Elapsed").and_then(elapsed);
        let is_over = !matches!(status, Some(Status::Running | Status::Pending | Status::Queued));
        let ended =
            ended.or_else(|| started?.checked_add(lasted?).filter(|_| is_over && place("End").is_none()));
        piece.sample("max_rss", cell("MaxRSS").and_then(bytes), Some("B"));
        let cpu = cell("TotalCPU").and_then(elapsed).map(|ns| ns as f64 / 1e9);
        piece.sample("cpu_time", cpu, Some("s"));
        if started.is_none() && place("Start").is_none() {
            piece.sample("elapsed", lasted.map(|ns| ns as f64 / 1e9), Some("s"));
        }
        let queued = cell("Submit").and_then(|t| draft.clock.iso(t));
        let attempt = Attempt {
            queued,
            started,
            ended,
            status,
            worker: cell("NodeList").map(Cow::Borrowed),
            error: if status == Some(Status::Failed) { error_of(state, exit) } else { None },
            ..Attempt::default()
        };
        tried(piece, attempt);
        of_the_last_try(piece);
    }
    draft.pieces = jobs.list;
}

/// Returns why a job failed: by its state, or else by its exit code.
fn error_of(state: Option<&str>, exit: Option<&str>) -> Option<ErrorInfo<'static>> {
    let message = match (state, exit) {
        (Some("TIMEOUT"), _) => "reached its time limit".to_owned(),
        (Some("DEADLINE"), _) => "missed its deadline".to_owned(),
        (Some("OUT_OF_MEMORY"), _) => "out of memory".to_owned(),
        (Some("NODE_FAIL"), _) => "its node failed".to_owned(),
        (Some("BOOT_FAIL"), _) => "its node did not boot".to_owned(),
        (_, Some(code)) => {
            let (exit, signal) = code.split_once(':').unwrap_or((code, "0"));
            if exit == "0" { format!("signal {signal}") } else { format!("exit code {exit}") }
        }
        (_, None) => return None,
    };
    Some(ErrorInfo { message: message.into(), ..ErrorInfo::default() })
}

/// Names steps after their jobs: every job has a step `batch`.
fn name_steps(pieces: &mut [Piece<'_>]) {
    let jobs: HashMap<String, String> = pieces
        .iter()
        .filter(|piece| piece.task.parent.is_none())
        .map(|piece| (piece.native.clone().into_owned(), piece.task.id.clone().into_owned()))
        .collect();
    for piece in pieces {
        let job = piece.task.parent.as_deref().and_then(|parent| jobs.get(parent));
        if let (Some(job), Some(label)) = (job, piece.task.step.as_deref()) {
            // Jobs of an array are instances of one step.
            let of = job.split_once('[').map_or(job.as_str(), |(name, _)| name);
            piece.task.id = format!("{job}.{label}").into();
            piece.task.step = Some(format!("{of}.{label}").into());
        }
    }
}

/// A job, or a step of one: `12.batch`, `12_3.0`.
fn named<'a>(id: Cow<'a, str>, name: Option<Cow<'a, str>>) -> Piece<'a> {
    let (job, step) = match id.split_once('.') {
        Some((job, step)) => (job.to_owned(), Some(step.to_owned())),
        None => (id.clone().into_owned(), None),
    };
    let label = name.unwrap_or_else(|| Cow::Owned(step.clone().unwrap_or_else(|| job.clone())));
    // The number within an array is the same in the next run, the number of the job is not.
    let index = job.split_once('_').map(|(_, index)| format!("[{}]", index.trim_matches(['[', ']'])));
    let key = match (&step, index) {
        (None, Some(index)) => format!("{label}{index}").into(),
        _ => label.clone(),
    };
    let mut piece = Piece::new(id, key);
    piece.task.step = Some(label);
    piece.task.kind = Some(if step.is_some() { "step" } else { "job" }.into());
    piece.task.parent = step.map(|_| job.into());
    piece
}

/// Adds an attempt; a job that never started has only a status.
fn tried<'a>(piece: &mut Piece<'a>, attempt: Attempt<'a>) {
    let has_begun = attempt.started.is_some() || attempt.status == Some(Status::Failed);
    match has_begun || attempt.queued.is_some() && attempt.status == Some(Status::Running) {
        true => piece.tries.push(attempt),
        false => piece.task.status = attempt.status,
    }
}

/// Gives the new values of a task to the try that they were measured in.
fn of_the_last_try(piece: &mut Piece<'_>) {
    let last = u32::try_from(piece.tries.len()).ok().filter(|last| *last > 0);
    for sample in piece.samples.iter_mut().rev().take_while(|sample| sample.number.is_none()) {
        sample.number = last;
    }
}

/// A state without who cancelled the job; those that a narrow column cut short (`OUT_OF_ME+`) are completed. A job that was
/// requeued failed if it has an exit code, otherwise it was stopped.
fn state_word(state: &str, has_exit: bool) -> &str {
    const STATES: [&str; 10] = [
        "REQUEUED",
        "COMPLETED",
        "CANCELLED",
        "OUT_OF_MEMORY",
        "NODE_FAIL",
        "PREEMPTED",
        "BOOT_FAIL",
        "SUSPENDED",
        "COMPLETING",
        "CONFIGURING",
    ];
    let word = state.split_whitespace().next().unwrap_or(state);
    let full = match word.strip_suffix('+') {
        Some(cut) => STATES.into_iter().find(|s| s.starts_with(cut)).unwrap_or(word),
        None => word,
    };
    match full {
        "REQUEUED" if has_exit => "FAILED",
        "PREEMPTED" | "REVOKED" | "REQUEUED" => "CANCELLED",
        "COMPLETING" | "RESIZING" | "SIGNALING" | "STAGE_OUT" => "RUNNING",
        "CONFIGURING" => "QUEUED",
        "REQUEUE_HOLD" | "SPECIAL_EXIT" | "RESV_DEL_HOLD" => "PENDING",
        full => full,
    }
}

/// Nanoseconds of `1-02:03:04`, `02:03:04`, `03:04.500`.
fn elapsed(text: &str) -> Option<i64> {
    let (days, clock) = match text.split_once('-') {
        Some((days, clock)) => (days.parse::<f64>().ok()?, clock),
        None => (0.0, text),
    };
    let mut seconds = 0.0;
    for part in clock.split(':') {
        seconds = seconds * 60.0 + part.parse::<f64>().ok()?;
    }
    let ns = (days * 86_400.0 + seconds) * 1e9;
    (0.0..9.2e18).contains(&ns).then(|| ns.round() as i64)
}

/// Bytes of `1234K`, `1.5G`; a bare number counts bytes.
fn bytes(text: &str) -> Option<f64> {
    let text = text.trim_end_matches(['n', 'c']);
    let power = ["", "K", "M", "G", "T", "P"].iter().rposition(|unit| text.ends_with(unit))?;
    let number: f64 = text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()?;
    Some(number * 1024f64.powi(power as i32)).filter(|b| b.is_finite() && *b >= 0.0)
}

/// A number that may stand in `{"set": true, "number": 3}`.
fn number<'t, 'a>(value: Option<Value<'t, 'a>>) -> Option<Value<'t, 'a>> {
    let value = value?;
    if !value.is_object() {
        return Some(value);
    }
    let is_set = value.text_at("set").is_none_or(|set| set == "true");
    value.at("number").filter(|_| is_set)
}

fn job_of_json<'a>(job: Value<'_, 'a>, jobs: &mut Named<Piece<'a>>, draft: &mut Draft<'_, 'a>) {
    let Some(id) = job.text_at("job_id") else {
        draft.tally.warn("bad-record", "jobs without an id were ignored", || clip(job.get()));
        return;
    };
    let array = job.at("array");
    let index = number(array.and_then(|a| a.at("task_id"))).and_then(Value::whole);
    let of = array.and_then(|a| a.text_at("job_id")).filter(|id| id != "0");
    let id: Cow<'a, str> = match (index, of) {
        (Some(index), Some(of)) => Cow::Owned(format!("{of}_{index}")),
        _ => id,
    };
    // Records of one id are its attempts, one behind the other.
    let piece = jobs.entry(&id, || named(id.clone(), job.text_at("name")));
    piece.task.labels =
        labels(job, &["job_id", "partition", "account", "user", "qos", "cluster", "working_directory"]);
    let attempt = attempt_of_json(job, draft);
    tried(piece, attempt);
    for step in job.list("steps") {
        let inner = step.at("step");
        let step_id = inner.and_then(|s| s.text_at("id")).unwrap_or(Cow::Borrowed("step"));
        // Newer versions write `12.batch`, older ones only `batch`.
        let last = step_id.rsplit('.').next().unwrap_or(&step_id);
        let native = format!("{id}.{last}");
        let piece =
            jobs.entry(&native, || named(native.clone().into(), inner.and_then(|s| s.text_at("name"))));
        let attempt = attempt_of_json(step, draft);
        tried(piece, attempt);
        let total = step.at("time").and_then(|time| time.at("total"));
        let part = |key: &str| total.and_then(|total| total.number_at(key));
        let cpu = part("seconds").map(|s| s + part("microseconds").unwrap_or(0.0) / 1e6);
        piece.sample("cpu_time", cpu, Some("s"));
        let tres = step.at("tres").and_then(|tres| tres.at("requested"));
        let most = tres.into_iter().flat_map(|tres| tres.list("max"));
        let memory = most.filter(|tres| tres.text_at("type").as_deref() == Some("mem"));
        let memory = memory.filter_map(|tres| tres.number_at("count")).next();
        piece.sample("max_rss", memory.filter(|bytes| *bytes > 0.0), Some("B"));
        of_the_last_try(piece);
    }
}

fn attempt_of_json<'a>(record: Value<'_, 'a>, draft: &mut Draft<'_, 'a>) -> Attempt<'a> {
    let time = record.at("time");
    let mut moment = |key: &str| draft.clock.moment(number(time.and_then(|t| t.at(key))), Unit::Seconds);
    let (queued, started, ended) = (moment("submission"), moment("start"), moment("end"));
    let state = record.at("state");
    let state = state.and_then(|s| s.at("current")).or(state);
    let exit = record.at("exit_code");
    let code = number(exit.and_then(|e| e.at("return_code"))).and_then(Value::whole).unwrap_or(0);
    let signal = exit.and_then(|e| e.at("signal"));
    let signal = number(signal.and_then(|s| s.any(&["id", "signal_id"]))).and_then(Value::whole).unwrap_or(0);
    let has_exit = code != 0 || signal != 0;
    let mut outcome = Outcome::default();
    let words = state.into_iter().flat_map(Value::elements).chain(state).filter_map(Value::text);
    let words: Vec<String> = words.map(|word| state_word(&word, has_exit).to_owned()).collect();
    for word in &words {
        outcome.word(word.clone());
    }
    let status = outcome.settle(&mut draft.clock.unread);
    let exit = has_exit.then(|| format!("{code}:{signal}"));
    let nodes = record.at("nodes");
    Attempt {
        queued,
        started,
        ended,
        status,
        worker: nodes.and_then(Value::text).filter(|node| filled(node).is_some()).or_else(|| {
            let list: Vec<_> = nodes?.list("list").filter_map(Value::text).collect();
            (!list.is_empty()).then(|| list.join(",").into())
        }),
        error: match status {
            Some(Status::Failed) => error_of(words.first().map(String::as_str), exit.as_deref()),
            _ => None,
        },
        ..Attempt::default()
    }
}
