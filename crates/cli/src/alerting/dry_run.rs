//! `makespan alerts --dry-run`: what rules find in runs of the past.

use std::path::PathBuf;

use makespan_alerts::{AlertRule, Baseline, Judgement, Moment, Verdict, Watched, judge};
use makespan_analysis::{Facts, RunFigures};
use makespan_format::Status;
use makespan_model::UNKNOWN;
use makespan_scene::counted;
use makespan_store::RunQuery;
use makespan_views::{Cell, Column, Table};
use schemars::JsonSchema;
use serde::Serialize;

use super::rules::rules;
use crate::args::{AlertsArgs, Input};
use crate::config::Config;
use crate::failure::Failure;
use crate::load::load;
use crate::output::{print, print_json};
use crate::stored::{Address, RUN_PREFIX};
use crate::terminal::Terminal;

/// Runs of the store that rules are applied to if none is named.
const NEWEST: u32 = 100;
/// Earlier runs that a run is held against, as the server does.
const EARLIER: usize = 20;

/// The document of `makespan alerts --dry-run --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct JudgedDocument<'a> {
    judged: Vec<JudgedRule<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct JudgedRule<'a> {
    run: &'a str,
    rule: &'a str,
    severity: &'static str,
    /// `firing`, `clear` or `unknown`.
    verdict: &'static str,
    text: &'a str,
    value: Option<f64>,
    limit: Option<f64>,
    tasks: &'a [String],
}

/// The newest runs of the store.
fn newest(config: &Config) -> Result<Vec<PathBuf>, Failure> {
    let address = Address::new(config)?;
    let none =
        || Failure::Usage(format!("there are no runs in {}; name files or ids of runs", address.shown()));
    let store = address.open_existing()?.ok_or_else(none)?;
    let query = RunQuery { limit: NEWEST, ..RunQuery::default() };
    let runs = store.runs(&query).map_err(|error| address.failed(error))?.runs;
    if runs.is_empty() {
        return Err(none());
    }
    Ok(runs.iter().map(|run| format!("{RUN_PREFIX}{}", run.id).into()).collect())
}

/// Judges runs as if they had been watched.
pub(super) fn run(args: &AlertsArgs, config: &Config) -> Result<(), Failure> {
    let rules = rules(config.alerts());
    let files = if args.files.is_empty() { newest(config)? } else { args.files.clone() };
    let input = Input { files, zone: args.zone.clone(), unit: None, map: None };
    let mut runs: Vec<(RunFigures, Facts)> = load(&input, config)?
        .into_iter()
        .map(|loaded| (RunFigures::of(&loaded.run), Facts::new(loaded.run)))
        .collect();
    // By their starts; what has none comes first, and is held against nothing.
    runs.sort_by_key(|(figures, _)| figures.started.unwrap_or(UNKNOWN));
    let mut found: Vec<(usize, &AlertRule, Judgement)> = Vec::new();
    for at in 0..runs.len() {
        let workflow = Some(runs[at].0.workflow.as_str()).filter(|name| !name.is_empty());
        let mut baseline = Baseline::default();
        let earlier = runs[..at].iter().rev().filter(|(figures, _)| {
            workflow.is_some()
                && Some(figures.workflow.as_str()) == workflow
                && figures.status == Some(Status::Succeeded)
                && figures.started.is_some()
        });
        earlier.take(EARLIER).for_each(|(_, facts)| baseline.add(&rules, facts));
        let watched = Watched { facts: &runs[at].1, moment: Moment::Past, utc_offset: 0 };
        for rule in rules.iter().filter(|rule| rule.is_about(workflow)) {
            found.push((at, rule, judge(rule, &watched, &baseline)));
        }
    }
    let id = |at: usize| runs[at].1.run().id.as_str();
    if args.json {
        let judged = found.iter().map(|(at, rule, found)| JudgedRule {
            run: id(*at),
            rule: &rule.name,
            severity: rule.severity.name(),
            verdict: verdict(found.verdict),
            text: &found.text,
            value: found.value,
            limit: found.limit,
            tasks: &found.tasks,
        });
        return print_json(&JudgedDocument { judged: judged.collect() });
    }
    let columns = vec![
        Column::whole("run", "Run"),
        Column::whole("severity", "Severity"),
        Column::whole("rule", "Rule"),
        Column::text("text", "Text"),
    ];
    let mut table = Table::new("", columns);
    let firing = found.iter().filter(|(_, _, found)| found.verdict == Verdict::Firing);
    for (at, rule, found) in firing {
        table.push(vec![
            Cell::new(id(*at)),
            Cell::new(rule.severity.name()),
            Cell::new(&rule.name),
            Cell::new(&found.text),
        ]);
    }
    let mut out = String::new();
    let fired = table.rows.len();
    if fired > 0 {
        out = format!("{}\n", Terminal::of_stdout().table(&table));
    }
    out.push_str(&format!(
        "{} would have fired in {}, by {}\n",
        counted(fired, "alert"),
        counted(runs.len(), "run"),
        counted(rules.len(), "rule")
    ));
    // What cannot be judged is not the same as what is fine.
    for rule in &rules {
        let unknown: Vec<&Judgement> = found
            .iter()
            .filter(|(_, of, found)| of.name == rule.name && found.verdict == Verdict::Unknown)
            .map(|(_, _, found)| found)
            .collect();
        if let Some(first) = unknown.first() {
            let number = counted(unknown.len(), "run");
            out.push_str(&format!("{} could not be judged in {number}: {}\n", rule.name, first.text));
        }
    }
    print(&out)
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Firing => "firing",
        Verdict::Clear => "clear",
        Verdict::Unknown => "unknown",
    }
}
