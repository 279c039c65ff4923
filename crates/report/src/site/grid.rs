//! The latest runs of each workflow: one mark per run for its status, and one bar for its makespan.

use makespan_model::Status;
use makespan_scene::{Bars, Hit, Rect, Role, Scene, counted, glyph_char};
use makespan_views::{Moments, Value, status_role};

use super::content::{Content, Entry, Workflow};
use crate::body::clip;
use crate::html::Html;

/// Maximum number of runs of a workflow with a mark, and of workflows with a row.
const RUNS: usize = 30;
const ROWS: usize = 100;

/// Size of the picture of makespans, and of a bar in it with the gap behind it, px.
const HEIGHT: f32 = 24.0;
const BAR: f32 = 5.0;
const GAP: f32 = 1.0;

/// Writes the grid; addresses begin at `root`.
pub(super) fn write(page: &mut Html, content: &Content, workflows: &[&Workflow], root: &str) {
    page.element("h2", "Latest runs");
    page.open("table", &[("class", "g")]).open("tbody", &[]);
    for (i, workflow) in workflows.iter().take(ROWS).enumerate() {
        let latest = workflow.runs[workflow.runs.len().saturating_sub(RUNS)..].iter();
        let latest: Vec<&Entry> = latest.map(|run| &content.runs[*run]).collect();
        page.open("tr", &[]).open("th", &[("scope", "row")]);
        page.open("a", &[("href", &format!("{root}{}", workflow.page))]);
        page.name(workflow.title()).vouched("</a></th><td>");
        page.picture(&makespans(workflow, &latest), &format!("m{i}-")).vouched("<td>");
        for entry in latest {
            mark(page, entry, root);
        }
        page.vouched("</tr>\n");
    }
    page.end_table();
    if workflows.len() > ROWS {
        page.element("p", &format!("{} not shown here.", counted(workflows.len() - ROWS, "more workflow")));
    }
}

/// Writes the status of a run as a link to its page.
fn mark(page: &mut Html, entry: &Entry, root: &str) {
    let totals = entry.facts.totals();
    let word = totals.status.map_or("unknown", Status::name);
    let role = totals.status.map_or(Role::Unknown, status_role);
    let started = totals.started.map(|t| Moments::UTC.value(t).text().into_owned()).unwrap_or_default();
    let makespan = totals.makespan.map(|ns| Value::Duration(ns).text().into_owned()).unwrap_or_default();
    let parts = [word, &started, &makespan];
    let about: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let about = format!("{}: {}", clip(entry.facts.run().title()), about.join(", "));
    let address = format!("{root}{}", entry.page);
    let class = format!("m-{}", role.name());
    page.open("a", &[("href", &address), ("class", &class), ("title", &about), ("aria-label", &about)]);
    page.text(glyph_char(role)).vouched("</a> ");
}

/// The makespans beside each other; runs without one leave a gap.
fn makespans(workflow: &Workflow, latest: &[&Entry]) -> Scene {
    let known = || latest.iter().filter_map(|entry| entry.facts.totals().makespan);
    let longest = known().max().unwrap_or(0).max(1);
    let text = |ns: Option<i64>| ns.map(|ns| Value::Duration(ns).text().into_owned()).unwrap_or_default();
    let title = format!(
        "Makespans of the latest runs of {}: {} to {}",
        clip(workflow.title()),
        text(known().min()),
        text(known().max())
    );
    let mut scene = Scene::new((BAR + GAP) * RUNS as f32, HEIGHT, title);
    let mut bars = Bars::default();
    // The newest is on the right in every row.
    let first = RUNS - latest.len();
    for (i, entry) in latest.iter().enumerate() {
        let totals = entry.facts.totals();
        let Some(makespan) = totals.makespan else { continue };
        let height = ((makespan as f64 / longest as f64) as f32 * HEIGHT).clamp(1.0, HEIGHT);
        let x = (first + i) as f32 * (BAR + GAP);
        let role = totals.status.map_or(Role::Unknown, status_role);
        bars.push(Rect::new(x, HEIGHT - height, BAR, height), role, Hit::NONE);
    }
    scene.push(bars);
    scene
}
