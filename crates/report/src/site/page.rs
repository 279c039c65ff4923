//! The pages of a workflow and of a run.

use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_model::Run;
use makespan_scene::counted;
use makespan_views::{Markers, Section, sections};

use super::content::{Content, Entry, OPENED_TOGETHER, Workflow};
use super::{app, frame, grid, index};
use crate::html::Html;
use crate::{Part, body, charts, comparison, sections as paint};

/// How many errors a page lists.
const ERRORS: usize = 50;

/// The page of a run: what a report shows of it, its events, and the app.
pub(super) fn of_run(content: &Content, entry: &Entry, style: &str) -> String {
    let run = entry.facts.run();
    let workflow = &content.workflows[entry.workflow];
    let title = format!("{} · {}", body::clip(run.title()), body::clip(&content.title));
    frame::page(&title, style, None, |page| {
        let up = format!("../{}", workflow.page);
        frame::way(page, &[(&content.title, "../index.html"), (workflow.title(), &up)]);
        page.open("h1", &[]).name(run.title()).close("h1");
        page.open("p", &[("class", "a")]);
        open_in_app(page, content, &entry.page, "Open in the app");
        let events = format!("../{}", entry.events);
        page.open("a", &[("href", &events), ("download", "")]).text("Events (JSON Lines)").vouched("</a>");
        page.close("p");
        body::one_run(page, 1, &entry.facts, 1, &Part::ALL, &Markers::default());
    })
}

/// The page of a workflow: its runs together, and the newest beside the oldest.
pub(super) fn of_workflow(content: &Content, workflow: &Workflow, style: &str) -> String {
    let title = format!("{} · {}", body::clip(workflow.title()), body::clip(&content.title));
    frame::page(&title, style, Some(index::SCRIPT), |page| {
        frame::way(page, &[(&content.title, "../index.html")]);
        page.open("h1", &[]).name(workflow.title()).close("h1");
        let words = match workflow.runs.len() {
            1 => "Open in the app".to_owned(),
            runs if runs <= OPENED_TOGETHER => "Compare all runs in the app".to_owned(),
            _ => format!("Compare the newest {} in the app", counted(OPENED_TOGETHER, "run")),
        };
        page.open("p", &[("class", "a")]);
        open_in_app(page, content, &workflow.page, &words);
        page.close("p");
        index::statistics(page, content, &[workflow], "../");
        grid::write(page, content, &[workflow], "../");
        index::table(page, content, &workflow.runs, "../", false);
        let all: Vec<&Facts> = workflow.runs.iter().map(|run| &content.runs[*run].facts).collect();
        let several: Vec<Section> = [sections::common_errors(&all, ERRORS), sections::common_findings(&all)]
            .into_iter()
            .flatten()
            .collect();
        several.iter().for_each(|section| paint::section(page, section, ""));
        if all.len() > 1 {
            let runs: Vec<Arc<Run>> = all.iter().map(|facts| facts.shared_run()).collect();
            comparison::write(page, &runs);
            charts::of_runs(page, &all);
        }
    })
}

fn open_in_app(page: &mut Html, content: &Content, of: &str, words: &str) {
    if content.has_app {
        let address = format!("../{}", app::beside(of));
        page.open("a", &[("href", &address)]).text(words).vouched("</a>");
    }
}
