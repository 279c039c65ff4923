//! The comparison for programs; `docs/compare.md` describes every member. Members may be added, none is ever renamed.

mod shape;

use makespan_analysis::compare::*;
use makespan_analysis::{Facts, Quantity};
use makespan_format::time::format_rfc3339;
use makespan_model::{Status, TaskId};
use makespan_views::amount::Unit;

use super::compared::Compared;
use super::pair::Pair;
use shape::*;

pub(crate) use shape::ComparisonDocument;

fn write(document: &ComparisonDocument) -> String {
    // Serialising plain values into a string cannot fail.
    serde_json::to_string_pretty(document).unwrap_or_default()
}

/// What the documents call a unit.
fn code(unit: &Unit) -> &str {
    match unit.quantity {
        Quantity::Time => "ns",
        Quantity::Bytes => "bytes",
        Quantity::Percent => "percent",
        Quantity::Count => "count",
        Quantity::Number => &unit.name,
    }
}

fn document(comparison: &'static str, measure: &str, unit: &Unit, runs: &[Compared]) -> ComparisonDocument {
    let entry = |r: &Compared| {
        let (run, totals) = (r.facts.run(), r.facts.totals());
        RunEntry {
            set: r.set,
            id: run.id.clone(),
            name: run.title().to_owned(),
            workflow: Some(run.text(run.workflow)).filter(|w| !w.is_empty()).map(str::to_owned),
            format: r.format,
            status: totals.status.map(Status::name),
            started: totals.started.map(format_rfc3339),
            makespan_ns: totals.makespan,
            tasks: totals.tasks,
        }
    };
    ComparisonDocument {
        comparison,
        measure: measure.to_owned(),
        unit: code(unit).to_owned(),
        runs: runs.iter().map(entry).collect(),
        ..ComparisonDocument::default()
    }
}

fn id(facts: &Facts, task: Option<TaskId>) -> Option<String> {
    task.map(|t| facts.run().task_id(t).to_owned())
}

fn known(x: f64) -> Number {
    Some(x).filter(|x| x.is_finite())
}

/// Two runs.
pub(super) fn pair(runs: &[Compared], pair: &Pair<'_>, unit: &Unit) -> String {
    let (a, b, matching) = (pair.a, pair.b, &pair.matching);
    let mut out = document("pair", &pair.metric, unit, runs);
    out.comparable = Some(pair.comparable());
    let note = |c: &Caveat| Note {
        code: c.code(),
        run: c.side().map(Side::name),
        forbids: c.forbids(),
        tasks: if let Caveat::NotExecuted(_, n) = c { Some(*n) } else { None },
        runs: None,
    };
    out.notes = pair.caveats.iter().map(note).collect();
    let key = |place: &u32| matching.tasks[*place as usize].key.clone();
    if let Some(explanation) = &pair.explanation {
        out.makespan_delta_ns = Some(explanation.delta_ns);
        let part = |p: &DifferencePart| {
            let task = p.task.map(|t| &matching.tasks[t as usize]);
            Explained {
                part: p.kind.name(),
                task: task.map(|t| t.key.clone()),
                a_id: id(a, task.and_then(|t| t.a)),
                b_id: id(b, task.and_then(|t| t.b)),
                delta_ns: p.delta_ns,
            }
        };
        out.explained = Some(explanation.parts.iter().map(part).collect());
        out.path = Some(PathEntry {
            entered: explanation.entered.iter().map(key).collect(),
            left: explanation.left.iter().map(key).collect(),
            inferred: explanation.inferred,
        });
    }
    let [same, changed, added, removed, renamed] = Match::ALL.map(|how| matching.count(how));
    out.counts = Some(Counts { same, changed, added, removed, renamed });
    out.tasks = Some(pair.order.iter().map(|&place| task(pair, place)).collect());
    out.parameters = Some(pair.settings.iter().map(parameter).collect());
    let step = |s: StepDelta| StepEntry {
        a_tasks: s.a.as_ref().map_or(0, |s| s.tasks),
        b_tasks: s.b.as_ref().map_or(0, |s| s.tasks),
        a_work_ns: s.a.as_ref().map_or(0, |s| s.work),
        b_work_ns: s.b.as_ref().map_or(0, |s| s.work),
        delta_work_ns: s.work_ns,
        step: s.step,
    };
    out.steps = Some(step_deltas(a, b).into_iter().map(step).collect());
    let measure = |m: MeasureDelta| MeasureEntry {
        unit: code(&Unit { quantity: m.quantity, name: m.unit }).to_owned(),
        key: m.key,
        pairs: m.pairs,
        rose: m.rose,
        fell: m.fell,
        a_median: m.a,
        b_median: m.b,
        delta_median: m.delta,
    };
    out.measures = Some(measure_deltas(a, b, matching).into_iter().map(measure).collect());
    write(&out)
}

