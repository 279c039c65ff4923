//! `.snakemake/metadata`: a record for each output file, named by the path of that file in base64.

use makespan_model::{HashMap, Order as _};
use std::borrow::Cow;

use makespan_format::{Event, EventSink, Fields, RunInfo, Status};

use super::jobs::{Job, Try, emit_jobs};
use crate::gather::{Named, lacks};
use crate::importer::{ClaimedFile, Importer};
use crate::json::pages::Pages;
use crate::json::tape::Value;
use crate::pairs::folder;
use crate::tally::Tally;
use crate::times::Clock;

/// The path of the output file that a record is named by.
fn path_of(name: &str) -> Option<String> {
    let file = name.rsplit('/').next().unwrap_or(name);
    let bytes = crate::archive::base64(file.as_bytes()).ok().filter(|b| !b.is_empty())?;
    String::from_utf8(bytes).ok().filter(|path| path.chars().all(|c| !c.is_control()))
}

/// The jobs of records, of which a job with several outputs has as many.
pub(super) fn jobs<'a>(
    parts: &[ClaimedFile<'_>],
    pages: &'a [Pages<'a>],
    clock: &mut Clock<'_>,
) -> Vec<Job<'a>> {
    let mut jobs: Named<Job<'_>> = Named::default();
    for (part, file) in parts.iter().zip(pages) {
        for record in file.roots() {
            let rule = record.text_at("rule").unwrap_or_default();
            let text = |key: &str| record.at(key).map_or("", Value::get);
            let same = format!("{rule} {} {} {}", text("starttime"), text("endtime"), text("job_hash"));
            let job = jobs.entry(&same, || job(record, rule, clock));
            job.outputs.extend(path_of(&part.source.name).map(Cow::Owned));
        }
    }
    for job in &mut jobs.list {
        job.outputs.order_by(Ord::cmp);
        job.which = job.outputs.first().cloned().unwrap_or_default();
    }
    jobs.list
}

/// How far the times of a log, which are whole seconds, may be from those of a record.
const NEAR: u64 = 2_000_000_000;

/// Adds commands from records to the jobs of a log, and removes these records. Returns their number. Times become exact
/// too, unless a job of the log has none: whole seconds beside fractions would overlap where nothing did.
pub(super) fn refine(jobs: &mut [Job<'_>], records: &mut Vec<Job<'_>>) -> u64 {
    let mut of: HashMap<&str, usize> = HashMap::default();
    for (at, record) in records.iter().enumerate() {
        of.extend(record.outputs.iter().map(|path| (&**path, at)));
    }
    let near = |a: Option<i64>, b: Option<i64>| a.zip(b).is_some_and(|(a, b)| a.abs_diff(b) <= NEAR);
    // Of each job with outputs, its record; `None` without one.
    let mut matched: Vec<(usize, Option<usize>)> = Vec::new();
    let mut is_used = vec![false; records.len()];
    for (place, job) in jobs.iter().enumerate().filter(|(_, job)| !job.outputs.is_empty()) {
        let record = job.outputs.iter().find_map(|path| of.get(&**path)).copied().filter(|at| {
            let times = job.tries.last().zip(records[*at].tries.first());
            let same = times.is_some_and(|(tried, exact)| near(tried.ended, exact.ended));
            records[*at].rule == job.rule && !is_used[*at] && same
        });
        if let Some(at) = record {
            is_used[at] = true;
        }
        matched.push((place, record));
    }
    // Of some jobs, the record begins when they ended.
    let is_exact = matched.iter().all(|(place, record)| {
        let exact = record.and_then(|at| records[at].tries.first());
        let times = jobs[*place].tries.last().zip(exact);
        jobs[*place].tries.len() == 1
            && times.is_some_and(|(tried, exact)| {
                exact.started <= exact.ended && near(tried.started, exact.started)
            })
    });
    for (place, at) in matched.iter().filter_map(|(place, record)| Some((*place, (*record)?))) {
        let (job, record) = (&mut jobs[place], &records[at]);
        if let (true, Some(tried), Some(exact)) = (is_exact, job.tries.last_mut(), record.tries.first()) {
            (tried.started, tried.ended) = (exact.started, exact.ended);
        }
        job.command = record.command.as_ref().map(|command| Cow::Owned(command.clone().into_owned()));
    }
    let mut used = is_used.iter();
    records.retain(|_| !used.next().copied().unwrap_or(false));
    is_used.iter().filter(|used| **used).count() as u64
}

/// Emits jobs of records as a run.
pub(super) fn emit(
    parts: &[ClaimedFile<'_>],
    jobs: Vec<Job<'_>>,
    clock: Clock<'_>,
    importer: &Importer,
    sink: &mut dyn EventSink,
) {
    let mut tally = Tally::new();
    let id = parts.first().map_or("", |p| folder(&p.source.name));
    let file = parts.first().map_or("", |p| p.source.name.as_str());
    sink.event(Event::Run(RunInfo {
        id: if id.is_empty() { file } else { id }.into(),
        source: Some("Snakemake".into()),
        ..RunInfo::default()
    }));
    lacks(importer, sink);
    let starts: Vec<i64> = jobs.iter().filter_map(|j| j.tries.first()?.started).collect();
    if let (Some(first), Some(last)) = (starts.iter().min(), starts.iter().max())
        && last.saturating_sub(*first) > 86_400_000_000_000
    {
        tally.warn(
            "mixed-runs",
            "the metadata keeps the last execution of each file: more than a day lies between them, so that they are \
             probably of several runs",
            String::new,
        );
    }
    emit_jobs(jobs, &mut tally, sink);
    clock.add_to(&mut tally);
    tally.report(file, sink);
}

fn job<'a>(record: Value<'_, 'a>, rule: Cow<'a, str>, clock: &mut Clock<'_>) -> Job<'a> {
    let mut params = Fields::new();
    for key in ["params", "conda_env", "container_img_url"] {
        if let Some(value) = record.at(key).filter(|v| v.get() != "[]") {
            params.raw(key, value.get());
        }
    }
    let time = |key: &str, clock: &mut Clock<'_>| record.number_at(key).and_then(|t| clock.epoch(t));
    let is_incomplete = record.at("incomplete").is_some_and(|i| i.get() == "true");
    let ended = time("endtime", clock);
    let status = match (is_incomplete, ended) {
        (true, _) => Status::Unknown,
        (false, Some(_)) => Status::Succeeded,
        (false, None) => Status::Running,
    };
    let tried = Try { started: time("starttime", clock), ended, status: Some(status), error: None };
    let inputs = record.list("input").filter_map(Value::text).collect();
    let command = record.at("shellcmd").map(|command| Cow::Borrowed(command.get()));
    Job { rule, kind: "rule", inputs, params, command, tries: vec![tried], ..Job::default() }
}
