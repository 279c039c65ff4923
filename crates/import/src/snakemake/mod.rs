//! Snakemake: the log of a run (also what it printed), and the records of `.snakemake/metadata`.
//!
//! A job becomes a task of its rule and its wildcards, since the numbers of jobs change from run to run. A job depends on
//! those whose output is its input. A job that is printed again after it failed is a further attempt. Records of the jobs
//! of a log add commands and, if all jobs have them, exact times to it; the others are a run of their own.

mod jobs;
mod log;
mod metadata;

use std::rc::Rc;

use makespan_format::EventSink;

use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::sniff::{Head, JsonKind};
use crate::times::Clock;

/// Reads what Snakemake leaves behind.
pub const IMPORTER: Importer = Importer {
    id: "snakemake",
    title: "Snakemake",
    parts: &["log", "metadata"],
    how: "`.snakemake/log/*.snakemake.log`, or what `snakemake` printed; or all of `.snakemake/metadata`",
    lossy: "workers, metrics; in logs: fractions of seconds and the time zone; in metadata: failed jobs and earlier attempts",
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
        JsonKind::Object => None,
        _ if head.text
            && (has("Building DAG of jobs...") || has("Select jobs to execute..."))
            && (has("Job stats:") || has("Job counts:") || has("    jobid: ")) =>
        {
            claim(90, "log", "a log that builds a DAG of jobs and counts them")
        }
        _ => None,
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let records: Vec<ClaimedFile<'_>> = parts.iter().filter(|p| p.part == "metadata").copied().collect();
    let pages = read_all(&records);
    let mut clock = Clock::new(Rc::new(options.zone));
    let mut jobs = metadata::jobs(&records, &pages, &mut clock);
    for part in parts.iter().filter(|p| p.part == "log") {
        let text = String::from_utf8_lossy(crate::encoding::without_bom(&part.source.bytes));
        log::emit(&text, &part.source.name, &mut jobs, &IMPORTER, options, sink);
    }
    if records.is_empty() {
        return Ok(());
    }
    let is_alone = records.len() == parts.len();
    if is_alone || !jobs.is_empty() {
        metadata::emit(&records, jobs, clock, &IMPORTER, sink);
    }
    report_all(&records, &pages, sink)
}
