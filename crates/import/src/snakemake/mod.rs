//! Snakemake: the log of a run (also what it printed), and the records of `.snakemake/metadata`.
//!
//! A job becomes a task of its rule and its wildcards, since the numbers of jobs change from run to run. A job depends on
//! those whose output is its input. A job that is printed again after it failed is a further attempt. Records of the jobs
//! of a log add commands and, if all jobs have them, exact times to it; the others are a run of their own.

mod benchmark;
mod jobs;
mod log;
mod metadata;

use std::rc::Rc;

use makespan_format::{Diagnostic, EventSink, Severity};

use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::pairs::folder;
use crate::sniff::{Head, JsonKind};
use crate::times::Clock;

/// Reads what Snakemake leaves behind.
pub const IMPORTER: Importer = Importer {
    id: "snakemake",
    title: "Snakemake",
    parts: &["log", "metadata", "benchmark"],
    how: "`.snakemake/log/*.snakemake.log`, or what `snakemake` printed; or all of `.snakemake/metadata`; \
          add the files of `benchmark:` to the log for their metrics",
    lossy: "workers, metrics unless benchmarks are given; in logs: fractions of seconds and the time zone; in metadata: failed jobs and earlier attempts",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let has = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
    let shape = &head.shape;
    match shape.root {
        JsonKind::Object if ["rule", "shellcmd", "starttime", "endtime"].iter().all(|k| shape.has(k)) => {
            claim(92, "metadata", "a record with rule, shellcmd, starttime and endtime")
        }
        JsonKind::Object if ["s", "h:m:s", "max_rss", "cpu_time"].iter().all(|k| shape.has(k)) => {
            claim(90, "benchmark", "a benchmark with s, h:m:s, max_rss and cpu_time")
        }
        JsonKind::Object => None,
        _ if head.text && head.bytes.starts_with(b"s\th:m:s\tmax_rss") => {
            claim(90, "benchmark", "first line with the columns of a benchmark")
        }
        _ if head.text
            && (has("Building DAG of jobs...") || has("Select jobs to execute..."))
            && (has("Job stats:") || has("Job counts:") || has("    jobid: ")) =>
        {
            claim(90, "log", "a log that builds a DAG of jobs and counts them")
        }
        _ if head.text && head.bytes.starts_with(b"Building DAG of jobs...") => {
            claim(80, "log", "a log that begins to build a DAG of jobs")
        }
        _ => None,
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let records: Vec<ClaimedFile<'_>> = parts.iter().filter(|p| p.part == "metadata").copied().collect();
    let pages = read_all(&records);
    let mut clock = Clock::new(Rc::new(options.zone));
    let mut jobs = metadata::jobs(&records, &pages, &mut clock);
    let mut benchmarks = benchmark::read(parts);
    if benchmarks.len() == parts.len() {
        return Err(ReadError::broken(
            "a benchmark of Snakemake has no start times; open it with the log in .snakemake/log",
        ));
    }
    for part in parts.iter().filter(|p| p.part == "log") {
        let text = String::from_utf8_lossy(crate::encoding::without_bom(&part.source.bytes));
        // A benchmark is written again by each run: it is of the last one in its folder.
        let of = |part: &ClaimedFile<'_>| folder(&part.source.name).to_owned();
        let mut logs = parts.iter().filter(|other| other.part == "log" && of(other) == of(part));
        let is_last = logs.all(|other| other.source.name <= part.source.name);
        let benchmarks = if is_last { benchmarks.as_mut_slice() } else { &mut [] };
        log::emit(&text, &part.source.name, &mut jobs, benchmarks, &IMPORTER, options, sink);
    }
    for unused in benchmarks.iter().filter(|benchmark| !benchmark.is_used) {
        let message = format!("{}: no job of a log among the files wrote this benchmark", unused.file);
        sink.diagnostic(Diagnostic::new(Severity::Info, "not-used", message));
    }
    if records.is_empty() {
        return Ok(());
    }
    let is_alone = records.len() + benchmarks.len() == parts.len();
    if is_alone || !jobs.is_empty() {
        metadata::emit(&records, jobs, clock, &IMPORTER, sink);
    }
    report_all(&records, &pages, sink)
}
