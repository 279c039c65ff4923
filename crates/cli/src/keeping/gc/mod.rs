//! `makespan gc`: what need not be kept goes, first into an archive and the trash, a day later for good.

mod archive;
mod plan;

use std::io::Write as _;

use makespan_scene::bytes;
use makespan_store::{LARGEST_PAGE, Mark, Order, RunFilter, RunQuery, RunState, Store};
use makespan_views::{Cell, Column, Table};
use serde_json::json;

use super::words::whole;
use crate::args::GcArgs;
use crate::config::Config;
use crate::config::settings::{GC_KEEP_FAILED, GC_KEEP_LAST, GC_MAX_SIZE, GC_OLDER_THAN};
use crate::failure::Failure;
use crate::output::{clean, inert_json, print};
use crate::paper::Paper;
use crate::stored::{Address, known, lines_of, now, patiently};
use plan::{Kept, Plan, Policy, ended, is_much, is_spent, plan};

/// Shows what would go, and lets it go when told to.
pub(crate) fn run(args: &GcArgs, config: &Config) -> Result<(), Failure> {
    let policy = policy(args, config)?;
    let address = Address::new(config)?;
    let Some(store) = address.open_existing()? else {
        return Err(Failure::Refused(format!("there is no store {}", address.shown())));
    };
    let now = now();
    let runs = all(&address, &*store, false)?;
    let trashed = all(&address, &*store, true)?;
    let spent: Vec<&RunState> = trashed.iter().filter(|run| is_spent(run, now)).collect();
    let plan = plan(&runs, &policy, now);
    let is_asked = args.yes || args.confirm.is_some();
    if is_asked && is_much(plan.goes.len(), runs.len()) && args.confirm != Some(plan.goes.len()) {
        let (goes, all) = (plan.goes.len(), runs.len());
        let text = format!("{goes} of {all} runs would go; if that is meant, say --confirm {goes}");
        return Err(Failure::Refused(text));
    }
    if !args.json {
        print(page(&runs, &plan, spent.len(), &policy).as_bytes())?;
    }
    let mut changed = Vec::new();
    if is_asked {
        for (i, _) in &plan.goes {
            if !let_go(args, &address, &*store, &runs[*i], now)? {
                changed.push(runs[*i].id.as_str());
            }
        }
        for run in &spent {
            remove(&address, &*store, run, now)?;
        }
    }
    for id in &changed {
        let text = format!("run {id} has changed meanwhile and is kept");
        let _ = writeln!(std::io::stderr(), "makespan: {}", clean(&text));
    }
    if args.json {
        let goes: Vec<_> =
            plan.goes.iter().filter(|(i, _)| !changed.contains(&runs[*i].id.as_str())).collect();
        let run = |(i, reason): &&(usize, plan::Reason)| json!({ "run": runs[*i].id, "reason": reason.to_string(), "ended": ended(&runs[*i]), "bytes": runs[*i].bytes });
        let kept: serde_json::Map<_, _> =
            plan.kept.iter().map(|(why, count)| (why.name().to_owned(), json!(count))).collect();
        let document = json!({
            "done": is_asked,
            "runs": goes.iter().map(run).collect::<Vec<_>>(),
            "removed": spent.iter().map(|run| &run.id).collect::<Vec<_>>(),
            "kept": kept,
            "left": plan.left,
        });
        let text = serde_json::to_string_pretty(&document).unwrap_or_default();
        return print(format!("{}\n", inert_json(&text)).as_bytes());
    }
    print(conclusion(args, &plan, spent.len(), changed.len()).as_bytes())
}

/// What is to be kept: as the options say, else as the settings do.
fn policy(args: &GcArgs, config: &Config) -> Result<Policy, Failure> {
    let policy = Policy {
        older_than: args.older_than.map_or_else(|| config.get(&GC_OLDER_THAN), |l| Ok(Some(l)))?.map(|l| l.0),
        keep_last: args.keep_last.map_or_else(|| config.get(&GC_KEEP_LAST), |n| Ok(Some(n)))?,
        max_size: args.max_size.map_or_else(|| config.get(&GC_MAX_SIZE), |s| Ok(Some(s)))?.map(|s| s.0),
        keep_failed: args.keep_failed || config.value(None, &GC_KEEP_FAILED)?,
    };
    if policy.older_than.is_none() && policy.keep_last.is_none() && policy.max_size.is_none() {
        let text = "nothing says what need not be kept: give --older-than, --keep-last or --max-size";
        return Err(Failure::Usage(text.to_owned()));
    }
    Ok(policy)
}

