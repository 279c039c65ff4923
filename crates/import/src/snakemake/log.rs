//! The log: blocks of lines, each begun by a stamp.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::rc::Rc;

use makespan_format::{Event, EventSink, Fields, RunInfo, Severity, Status};
use makespan_model::HashMap;

use super::benchmark::{Benchmark, join};
use super::jobs::{Job, Try, emit_jobs};
use super::metadata::refine;
use crate::gather::lacks;
use crate::ids::Ids;
use crate::importer::{Importer, Options};
use crate::tally::Tally;
use crate::times::{Clock, spelled};

/// What the indented lines belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    None,
    Job,
    Error,
}

/// The jobs of one number, as places. It is one job, unless the number occurs again and not after a failure.
#[derive(Default)]
struct Numbered {
    last: usize,
    /// Those that have not ended, the first one first.
    open: VecDeque<usize>,
    /// Those that failed and were not tried again.
    failed: Vec<usize>,
}

struct Reader<'a, 'z> {
    jobs: Vec<Job<'a>>,
    by_number: HashMap<&'a str, Numbered>,
    ids: Ids,
    /// The job that is being printed, and its number.
    job: Job<'a>,
    number: &'a str,
    block: Block,
    stamp: Option<i64>,
    /// What was printed before the block of an error.
    exception: Vec<&'a str>,
    in_exception: bool,
    message: Option<Cow<'a, str>>,
    info: RunInfo<'a>,
    labels: Fields,
    clock: Clock<'z>,
    tally: Tally,
    is_over: bool,
}

