//! `makespan monitor`: runs of the store while they grow.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::Duration;

use makespan_format::Status;
use makespan_scene::counted;
use makespan_store::{Page, RunFilter, RunQuery, RunState, Store};

use super::{list, status};
use crate::args::MonitorArgs;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::print;
use crate::stored::{Address, run_of, state_of};
use crate::terminal::{Terminal, bar};

/// As many runs that go on are shown.
const SHOWN: u32 = 50;
/// Columns of the bar of a whole run.
const BAR: usize = 30;
/// Home, and clears what is below (ECMA-48, CUP and ED).
const CLEAR: &str = "\x1b[H\x1b[2J";

/// Prints how a run stands, or which runs go on, again and again: until the run is over, or until interrupted.
pub(crate) fn run(args: &MonitorArgs, config: &Config) -> Result<(), Failure> {
    let address = Address::new(config)?;
    let store = match &args.run {
        Some(run) => Some(address.open_with(run)?),
        None => address.open_existing()?,
    };
    let terminal = Terminal::of_stdout();
    let is_terminal = io::stdout().is_terminal();
    let mut last = None;
    loop {
        if let Some(store) = &store {
            address.take_in(&**store);
        }
        let (page, is_over) = match (&args.run, &store) {
            (Some(run), Some(store)) => of_run(&address, &**store, run, terminal)?,
            (_, store) => (of_all(&address, store.as_deref(), terminal)?, false),
        };
        // What does not change is not printed again where it would only fill a log.
        if is_terminal && !args.once {
            print(&format!("{CLEAR}{page}"))?;
        } else if last.as_ref() != Some(&page) {
            let between = if last.is_some() { "\n" } else { "" };
            print(&format!("{between}{page}"))?;
        }
        if args.once || is_over {
            return Ok(());
        }
        last = Some(page);
        io::stdout().flush().map_err(|_| Failure::Closed)?;
        std::thread::sleep(Duration::from_nanos(args.interval.0.unsigned_abs()));
    }
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
    let page = format!("{}\n{}", progress(&state), status::page(&state, &run, terminal));
    Ok((page, !state.is_active()))
}

/// How much of a run is over.
fn progress(state: &RunState) -> String {
    let all = state.tasks.total();
    let over: u64 = Status::ALL.into_iter().filter(|s| s.is_terminal()).map(|s| state.tasks.of(s)).sum();
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

/// The runs that go on.
fn of_all(address: &Address, store: Option<&dyn Store>, terminal: Terminal) -> Result<String, Failure> {
    let filter = RunFilter { active: Some(true), ..RunFilter::default() };
    let query = RunQuery { filter, limit: SHOWN, ..RunQuery::default() };
    let page = match store {
        Some(store) => store.runs(&query).map_err(|error| address.failed(error))?,
        None => Page::default(),
    };
    Ok(match page.runs.as_slice() {
        [] => format!("no active runs in {}\n", address.shown()),
        runs => terminal.table(&list::table(runs)),
    })
}
