//! `makespan lineage`: the commands that Graflow's lineage tracking announces, over the runs of the store.

use makespan_scene::counted;
use makespan_store::{Mark, RunState, all_runs};

use super::list;
use crate::args::{LineageArgs, LineageVerb};
use crate::config::Config;
use crate::failure::Failure;
use crate::output::print;
use crate::serve;
use crate::stored::{Address, now, patiently};
use crate::terminal::Terminal;

/// Maximum number of runs that `status` lists.
const NEWEST: usize = 20;

/// Serves, lists or clears the runs that Graflow recorded.
pub(crate) fn run(args: &LineageArgs, config: Config) -> Result<(), Failure> {
    match &args.verb {
        LineageVerb::Serve(args) => serve::run(args, config),
        LineageVerb::Status => status(&config),
        LineageVerb::Clear { yes } => clear(*yes, &config),
    }
}

/// Returns whether Graflow recorded a run, by its own tracer or by `makespan.compat.graflow`, whose source is `makespan python, as
/// graflow`.
fn is_lineage(run: &RunState) -> bool {
    let source = run.source.as_deref().unwrap_or_default();
    source.split(|c: char| !c.is_alphanumeric()).any(|word| word.eq_ignore_ascii_case("graflow"))
}

fn status(config: &Config) -> Result<(), Failure> {
    let address = Address::new(config)?;
    let all = match address.open_existing()? {
        Some(store) => all_runs(&*store).map_err(|error| address.failed(error))?,
        None => Vec::new(),
    };
    let mut runs: Vec<RunState> = all.into_iter().filter(is_lineage).collect();
    runs.sort_by_key(|run| std::cmp::Reverse(run.updated));
    let (total, active) = (runs.len(), runs.iter().filter(|run| run.is_active()).count());
    let mut out = format!("{} of Graflow in {}, {active} active\n", counted(total, "run"), address.shown());
    runs.truncate(NEWEST);
    if !runs.is_empty() {
        out.push_str(&Terminal::of_stdout().table(&list::table(&runs)));
    }
    if total > runs.len() {
        out.push_str(&format!("\nthe newest {}; `makespan list` lists all\n", runs.len()));
    }
    print(&out)
}

fn clear(yes: bool, config: &Config) -> Result<(), Failure> {
    let address = Address::new(config)?;
    let Some(store) = address.open_existing()? else {
        return Err(Failure::Refused(format!("there is no store {}", address.shown())));
    };
    let runs = all_runs(&*store).map_err(|error| address.failed(error))?;
    let (goes, kept): (Vec<&RunState>, Vec<&RunState>) =
        runs.iter().filter(|run| is_lineage(run)).partition(|run| !run.is_active() && !run.pinned);
    let (goes_text, kept_text) = (counted(goes.len(), "run"), counted(kept.len(), "run"));
    let kept_text = format!("{kept_text} kept, active or pinned");
    if !yes {
        return print(&format!("would move {goes_text} to the trash, {kept_text}; re-run with --yes\n"));
    }
    let now = now();
    for run in &goes {
        let trash = || store.mark(&run.id, &Mark::Trash(Some(now)));
        patiently(address.wait(), trash).map_err(|error| address.failed(error))?;
    }
    print(&format!("{goes_text} moved to the trash, {kept_text}; `makespan restore` brings them back\n"))
}
