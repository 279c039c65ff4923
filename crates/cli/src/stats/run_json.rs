//! The statistics of one run for programs.

use makespan_analysis::{
    Bounds, Cause, CauseSums, Facts, Finding, ObservedPath, Rule, SegmentKind, SlotCount, Waste, judge,
};
use makespan_format::time::format_rfc3339;
use makespan_model::{Run, Status};
use makespan_server::documents::{Moment, StatusName};
use makespan_views::Found;
use makespan_views::encode;
use schemars::JsonSchema;
use serde::Serialize;

use super::statistics::Counted;
use super::step_json::{STEPS, Step, ns, step};
use super::trends::{self, TrendJson};
use crate::args::StatsArgs;

/// Number of entries of each list that are written: the first ones, which are the largest.
const MOST: usize = 20;
/// How many chains beside the critical path.
const CHAINS: usize = 5;

#[derive(Serialize, JsonSchema)]
pub(super) struct RunStats<'a> {
    id: &'a str,
    name: &'a str,
    format: &'static str,
    #[schemars(with = "Option<StatusName>")]
    status: Option<&'static str>,
    #[schemars(with = "Option<Moment>")]
    started: Option<String>,
    #[schemars(with = "Option<Moment>")]
    ended: Option<String>,
    makespan_ns: Option<i64>,
    work_ns: i64,
    tasks: usize,
    at_least: bool,
    max_concurrency: u32,
    mean_concurrency: Option<f64>,
    workers: usize,
    utilisation: Option<f64>,
    bounds: Option<BoundsJson>,
    path: Option<PathJson<'a>>,
    near_critical: Vec<Chain<'a>>,
    waiting: Waiting<'a>,
    steps: Vec<Step>,
    steps_left_out: usize,
    stragglers: Vec<Straggler<'a>>,
    retries: Retries<'a>,
    requests: Requests,
    errors: Vec<ErrorJson<'a>>,
    trends: Vec<TrendJson<'a>>,
    rules: Vec<RuleJson<'a>>,
    findings: Vec<FindingJson<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Bounds")]
struct BoundsJson {
    critical_path_ns: i64,
    slots: u32,
    slots_from: &'static str,
    at_least_ns: i64,
    at_most_ns: i64,
    parallelism: f64,
    max_speedup: f64,
    efficiency: f64,
    serial_share: Option<f64>,
    alone_ns: i64,
    idle_ns: i64,
    inferred: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Path")]
struct PathJson<'a> {
    run_ns: i64,
    dependency_ns: i64,
    slot_ns: i64,
    queue_ns: i64,
    backoff_ns: i64,
    unknown_ns: i64,
    segments: usize,
    inferred: bool,
    longest: Vec<SegmentJson<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Segment")]
struct SegmentJson<'a> {
    task: &'a str,
    kind: &'static str,
    #[schemars(with = "Moment")]
    from: String,
    length_ns: i64,
}

#[derive(Serialize, JsonSchema)]
struct Chain<'a> {
    tasks: Vec<&'a str>,
    length_ns: i64,
    behind_ns: i64,
}

#[derive(Serialize, JsonSchema)]
struct Waiting<'a> {
    dependency_ns: i64,
    slot_ns: i64,
    queue_ns: i64,
    backoff_ns: i64,
    unknown_ns: i64,
    waited_ns: i64,
    culprits: Vec<Culprit<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Culprit<'a> {
    task: &'a str,
    dependency_ns: i64,
    slot_ns: i64,
}

#[derive(Serialize, JsonSchema)]
struct Straggler<'a> {
    task: &'a str,
    step: &'a str,
    duration_ns: i64,
    median_ns: i64,
    peers: u32,
}

#[derive(Serialize, JsonSchema)]
struct Retries<'a> {
    lost_ns: i64,
    repeated_ns: i64,
    backoff_ns: i64,
    retried: u32,
    recovered: u32,
    attempts: u32,
    tasks: Vec<Retried<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Retried<'a> {
    task: &'a str,
    attempts: u32,
    lost_ns: i64,
    repeated_ns: i64,
    backoff_ns: Option<i64>,
    delay_ns: Option<i64>,
}

