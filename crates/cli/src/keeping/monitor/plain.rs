//! The same as text, for files, pipes and `--once`.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use makespan_analysis::{Facts, progress};
use makespan_format::Status;
use makespan_model::Run;
use makespan_scene::counted;
use makespan_store::{Page, RunFilter, RunQuery, RunState, Store};
use makespan_views::sections;

use crate::alerting::RunAlerts;
use crate::args::MonitorArgs;
use crate::failure::Failure;
use crate::keeping::{list, status};
use crate::output::print;
use crate::stored::{Address, run_of, state_of};
use crate::summary;
use crate::terminal::{Terminal, bar};

/// Steps in the table of a run.
const STEPS: usize = 40;
/// As many runs that go on are shown.
const SHOWN: u32 = 50;
/// Columns of the bar of a whole run.
const BAR: usize = 30;

/// Prints how a run stands, or which runs go on, again and again: until the run is over, or until interrupted.
pub(super) fn run(args: &MonitorArgs, address: &Address) -> Result<(), Failure> {
    let mut store = match args.run() {
        Some(run) => Some(address.open_with(run)?),
        None => address.open_existing()?,
    };
    let terminal = Terminal::of_stdout();
    let mut last = None;
    loop {
        match &store {
            Some(store) => address.take_in(&**store),
            None => store = address.open_existing()?,
        }
        let (page, is_over) = match (args.run(), &store) {
            (Some(run), Some(store)) => of_run(address, &**store, run, terminal)?,
            (_, store) => (of_all(address, store.as_deref(), terminal)?, false),
        };
        // What does not change is not printed again where it would only fill a log.
        if last.as_ref() != Some(&page) {
            let between = if last.is_some() { "\n" } else { "" };
            print(&format!("{between}{page}"))?;
        }
        if is_over && let Some(run) = args.run() {
            return report(args, address, run);
        }
        if args.once || is_over {
            return Ok(());
        }
        last = Some(page);
        io::stdout().flush().map_err(|_| Failure::Closed)?;
        std::thread::sleep(Duration::from_nanos(args.interval.0.unsigned_abs()));
    }
}

/// Prints the summary of a run that has finished, if it was asked for.
pub(super) fn report(args: &MonitorArgs, address: &Address, id: &str) -> Result<(), Failure> {
    if !args.generate_report {
        return Ok(());
    }
    let run = Arc::new(run_of(address, &*address.open_with(id)?, id)?);
    print(&format!("\n{}", summary::page(&Facts::new(run), "makespan", Terminal::of_stdout())))
}

/// How a run stands, and whether it is over.
fn of_run(
    address: &Address,
    store: &dyn Store,
    id: &str,
    terminal: Terminal,
) -> Result<(String, bool), Failure> {
    let state = state_of(address, store, id)?;
    let run = run_of(address, store, id)?;
    let alerts = RunAlerts::read(address, id);
    Ok((page(&state, &run, alerts.as_ref(), terminal), !state.is_active()))
}

/// The overall percentage, what is known of the run and of each task, and how far each step is.
pub(super) fn page(state: &RunState, run: &Run, alerts: Option<&RunAlerts>, terminal: Terminal) -> String {
    let steps = sections::progress(&progress(run), STEPS);
    let status = status::page(state, run, alerts, terminal);
    format!("{}\n{status}{}", overall(state), terminal.sections(&steps))
}

/// How many tasks of a run are over, and how many there are.
pub(super) fn share_over(state: &RunState) -> (u64, u64) {
    let over: u64 = Status::ALL.into_iter().filter(|s| s.is_terminal()).map(|s| state.tasks.of(s)).sum();
    (over, state.tasks.total())
}

/// How much of a run is over.
fn overall(state: &RunState) -> String {
    let (over, all) = share_over(state);
    let failed = state.tasks.of(Status::Failed);
    let share = if all > 0 { over as f64 / all as f64 } else { 0.0 };
    let failures = if failed > 0 { format!(", {failed} failed") } else { String::new() };
    format!(
        "{:<BAR$} {:.0}%  {over} of {}{failures}\n",
        bar(share, BAR),
        share * 100.0,
        counted(all as usize, "task")
    )
}

/// The active runs of a store, the newest first.
pub(super) fn active(address: &Address, store: &dyn Store) -> Result<Page, Failure> {
    let filter = RunFilter { active: Some(true), ..RunFilter::default() };
    let query = RunQuery { filter, limit: SHOWN, ..RunQuery::default() };
    store.runs(&query).map_err(|error| address.failed(error))
}

/// The active runs as a table.
fn of_all(address: &Address, store: Option<&dyn Store>, terminal: Terminal) -> Result<String, Failure> {
    let page = match store {
        Some(store) => active(address, store)?,
        None => Page::default(),
    };
    Ok(match page.runs.as_slice() {
        [] => format!("no active runs in {}\n", address.shown()),
        runs => terminal.table(&list::table(runs)),
    })
}
