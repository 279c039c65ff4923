//! `makespan gc`: what need not be kept goes, first into an archive and the trash, a day later for good.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use makespan_format::time::format_rfc3339;
use makespan_scene::{bytes, count, counted, duration};
use makespan_server::documents::Moment;
use makespan_store::retention::{Applied, Kept, Leaving, Plan, Policy, Reason, apply, plan};
use makespan_store::{Maintained, OnDamage, RunState, all_runs};
use makespan_views::{Cell, Column, Table, Value};
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::GcArgs;
use crate::config::Config;
use crate::config::settings::{GC_KEEP_FAILED, GC_KEEP_LAST, GC_MAX_SIZE, GC_OLDER_THAN};
use crate::failure::Failure;
use crate::output::{clean, print, print_json};
use crate::stored::{Address, damage, now, patiently};
use crate::terminal::Terminal;

/// Shows what would be deleted, and deletes it on request.
pub(crate) fn run(args: &GcArgs, config: &Config) -> Result<(), Failure> {
    let policy = policy(args, config)?;
    let address = Address::new(config)?;
    let Some(store) = address.open_existing()? else {
        return Err(Failure::Refused(format!("there is no store {}", address.shown())));
    };
    let runs = all_runs(&*store).map_err(|error| address.failed(error))?;
    let plan = plan(&runs, &policy, now());
    damage::report_all(&address, &*store)?;
    let mut damaged = BTreeSet::new();
    for run in plan.goes.iter().map(|leaving| &leaving.run).chain(&plan.spent) {
        if damage::check(&address, &*store, &run.id)? && !args.damaged {
            damaged.insert(run.id.as_str());
        }
    }
    let on_damage = if args.damaged { OnDamage::Accept } else { OnDamage::Refuse };
    for warning in plan.warnings() {
        let _ = writeln!(std::io::stderr(), "makespan: {}", clean(&warning.message));
    }
    let is_asked = args.yes || args.confirm.is_some();
    if is_asked
        && let Some(objection) = plan.objection()
        && args.confirm != Some(plan.goes.len())
    {
        let goes = plan.goes.len();
        return Err(Failure::Refused(format!("{objection}; re-run with --confirm {goes} to proceed")));
    }
    if !args.json {
        print(&page(&plan, &policy))?;
    }
    let (done, maintained) = if is_asked {
        let done = || apply(&*store, &plan, args.confirm, args.archive.as_deref(), on_damage);
        let done = patiently(address.wait(), done).map_err(|error| address.failed(error))?;
        // What is better done now and then than with each event is done on this occasion.
        let maintained = patiently(address.wait(), || store.maintain());
        (done, maintained.map_err(|error| address.failed(error))?)
    } else {
        (would_do(&plan, &damaged), Maintained::default())
    };
    for id in &done.spared {
        let text = format!("run {id} has changed meanwhile and is kept");
        let _ = writeln!(std::io::stderr(), "makespan: {}", clean(&text));
    }
    if !done.damaged.is_empty() {
        let runs = counted(done.damaged.len(), "damaged run");
        let text = format!("{runs} kept; re-run with --damaged to remove them");
        let _ = writeln!(std::io::stderr(), "makespan: error: {text}");
    }
    if args.json {
        return print_json(&document(is_asked, &plan, &done, &maintained));
    }
    print(&conclusion(is_asked, &done, &maintained))
}

/// Returns the result of a plan if nothing changes until it is applied and damaged runs are kept.
fn would_do(plan: &Plan, damaged: &BTreeSet<&str>) -> Applied {
    let sound = |run: &RunState| (!damaged.contains(run.id.as_str())).then(|| run.id.clone());
    Applied {
        trashed: plan.goes.iter().filter_map(|leaving| sound(&leaving.run)).collect(),
        removed: plan.spent.iter().filter_map(sound).collect(),
        spared: Vec::new(),
        damaged: damaged.iter().map(|id| (*id).to_owned()).collect(),
    }
}

/// The document of `makespan gc --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct GcDocument<'a> {
    /// Whether it was done; if not, the other members describe what would be done.
    done: bool,
    runs: Vec<Gone<'a>>,
    removed: &'a [String],
    damaged: &'a [String],
    /// Number of runs that are kept, by reason.
    kept: BTreeMap<&'static str, u64>,
    /// Bytes of the runs that are kept.
    left: u64,
    compressed: u64,
}

#[derive(Serialize, JsonSchema)]
struct Gone<'a> {
    run: &'a str,
    reason: String,
    #[schemars(with = "Option<Moment>")]
    ended: Option<String>,
    bytes: u64,
}