pub(super) fn emit(
    text: &str,
    file: &str,
    records: &mut Vec<Job<'_>>,
    benchmarks: &mut [Benchmark<'_>],
    importer: &Importer,
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) {
    let mut reader = Reader {
        jobs: Vec::new(),
        by_number: HashMap::default(),
        ids: Ids::default(),
        job: Job::default(),
        number: "",
        block: Block::None,
        stamp: None,
        exception: Vec::new(),
        in_exception: false,
        message: None,
        info: RunInfo { id: file.into(), source: Some("Snakemake".into()), ..RunInfo::default() },
        labels: Fields::new(),
        clock: Clock::new(Rc::new(options.zone)),
        tally: Tally::new(),
        is_over: false,
    };
    for line in text.lines() {
        reader.line(line.trim_end());
    }
    reader.close();
    let Reader { mut jobs, mut info, labels, ids, clock, mut tally, is_over, .. } = reader;
    if jobs.is_empty() {
        // There was nothing to do.
        return;
    }
    for tried in jobs.iter_mut().flat_map(|job| &mut job.tries) {
        if tried.status.is_none() {
            // Nothing was printed of its end.
            tried.status = Some(if is_over { Status::Unknown } else { Status::Running });
        }
    }
    let refined = refine(&mut jobs, records);
    tally.count(
        Severity::Info,
        "records-joined",
        "records of `.snakemake/metadata` were joined with the jobs of the log",
        refined,
    );
    let repeated = join(&mut jobs, benchmarks);
    let what = "benchmarks of several executions are shown as their mean";
    tally.count(Severity::Info, "benchmarks-averaged", what, repeated);
    info.labels = labels.finish();
    sink.event(Event::Run(info));
    lacks(importer, sink);
    emit_jobs(jobs, &mut tally, sink);
    ids.add_to(&mut tally);
    clock.add_to(&mut tally);
    tally.report(file, sink);
}

impl<'a> Reader<'a, '_> {
    fn line(&mut self, line: &'a str) {
        if let Some(inner) = line.strip_prefix("    ") {
            match self.block {
                Block::Job => return self.of_job(inner),
                Block::Error => return self.of_error(inner),
                Block::None => {}
            }
        }
        if let Some(stamp) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            if spelled::civil(stamp).is_some() {
                self.close();
                self.stamp = self.clock.iso(stamp);
            }
            return;
        }
        let kinds = [
            ("rule ", "rule"),
            ("localrule ", "rule"),
            ("checkpoint ", "checkpoint"),
            ("localcheckpoint ", "checkpoint"),
        ];
        let begun =
            kinds.iter().find_map(|(mark, kind)| Some((line.strip_prefix(mark)?.strip_suffix(':')?, *kind)));
        if let Some((rule, kind)) = begun {
            self.close();
            self.block = Block::Job;
            self.job = Job { rule: rule.into(), kind, ..Job::default() };
        } else if line.starts_with("Error in rule ") || line.starts_with("Error in group ") {
            self.close();
            (self.block, self.in_exception) = (Block::Error, false);
        } else if let Some(rest) = line.strip_prefix("Finished job") {
            // `Finished jobid: 31 (Rule: fetch)`, `Finished job 31.` in older versions
            self.close();
            let number = rest.trim_start_matches("id:").trim().split([' ', '.']).next().unwrap_or_default();
            self.finish(number, Status::Succeeded, None);
        } else if line == "RuleException:" {
            (self.in_exception, self.exception) = (true, Vec::new());
        } else if line.contains(" of ") && line.ends_with(" done") {
            self.close();
            self.is_over = line.contains("(100%)");
        } else if line.starts_with("Exiting because a job execution failed")
            || line.starts_with("Shutting down")
        {
            self.is_over = true;
        } else if self.in_exception && !line.is_empty() {
            self.exception.push(line);
        } else {
            self.head(line.trim());
        }
    }

    /// Lines about the run as a whole.
    fn head(&mut self, line: &'a str) {
        let Some((key, value)) = line.split_once(": ") else { return };
        let label = match key {
            "Workflow ID" => "workflow_id",
            "Host" => "host",
            "Command" => "command",
            "Provided cores" => "cores",
            "Snakefile" => "snakefile",
            "Snakemake version" => {
                self.info.source = Some(Cow::Owned(format!("Snakemake {value}")));
                return;
            }
            _ => return,
        };
        if label == "snakefile" {
            self.info.workflow = Some(value.rsplit('/').next().unwrap_or(value).into());
        }
        self.labels.str(label, value);
    }

    fn of_job(&mut self, line: &'a str) {
        let Some((key, value)) = line.split_once(": ") else { return };
        let paths = || value.split(", ").map(Cow::Borrowed).collect();
        match key {
            "input" => self.job.inputs = paths(),
            "output" => self.job.outputs = paths(),
            "jobid" => self.number = value,
            // They are also what makes two jobs of a rule different work.
            "wildcards" => {
                self.job.which = value.into();
                self.job.params.str(key, value);
            }
            "benchmark" => {
                self.job.labels.str(key, value);
                self.job.benchmark = Some(value);
            }
            "log" | "reason" | "threads" | "priority" => {
                self.job.labels.str(key, value);
            }
            "resources" | "params" => {
                self.job.params.str(key, value);
            }
            _ => {}
        }
    }

    fn of_error(&mut self, line: &'a str) {
        match line.split_once(": ") {
            Some(("jobid", number)) => self.number = number,
            Some(("message", message)) if message != "None" => self.message = Some(message.into()),
            _ => {}
        }
    }

    /// Ends the block that is being read.
    fn close(&mut self) {
        let number = std::mem::take(&mut self.number);
        match std::mem::replace(&mut self.block, Block::None) {
            Block::None => {}
            Block::Job => {
                let job = std::mem::take(&mut self.job);
                self.begin(number, job);
            }
            Block::Error => {
                let exception = std::mem::take(&mut self.exception).join("\n");
                let message =
                    self.message.take().or(Some(exception).filter(|e| !e.is_empty()).map(Cow::Owned));
                self.in_exception = false;
                self.finish(number, Status::Failed, message);
            }
        }
    }

    /// A job whose number failed before is tried again; one that repeats a block is a duplicate; any other one is a job
    /// of its own.
    fn begin(&mut self, number: &'a str, mut job: Job<'a>) {
        let tried = Try { started: self.stamp, ..Try::default() };
        if number.is_empty() {
            job.tries.push(tried);
            return self.jobs.push(job);
        }
        let is_first = !self.by_number.contains_key(number);
        let known = self.by_number.entry(number).or_default();
        let ended = known.failed.last().and_then(|at| self.jobs[*at].tries.last()?.ended);
        let is_after = ended.zip(self.stamp).is_none_or(|(end, start)| start >= end);
        if let Some(at) = known.failed.pop_if(|_| is_after) {
            known.open.push_back(at);
            self.jobs[at].tries.push(tried);
            return;
        }
        let last = if is_first { None } else { self.jobs[known.last].tries.last() };
        if last.is_some_and(|last| last.started.is_some() && last.started == self.stamp) {
            return self.ids.duplicate(number);
        }
        if !is_first {
            self.ids.other(number);
        }
        known.last = self.jobs.len();
        known.open.push_back(known.last);
        job.tries.push(tried);
        self.jobs.push(job);
    }

    fn finish(&mut self, number: &'a str, status: Status, error: Option<Cow<'a, str>>) {
        let Some(known) = self.by_number.get_mut(number) else {
            return self.tally.warn(
                "unknown-job",
                "ends of jobs whose start is not in the log were ignored",
                || number,
            );
        };
        let Some(at) = known.open.pop_front() else { return };
        if let Some(tried) = self.jobs[at].tries.last_mut() {
            (tried.status, tried.ended, tried.error) = (Some(status), self.stamp, error);
        }
        if status == Status::Failed {
            known.failed.push(at);
        }
    }
}
