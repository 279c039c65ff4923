//! Jobs, and their emission.

use std::borrow::Cow;

use makespan_format::{
    Artifact, Attempt, Direction, ErrorInfo, Event, EventSink, Fields, Sample, Status, Task,
};
use makespan_model::{HashMap, Order as _};

use crate::gather::Ordinals;
use crate::ids::Fan;
use crate::tally::Tally;

/// A job, from whatever was read.
#[derive(Default)]
pub(super) struct Job<'a> {
    pub(super) rule: Cow<'a, str>,
    /// What distinguishes it from other jobs of its rule.
    pub(super) which: Cow<'a, str>,
    pub(super) kind: &'static str,
    pub(super) inputs: Vec<Cow<'a, str>>,
    pub(super) outputs: Vec<Cow<'a, str>>,
    pub(super) labels: Fields,
    pub(super) params: Fields,
    /// The file of its benchmark.
    pub(super) benchmark: Option<&'a str>,
    /// The command, as JSON.
    pub(super) command: Option<Cow<'a, str>>,
    pub(super) tries: Vec<Try<'a>>,
    /// Measured values of the last try.
    pub(super) samples: Vec<Sample<'a>>,
}

/// A try of a job.
#[derive(Default)]
pub(super) struct Try<'a> {
    pub(super) started: Option<i64>,
    pub(super) ended: Option<i64>,
    pub(super) status: Option<Status>,
    pub(super) error: Option<Cow<'a, str>>,
}

/// Emits jobs, with dependencies by the files that they hand on.
pub(super) fn emit_jobs(jobs: Vec<Job<'_>>, tally: &mut Tally, sink: &mut dyn EventSink) {
    let mut names = Ordinals::default();
    let id = |job: &Job<'_>| {
        if job.which.is_empty() {
            job.rule.clone().into_owned()
        } else {
            format!("{} ({})", job.rule, job.which)
        }
    };
    let ids: Vec<String> = jobs.iter().map(|job| names.next(&id(job))).collect();
    let mut makes: HashMap<&str, Vec<usize>> = HashMap::default();
    for (at, job) in jobs.iter().enumerate() {
        for path in &job.outputs {
            makes.entry(&**path).or_default().push(at);
        }
    }
    let mut fan = Fan::default();
    let mut before = |at: usize| {
        let makers = jobs[at].inputs.iter().filter_map(|path| makes.get(&**path));
        let mut before: Vec<usize> = makers.flat_map(|all| fan.take(all)).copied().collect();
        before.retain(|from| *from != at);
        before.order();
        before.dedup();
        before
    };
    for (at, job) in jobs.iter().enumerate() {
        let task = || Cow::Borrowed(&*ids[at]);
        let mut params = job.params.clone();
        if let Some(command) = &job.command {
            params.raw("shellcmd", command);
        }
        sink.event(Event::Task(Task {
            id: task(),
            step: Some(Cow::Borrowed(&*job.rule)),
            kind: Some(job.kind.into()),
            after: before(at).into_iter().map(|from| Cow::Borrowed(&*ids[from])).collect(),
            labels: job.labels.clone().finish(),
            params: params.finish(),
            ..Task::default()
        }));
        for (number, tried) in (1..).zip(&job.tries) {
            let error =
                tried.error.as_deref().map(|m| ErrorInfo { message: m.into(), ..ErrorInfo::default() });
            sink.event(Event::Attempt(Attempt {
                task: task(),
                number,
                started: tried.started,
                ended: tried.ended,
                status: tried.status,
                error,
                ..Attempt::default()
            }));
        }
        let last = u32::try_from(job.tries.len()).ok().filter(|last| *last > 0);
        for sample in &job.samples {
            sink.event(Event::Sample(Sample { task: Some(task()), number: last, ..sample.clone() }));
        }
        for (paths, direction) in [(&job.inputs, Direction::Input), (&job.outputs, Direction::Output)] {
            for path in paths {
                let name = Cow::Borrowed(&**path);
                sink.event(Event::Artifact(Artifact {
                    task: Some(task()),
                    name,
                    direction,
                    ..Artifact::default()
                }));
            }
        }
    }
    fan.add_to(tally);
}
