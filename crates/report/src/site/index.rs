//! The index: statistics of each workflow, and all runs in a searchable table.

use makespan_analysis::{DateRange, Facts, RunFigures, run_statistics};
use makespan_scene::counted;
use makespan_views::{Block, Cell, Column, Section, Table, sections};

use super::content::{Content, Workflow};
use super::{frame, grid};
use crate::charts;
use crate::html::Html;
use crate::sections::{self as paint, Leads};

/// Number of runs in the table: the newest.
const LISTED: usize = 2_000;

/// Filters the rows of the table of runs by what they show. The choice is kept in the address.
pub(super) const SCRIPT: &str = include_str!("filter.js");

/// Returns the page.
pub(super) fn page(content: &Content, style: &str) -> String {
    frame::page(&content.title, style, Some(SCRIPT), |page| {
        page.open("h1", &[]).name(&content.title).close("h1");
        let runs = counted(content.runs.len(), "run");
        page.element("p", &format!("{runs} of {}.", counted(content.workflows.len(), "workflow")));
        let workflows: Vec<&Workflow> = content.workflows.iter().collect();
        statistics(page, content, &workflows, "");
        grid::write(page, content, &workflows, "");
        let all: Vec<&Facts> = content.runs.iter().map(|run| &run.facts).collect();
        let places: Vec<usize> = (0..content.runs.len()).collect();
        table(page, content, &places, "", true);
        // Runs of different workflows have only the days in common.
        match content.workflows.as_slice() {
            [_] => charts::of_runs(page, &all),
            _ => charts::days(page, &all),
        }
    })
}

/// Writes how many runs of each workflow succeeded and how long they took; names link to the pages of the workflows.
pub(super) fn statistics(page: &mut Html, content: &Content, workflows: &[&Workflow], root: &str) {
    let figures: Vec<RunFigures> = workflows
        .iter()
        .flat_map(|workflow| &workflow.runs)
        .map(|run| RunFigures::of(content.runs[*run].facts.run()))
        .collect();
    let overview = run_statistics(&figures, DateRange::default());
    let Some(mut section) = sections::runs_by_workflow(&overview) else { return };
    let pages: Vec<String> = workflows.iter().map(|workflow| format!("{root}{}", workflow.page)).collect();
    for block in &mut section.blocks {
        match block {
            Block::Table(table) => {
                // The last row covers all workflows.
                for (i, row) in table.rows.iter_mut().enumerate().take(workflows.len()) {
                    row.iter_mut().take(1).for_each(|cell| cell.task = Some(i as u32));
                }
                paint::table(page, table, Leads::Pages(&pages));
            }
            other => paint::blocks(page, std::slice::from_ref(other), ""),
        }
    }
}

/// The runs in a table, the newest first, under the controls that filter it. With `workflow`, each row names the workflow.
pub(super) fn table(page: &mut Html, content: &Content, places: &[usize], root: &str, workflow: bool) {
    let all: Vec<&Facts> = places.iter().map(|run| &content.runs[*run].facts).collect();
    let Some(Section { blocks, .. }) = sections::runs(&all, LISTED) else { return };
    let pages: Vec<String> = places.iter().map(|run| format!("{root}{}", content.runs[*run].page)).collect();
    page.element("h2", "Runs");
    controls(page, workflow);
    page.open("div", &[("id", "makespan-runs")]);
    for block in blocks {
        let Block::Table(mut table) = block else { continue };
        table.rows.reverse();
        table.title.clear();
        if workflow {
            with_workflows(&mut table, content, places);
        }
        paint::table(page, &table, Leads::Pages(&pages));
    }
    page.close("div");
}

/// Adds the workflow of each run, after its status.
fn with_workflows(table: &mut Table, content: &Content, places: &[usize]) {
    table.columns.insert(2, Column::text("workflow", "Workflow"));
    for row in &mut table.rows {
        let run = row.first().and_then(|cell| cell.task).and_then(|at| places.get(at as usize));
        let name = run.map(|run| content.workflows[content.runs[*run].workflow].title());
        row.insert(2, Cell::new(name.unwrap_or_default()));
    }
}

/// A search and a choice for each column that says what kind of run it is. They are shown when the script runs, which
/// fills the choices with the values that stand in the columns.
fn controls(page: &mut Html, workflow: bool) {
    page.open("form", &[("id", "makespan-filter"), ("hidden", "")]);
    page.open("label", &[]).text("Search").open("input", &[("type", "search"), ("name", "q")]).close("label");
    for (title, name, column) in [("Status", "status", "1"), ("Workflow", "workflow", "2")] {
        if column == "1" || workflow {
            page.open("label", &[]).text(title);
            page.open("select", &[("name", name), ("data-column", column)]);
            page.open("option", &[("value", "")]).text("All").close("option").close("select").close("label");
        }
    }
    page.open("output", &[]).close("output").close("form");
}