/// The answer as JSON.
fn document<'a>(
    is_asked: bool,
    plan: &'a Plan,
    done: &'a Applied,
    maintained: &Maintained,
) -> GcDocument<'a> {
    let spared: BTreeSet<&str> = done.spared.iter().chain(&done.damaged).map(String::as_str).collect();
    let goes = plan.goes.iter().filter(|leaving| !spared.contains(leaving.run.id.as_str()));
    let run = |Leaving { run, reason }: &'a Leaving| Gone {
        run: &run.id,
        reason: words(*reason),
        ended: run.ended().map(format_rfc3339),
        bytes: run.bytes,
    };
    let kept = plan.kept.iter().filter(|(why, _)| **why != Kept::Wanted);
    GcDocument {
        done: is_asked,
        runs: goes.map(run).collect(),
        removed: &done.removed,
        damaged: &done.damaged,
        kept: kept.map(|(why, count)| (why.name(), *count)).collect(),
        left: plan.left,
        compressed: maintained.compressed,
    }
}

fn words(reason: Reason) -> String {
    match reason {
        Reason::Age(age) => format!("ended {} ago", duration(age)),
        Reason::Count(later) => format!("{} of its workflow", counted(later, "later run")),
        Reason::Size => "beyond --max-size".to_owned(),
    }
}

/// Returns the retention policy: that of the options, otherwise that of the settings.
fn policy(args: &GcArgs, config: &Config) -> Result<Policy, Failure> {
    let policy = Policy {
        older_than: args.older_than.map_or_else(|| config.get(&GC_OLDER_THAN), |l| Ok(Some(l)))?.map(|l| l.0),
        keep_last: args.keep_last.map_or_else(|| config.get(&GC_KEEP_LAST), |n| Ok(Some(n)))?,
        max_size: args.max_size.map_or_else(|| config.get(&GC_MAX_SIZE), |s| Ok(Some(s)))?.map(|s| s.0),
        keep_failed: args.keep_failed || config.value(None, &GC_KEEP_FAILED)?,
    };
    if policy.older_than.is_none() && policy.keep_last.is_none() && policy.max_size.is_none() {
        let text = "no retention rule: give --older-than, --keep-last or --max-size";
        return Err(Failure::Usage(text.to_owned()));
    }
    Ok(policy)
}

fn page(plan: &Plan, policy: &Policy) -> String {
    let mut out = String::new();
    if !plan.goes.is_empty() {
        let columns = vec![
            Column::whole("run", "Run"),
            Column::number("size", "Size"),
            Column::text("reason", "Reason"),
        ];
        let mut table = Table::new("", columns);
        for Leaving { run, reason } in &plan.goes {
            let size = Cell::new(Value::Bytes(run.bytes as f64));
            table.push(vec![Cell::new(&run.id), size, Cell::new(words(*reason))]);
        }
        out.push_str(&Terminal::of_stdout().table(&table));
        out.push('\n');
    }
    let mut line = |number: u64, text: &str| {
        if number > 0 {
            out.push_str(&format!("{} {text}\n", counted(number, "run")));
        }
    };
    for (why, number) in &plan.kept {
        let text = match why {
            Kept::Pinned => "kept because pinned",
            Kept::Active => "kept because not finished",
            Kept::Failed => "kept because failed",
            Kept::Last => "kept as the last of the workflow",
            // Wanted runs need no line; a warning reported those without a date.
            Kept::Wanted | Kept::Undated => continue,
        };
        line(*number, text);
    }
    line(plan.spent.len() as u64, "in the trash for more than a day and due to be deleted permanently");
    if policy.max_size.is_some_and(|most| plan.left > most) {
        out.push_str(&format!(
            "the runs to keep take {}, which is more than --max-size allows\n",
            bytes(plan.left as f64)
        ));
    }
    out
}

fn conclusion(is_asked: bool, done: &Applied, maintained: &Maintained) -> String {
    let (goes, spent) = (done.trashed.len(), done.removed.len());
    let compressed = match maintained.compressed {
        0 => String::new(),
        number => format!("; {} compressed", counted(number, "run")),
    };
    if goes + spent == 0 {
        return format!("nothing to remove{compressed}\n");
    }
    let (goes, spent) = (counted(goes, "run"), count(spent as u64));
    if is_asked {
        return format!("{goes} moved to trash, {spent} deleted permanently{compressed}\n");
    }
    format!(
        "{goes} would move to trash, {spent} would be deleted permanently; nothing was done: re-run with --yes to proceed\n"
    )
}
