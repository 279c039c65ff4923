//! `.snakemake/metadata`: a record for each output file, named by the path of that file in base64.

use makespan_model::Order as _;
use std::borrow::Cow;
use std::rc::Rc;

use makespan_format::{Event, EventSink, Fields, RunInfo, Status};

use super::jobs::{Job, Try, emit_jobs};
use crate::error::ReadError;
use crate::gather::{Named, lacks};
use crate::importer::{ClaimedFile, Importer, Options};
use crate::json::pages::{read_all, report_all};
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

pub(super) fn emit(
    parts: &[ClaimedFile<'_>],
    importer: &Importer,
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) -> Result<(), ReadError> {
    let pages = read_all(parts);
    let mut clock = Clock::new(Rc::new(options.zone));
    let mut tally = Tally::new();
    let mut jobs: Named<Job<'_>> = Named::default();
    for (part, file) in parts.iter().zip(&pages) {
        for record in file.roots() {
            let rule = record.text_at("rule").unwrap_or_default();
            // A job with several outputs has as many records.
            let text = |key: &str| record.at(key).map_or("", Value::get);
            let same = format!("{rule} {} {} {}", text("starttime"), text("endtime"), text("job_hash"));
            let job = jobs.entry(&same, || job(record, rule, &mut clock));
            job.outputs.extend(path_of(&part.source.name).map(Cow::Owned));
        }
    }
    for job in &mut jobs.list {
        job.outputs.order_by(Ord::cmp);
        job.which = job.outputs.first().cloned().unwrap_or_default();
    }
    let id = parts.first().map_or("", |p| folder(&p.source.name));
    let file = parts.first().map_or("", |p| p.source.name.as_str());
    sink.event(Event::Run(RunInfo {
        id: if id.is_empty() { file } else { id }.into(),
        source: Some("Snakemake".into()),
        ..RunInfo::default()
    }));
    lacks(importer, sink);
    let starts: Vec<i64> = jobs.list.iter().filter_map(|j| j.tries.first()?.started).collect();
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
    emit_jobs(jobs.list, &mut tally, sink);
    clock.add_to(&mut tally);
    tally.report(file, sink);
    report_all(parts, &pages, sink)
}

fn job<'a>(record: Value<'_, 'a>, rule: Cow<'a, str>, clock: &mut Clock<'_>) -> Job<'a> {
    let mut params = Fields::new();
    for key in ["shellcmd", "params", "conda_env", "container_img_url"] {
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
    Job { rule, kind: "rule", inputs, params, tries: vec![tried], ..Job::default() }
}