#[derive(Serialize, JsonSchema)]
struct Requests {
    cpus: Option<WasteJson>,
    memory: Option<WasteJson>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Waste")]
struct WasteJson {
    tasks: u32,
    requested: f64,
    used: f64,
    share: Option<f64>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Error")]
struct ErrorJson<'a> {
    kind: &'a str,
    fingerprint: &'a str,
    message: &'a str,
    attempts: u32,
    tasks: usize,
    first_task: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Rule")]
struct RuleJson<'a> {
    rule: String,
    verdict: &'static str,
    value: Option<f64>,
    limit: Option<f64>,
    task: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
struct FindingJson<'a> {
    code: &'static str,
    severity: &'static str,
    title: String,
    text: String,
    action: &'static str,
    advice: String,
    cost_ns: i64,
    concerned: u32,
    tasks: Vec<&'a str>,
    link: String,
}

pub(super) fn run<'a>(counted: &'a Counted, args: &'a StatsArgs) -> RunStats<'a> {
    let facts = &counted.facts;
    let (run, totals) = (facts.run(), facts.totals());
    let near = facts.near_critical(CHAINS);
    RunStats {
        id: &run.id,
        name: run.title(),
        format: counted.format,
        status: totals.status.map(Status::name),
        started: totals.started.map(format_rfc3339),
        ended: totals.ended.map(format_rfc3339),
        makespan_ns: totals.makespan,
        work_ns: totals.work,
        tasks: totals.tasks,
        at_least: totals.going_on > 0,
        max_concurrency: facts.concurrency().max_running,
        mean_concurrency: facts.concurrency().mean_running,
        workers: facts.utilisation().workers,
        utilisation: facts.utilisation().mean,
        bounds: facts.bounds().map(bounds),
        path: facts.observed_path().map(|p| path(run, p)),
        near_critical: near
            .into_iter()
            .map(|c| Chain {
                tasks: c.tasks.iter().map(|t| run.task_id(*t)).collect(),
                length_ns: c.length,
                behind_ns: c.behind,
            })
            .collect(),
        waiting: waiting(facts),
        steps: facts.steps().iter().take(STEPS).map(step).collect(),
        steps_left_out: facts.steps().len().saturating_sub(STEPS),
        stragglers: stragglers(facts),
        retries: retries(facts),
        requests: Requests {
            cpus: facts.requests().cpus.map(waste),
            memory: facts.requests().memory.map(waste),
        },
        errors: errors(facts),
        trends: trends::json(facts, args),
        rules: args.rules.iter().map(|rule| judged(facts, rule)).collect(),
        findings: facts.findings().iter().map(|f| finding(run, f)).collect(),
    }
}

fn bounds(b: &Bounds) -> BoundsJson {
    BoundsJson {
        critical_path_ns: b.critical_path,
        slots: b.slots,
        slots_from: match b.slots_from {
            SlotCount::Workers => "workers",
            SlotCount::Concurrency => "concurrency",
        },
        at_least_ns: b.at_least,
        at_most_ns: b.at_most,
        parallelism: b.parallelism,
        max_speedup: b.max_speedup,
        efficiency: b.efficiency,
        serial_share: b.serial_share,
        alone_ns: b.alone,
        idle_ns: b.idle,
        inferred: b.inferred,
    }
}

fn kind(kind: SegmentKind) -> &'static str {
    match kind {
        SegmentKind::Run => "run",
        SegmentKind::Wait(Cause::Dependency(_)) => "dependency",
        SegmentKind::Wait(Cause::Slot(_)) => "slot",
        SegmentKind::Wait(Cause::Queue) => "queue",
        SegmentKind::Wait(Cause::Backoff) => "backoff",
        SegmentKind::Wait(Cause::Unknown) => "unknown",
    }
}

