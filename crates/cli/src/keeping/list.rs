//! `makespan list`.

use std::io::Write as _;

use makespan_scene::{count, counted};
use makespan_server::documents::RunDocument;
use makespan_store::{Info, Order, Page, RunFilter, RunQuery, RunState};
use makespan_views::{Cell, Column, Table, Value};
use schemars::JsonSchema;
use serde::Serialize;

use super::words::{moment, over, status};
use crate::args::{ListArgs, Which};
use crate::config::Config;
use crate::config::settings::LIST_LIMIT;
use crate::failure::Failure;
use crate::output::{clean, print, print_foreign, print_json};
use crate::stored::{Address, damage, now};
use crate::terminal::Terminal;

/// The document of `makespan list --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ListDocument<'a> {
    runs: Vec<RunDocument<'a>>,
    total: u64,
    /// The value of `--after` that lists the next runs.
    next: Option<String>,
}

impl<'a> ListDocument<'a> {
    /// The document of a page of runs.
    pub(crate) fn new(page: &'a Page) -> ListDocument<'a> {
        ListDocument {
            runs: page.runs.iter().map(RunDocument::new).collect(),
            total: page.total,
            next: page.next.as_ref().map(ToString::to_string),
        }
    }
}

/// Prints the runs of the store, the latest first.
pub(crate) fn run(args: &ListArgs, config: &Config) -> Result<(), Failure> {
    let address = Address::new(config)?;
    let limit = config.value(args.limit, &LIST_LIMIT)?;
    let query = RunQuery {
        filter: filter(&args.which, config)?,
        order: if args.oldest { Order::Oldest } else { Order::Newest },
        limit: u32::try_from(limit).unwrap_or(u32::MAX),
        after: args.after,
    };
    let page = match address.open_existing()? {
        Some(store) => {
            show(&store.info().map_err(|error| address.failed(error))?);
            damage::report_all(&address, &*store)?;
            store.runs(&query).map_err(|error| address.failed(error))?
        }
        // A look leaves no empty store behind.
        None => Page::default(),
    };
    if args.ids {
        return print_foreign(&page.runs.iter().flat_map(|run| [&run.id, "\n"]).collect::<String>());
    }
    if args.json {
        return print_json(&ListDocument::new(&page));
    }
    let mut out = match page.runs.as_slice() {
        [] => format!("no matching runs in {}\n", address.shown()),
        runs => Terminal::of_stdout().table(&table(runs)),
    };
    if let Some(next) = page.next {
        let shown = page.runs.len();
        out.push_str(&format!("\n{shown} of {}; continue with --after {next}\n", counted(page.total, "run")));
    }
    print(&out)
}

/// Prints problems of the store.
fn show(info: &Info) {
    // Which runs are damaged is said of each.
    for found in info.findings.iter().filter(|found| found.code != "damaged-segment") {
        let times = if found.count > 1 { format!(" ({}×)", count(found.count)) } else { String::new() };
        let text = format!("{}: {}{times}", found.severity.name(), clean(&found.message));
        let _ = writeln!(std::io::stderr(), "makespan: {text}");
    }
}

/// Returns the filter for the selected runs.
pub(super) fn filter(which: &Which, config: &Config) -> Result<RunFilter, Failure> {
    let (zone, now) = (config.zone(which.zone.as_ref())?, now());
    Ok(RunFilter {
        workflow: which.workflow.clone(),
        statuses: which.statuses.clone(),
        since: which.since.map(|since| since.moment(&zone, now)),
        until: which.until.map(|until| until.moment(&zone, now)),
        labels: which.labels.iter().map(|label| (label.0.clone(), label.1.clone())).collect(),
        active: which.active.then_some(true),
        pinned: which.pinned.then_some(true),
        trashed: which.trash,
    })
}

pub(super) fn table(runs: &[RunState]) -> Table {
    let columns = vec![
        Column::whole("run", "Run"),
        Column::text("name", "Name"),
        Column::text("workflow", "Workflow"),
        Column::whole("status", "Status"),
        Column::number("started", "Started, UTC"),
        Column::number("makespan", "Makespan"),
        Column::number("tasks", "Tasks"),
    ];
    let mut table = Table::new("", columns);
    for run in runs {
        table.push(vec![
            Cell::new(&run.id),
            Cell::new(run.name.as_deref().unwrap_or_default()),
            Cell::new(run.workflow.as_deref().unwrap_or_default()),
            status(run.status()),
            Cell::new(moment(run.started())),
            Cell::new(run.makespan().map_or(Value::Empty, Value::Duration)),
            Cell::new(over(&run.tasks)),
        ]);
    }
    table
}