fn task(pair: &Pair<'_>, place: u32) -> TaskEntry {
    let (a, b) = (pair.a, pair.b);
    let t = &pair.matching.tasks[place as usize];
    let status = |facts: &Facts, t: Option<TaskId>| {
        t.and_then(|t| facts.run().tasks.status.get(t.index()).copied()).map(Status::name)
    };
    let last = t.b.map(|t| (b.run(), t)).or(t.a.map(|t| (a.run(), t)));
    TaskEntry {
        key: t.key.clone(),
        how: t.how.name(),
        by: t.by.map(Evidence::name),
        changes: t.changes.iter().map(|c| c.name()).collect(),
        a_id: id(a, t.a),
        b_id: id(b, t.b),
        name: last.map_or_else(String::new, |(run, t)| run.task_name(t).to_owned()),
        step: last.map_or_else(String::new, |(run, t)| run.task_step(t).to_owned()),
        a_status: status(a, t.a),
        b_status: status(b, t.b),
        a_ns: t.a_ns,
        b_ns: t.b_ns,
        delta_ns: t.delta_ns,
        explained_ns: pair.explained[place as usize],
        delta: pair.deltas.get(place as usize).copied().and_then(known),
        parameters: given(pair, t),
    }
}

/// The parameters of a task that differ.
fn given(pair: &Pair<'_>, task: &MatchedTask) -> Vec<ParameterEntry> {
    let (true, Some(a), Some(b)) = (task.changes.contains(&Change::Params), task.a, task.b) else {
        return Vec::new();
    };
    let settings = task_settings((pair.a.run(), a), (pair.b.run(), b));
    settings.iter().filter(|s| s.of == Saying::Params).map(parameter).collect()
}

fn parameter(s: &Setting) -> ParameterEntry {
    ParameterEntry { of: s.of.name(), name: s.name.clone(), a: s.a.clone(), b: s.b.clone() }
}

fn samples(s: &TwoSamples) -> SamplesEntry {
    let values = |sample: &[f64]| sample.iter().map(|x| known(*x)).collect::<Vec<Number>>();
    SamplesEntry {
        verdict: s.verdict.name(),
        baseline: values(&s.baseline),
        candidate: values(&s.candidate),
        baseline_median: s.baseline_median,
        candidate_median: s.candidate_median,
        shift: s.estimate,
        low: s.interval.map(|i| i.0),
        high: s.interval.map(|i| i.1),
        p: s.p,
        exact: s.exact,
        adjusted_p: s.adjusted,
        margin: if let Verdict::Equivalent { margin } = s.verdict { Some(margin) } else { None },
        detectable: if let Verdict::NoEvidence { detectable } = s.verdict { detectable } else { None },
        baseline_failed: s.failed[0],
        candidate_failed: s.failed[1],
    }
}

/// The ids of a row, by run.
fn ids(runs: &[Compared], row: &LineupRow) -> Vec<Option<String>> {
    runs.iter().zip(&row.tasks).map(|(r, t)| id(&r.facts, *t)).collect()
}

/// Two sets of runs.
pub(super) fn sets(runs: &[Compared], found: &Verdicts, unit: &Unit) -> String {
    let mut out = document("sets", &found.measure, unit, runs);
    out.comparable = Some(!found.notes.iter().any(|n| n.forbids()));
    let note = |n: &SetCaveat| Note {
        code: n.code(),
        run: n.side().map(Side::name),
        forbids: n.forbids(),
        tasks: if let SetCaveat::Runs(Caveat::NotExecuted(_, tasks), _) = n { Some(*tasks) } else { None },
        runs: if let SetCaveat::Runs(_, runs) = n { Some(*runs) } else { None },
    };
    out.notes = found.notes.iter().map(note).collect();
    let entry = |r: &RowVerdict| {
        let row = &found.lineup.rows[r.row as usize];
        VerdictEntry {
            key: row.key.clone(),
            name: row.title.clone(),
            ids: ids(runs, row),
            samples: samples(&r.samples),
            on_path: r.on_path,
            contribution: r.contribution,
        }
    };
    out.verdicts = Some(VerdictsEntry {
        tested_on_path: found.tested[0],
        tested_others: found.tested[1],
        margin_share: found.margin.share,
        margin_least: found.margin.least,
        makespan: found.makespan.as_ref().map(samples),
        tasks: found.rows.iter().map(entry).collect(),
    });
    write(&out)
}

/// Many runs in a row.
pub(super) fn series(runs: &[Compared], found: &Trends, unit: &Unit) -> String {
    let mut out = document("series", &found.measure, unit, runs);
    let one = |s: &Series| SeriesEntry {
        values: s.points.iter().map(|p| known(p.value)).collect(),
        counts: s.points.iter().map(|p| p.counts).collect(),
        statuses: s.points.iter().map(|p| p.status.map(Status::name)).collect(),
        levels: s
            .trend
            .levels
            .iter()
            .map(|l| LevelEntry { first: l.first, last: l.last, values: l.values, median: l.median })
            .collect(),
        slope: s.trend.slope.map(|s| s.each),
        slope_p: s.trend.slope.map(|s| s.p),
        before: s.before.map(|b| SpreadEntry {
            values: b.values,
            min: b.min,
            p10: b.p10,
            median: b.median,
            p90: b.p90,
            max: b.max,
        }),
    };
    let entry = |(row, s): (&LineupRow, &Series)| TrendEntry {
        key: row.key.clone(),
        name: row.title.clone(),
        ids: ids(runs, row),
        series: one(s),
    };
    out.trends = Some(TrendsEntry {
        makespan: found.makespan.as_ref().map(one),
        tasks: found.lineup.rows.iter().zip(&found.rows).map(entry).collect(),
    });
    write(&out)
}