fn path<'a>(run: &'a Run, path: &ObservedPath) -> PathJson<'a> {
    let sum = |name: &str| {
        let mine = path.segments.iter().filter(|s| kind(s.kind) == name);
        mine.fold(0i64, |sum, s| sum.saturating_add(s.length()))
    };
    let mut longest: Vec<_> = path.segments.iter().collect();
    longest.sort_by_key(|s| (-s.length(), s.from));
    let longest = longest.into_iter().take(MOST).map(|s| SegmentJson {
        task: run.task_id(s.task),
        kind: kind(s.kind),
        from: format_rfc3339(s.from),
        length_ns: s.length(),
    });
    PathJson {
        run_ns: sum("run"),
        dependency_ns: sum("dependency"),
        slot_ns: sum("slot"),
        queue_ns: sum("queue"),
        backoff_ns: sum("backoff"),
        unknown_ns: sum("unknown"),
        segments: path.segments.len(),
        inferred: path.inferred,
        longest: longest.collect(),
    }
}

fn waiting(facts: &Facts) -> Waiting<'_> {
    let causes = facts.causes();
    let CauseSums { dependency, slot, queue, backoff, unknown } = causes.sums;
    let culprits = causes.culprits.iter().take(MOST).map(|c| Culprit {
        task: facts.run().task_id(c.task),
        dependency_ns: c.dependency,
        slot_ns: c.slot,
    });
    Waiting {
        dependency_ns: dependency,
        slot_ns: slot,
        queue_ns: queue,
        backoff_ns: backoff,
        unknown_ns: unknown,
        waited_ns: causes.sums.waited(),
        culprits: culprits.collect(),
    }
}

fn stragglers(facts: &Facts) -> Vec<Straggler<'_>> {
    let run = facts.run();
    let all = facts.stragglers().iter().take(MOST).map(|s| Straggler {
        task: run.task_id(s.task),
        step: run.task_step(s.task),
        duration_ns: s.duration,
        median_ns: s.median,
        peers: s.peers,
    });
    all.collect()
}

fn retries(facts: &Facts) -> Retries<'_> {
    let r = facts.retries();
    let tasks = r.tasks.iter().take(MOST).map(|t| Retried {
        task: facts.run().task_id(t.task),
        attempts: t.attempts,
        lost_ns: t.lost,
        repeated_ns: t.repeated,
        backoff_ns: ns(t.backoff),
        delay_ns: ns(t.delay),
    });
    Retries {
        lost_ns: r.lost,
        repeated_ns: r.repeated,
        backoff_ns: r.backoff,
        retried: r.retried,
        recovered: r.recovered,
        attempts: r.attempts,
        tasks: tasks.collect(),
    }
}

fn waste(w: Waste) -> WasteJson {
    WasteJson { tasks: w.tasks, requested: w.requested, used: w.used, share: w.share() }
}

fn errors(facts: &Facts) -> Vec<ErrorJson<'_>> {
    let groups = facts.errors().groups.iter().take(MOST).map(|g| ErrorJson {
        kind: &g.kind,
        fingerprint: &g.fingerprint,
        message: &g.message,
        attempts: g.attempts,
        tasks: g.tasks.len(),
        first_task: g.tasks.first().map(|t| facts.run().task_id(*t)),
    });
    groups.collect()
}

fn judged<'a>(facts: &'a Facts, rule: &Rule) -> RuleJson<'a> {
    let judged = judge(facts, rule);
    RuleJson {
        rule: rule.to_string(),
        verdict: judged.verdict.name(),
        value: Some(judged.value).filter(|v| v.is_finite()),
        limit: Some(judged.limit).filter(|v| v.is_finite()),
        task: judged.task.map(|t| facts.run().task_id(t)),
    }
}

fn finding<'a>(run: &'a Run, f: &Finding) -> FindingJson<'a> {
    let words = Found::new(run, f);
    FindingJson {
        code: f.code(),
        severity: f.severity.name(),
        title: words.title,
        text: words.text,
        action: f.action().name(),
        advice: words.action.into_owned(),
        cost_ns: f.cost,
        concerned: f.concerned,
        tasks: f.tasks.iter().map(|t| run.task_id(*t)).collect(),
        link: encode(&words.view),
    }
}