fn all(address: &Address, store: &dyn Store, trashed: bool) -> Result<Vec<RunState>, Failure> {
    let filter = RunFilter { trashed, ..RunFilter::default() };
    let mut query = RunQuery { filter, order: Order::Oldest, limit: LARGEST_PAGE, after: None };
    let mut runs = Vec::new();
    loop {
        let page = store.runs(&query).map_err(|error| address.failed(error))?;
        runs.extend(page.runs);
        match page.next {
            Some(next) => query.after = Some(next),
            None => return Ok(runs),
        }
    }
}

/// Archives a run, if that is asked for, and puts it into the trash; false where it is not what it was when it was
/// looked at.
fn let_go(
    args: &GcArgs,
    address: &Address,
    store: &dyn Store,
    run: &RunState,
    now: i64,
) -> Result<bool, Failure> {
    let is_same = || -> Result<bool, Failure> {
        let current = known(address, store, &run.id)?;
        Ok(current.is_some_and(|c| c.events == run.events && c.pinned == run.pinned && c.trashed.is_none()))
    };
    if !is_same()? {
        return Ok(false);
    }
    if let Some(folder) = &args.archive {
        let lines = lines_of(store, &run.id).map_err(|error| address.failed(error))?;
        archive::archive(folder, &run.id, &lines)?;
        if !is_same()? {
            return Ok(false);
        }
    }
    let mark = Mark::Trash(Some(now));
    patiently(address.wait(), || store.mark(&run.id, &mark)).map_err(|error| address.failed(error))?;
    Ok(true)
}

/// Removes a run for good, if it is still in the trash.
fn remove(address: &Address, store: &dyn Store, run: &RunState, now: i64) -> Result<(), Failure> {
    if known(address, store, &run.id)?.is_some_and(|current| is_spent(&current, now)) {
        patiently(address.wait(), || store.delete(&run.id)).map_err(|error| address.failed(error))?;
    }
    Ok(())
}

fn page(runs: &[RunState], plan: &Plan, spent: usize, policy: &Policy) -> String {
    let mut out = String::new();
    if !plan.goes.is_empty() {
        let (id, ids) = whole("run", "Run", plan.goes.iter().map(|(i, _)| clean(&runs[*i].id)).collect());
        let columns = vec![id, Column::number("size", "Size"), Column::text("reason", "Why it goes")];
        let mut table = Table::new("", columns);
        for ((i, reason), id) in plan.goes.iter().zip(ids) {
            table.push(vec![
                Cell::new(id),
                Cell::new(bytes(runs[*i].bytes as f64)),
                Cell::new(reason.to_string()),
            ]);
        }
        out.push_str(&Paper::of_stdout().table(&table));
        out.push('\n');
    }
    let mut line = |count: u64, text: &str| {
        if count > 0 {
            out.push_str(&format!("{count} {text}\n"));
        }
    };
    for (why, count) in &plan.kept {
        let text = match why {
            Kept::Pinned => "are kept because they are pinned",
            Kept::Active => "are kept because they are not over",
            Kept::Undated => {
                "are kept because their end is not known, or no time that a clock can have shown"
            }
            Kept::Failed => "are kept because they failed",
            Kept::Last => "are kept because they are the last of their workflow",
        };
        line(*count, text);
    }
    line(spent as u64, "were put into the trash more than a day ago and go for good");
    if policy.max_size.is_some_and(|most| plan.left > most) {
        out.push_str(&format!(
            "what has to be kept takes {}, which is more than was asked for\n",
            bytes(plan.left as f64)
        ));
    }
    out
}

fn conclusion(args: &GcArgs, plan: &Plan, spent: usize, changed: usize) -> String {
    let goes = plan.goes.len() - changed;
    if goes + spent == 0 {
        return "nothing goes\n".to_owned();
    }
    if args.yes || args.confirm.is_some() {
        return format!("{goes} runs are in the trash, {spent} were removed for good\n");
    }
    format!("{goes} runs would go into the trash, {spent} for good; nothing was done: --yes does it\n")
}
