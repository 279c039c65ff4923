//! A report in Markdown: summary, bottlenecks, insights, details of the tasks, and two pictures that Mermaid draws.

use makespan_analysis::Facts;
use makespan_views::tasks::{Sort, order, table as task_table};
use makespan_views::{Look, Section, sections as made};

use crate::gantt::gantt;
use crate::markdown::{fenced, inline, section_body, sections, table};
use crate::mermaid::flowchart;

/// Rows of a table.
const ROWS: usize = 20;
/// Tasks in the list of all of them.
const MOST_TASKS: usize = 500;

/// All runs, one after the other, behind a table of them where there are several.
pub(crate) fn report(runs: &[&Facts]) -> String {
    let mut out = String::new();
    if runs.len() > 1 {
        out.push_str("# Runs\n\n");
        if let Some(all) = made::runs(runs, MOST_TASKS) {
            section_body(&all, &mut out);
        }
    }
    runs.iter().for_each(|facts| one(facts, &mut out));
    // One line break ends the file.
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn one(facts: &Facts, out: &mut String) {
    let (run, look) = (facts.run(), Look::default());
    out.push_str(&format!("# {}\n\n", inline(run.title())));
    let subtitle = made::subtitle(run, &look);
    if !subtitle.is_empty() {
        out.push_str(&format!("{}\n\n", inline(&subtitle)));
    }
    let mut part = |title: &str, all: Vec<Section>| {
        let mut body = String::new();
        sections(&all, 3, &mut body);
        if !body.is_empty() {
            out.push_str(&format!("## {title}\n\n{body}"));
        }
    };
    let mut summary = vec![made::figures(facts), made::statuses(facts, None)];
    summary.extend(made::failures(facts, &look, ROWS));
    part("Summary", summary);
    let bottlenecks = [
        made::critical_path(facts, &look, None, ROWS),
        made::slowest(facts, &look, ROWS),
        made::steps(facts.steps(), facts.totals().work, ROWS),
        made::waiting(facts, ROWS),
        made::workers(facts, ROWS),
        made::retries(facts, ROWS),
    ];
    part("Bottlenecks", bottlenecks.into_iter().flatten().collect());
    let insights = [made::found(facts, usize::MAX), made::bounds(facts), made::requests(facts)];
    part("Insights", insights.into_iter().flatten().collect());
    let rest = [made::recorded(run, &look, ROWS), made::given(run), made::diagnostics(run, ROWS)];
    let mut records = String::new();
    sections(&rest.into_iter().flatten().collect::<Vec<_>>(), 3, &mut records);

    let mut notes = Vec::new();
    if run.task_count() > 0 {
        out.push_str("## Task details\n\n");
        let tasks = order(facts, None, &Sort::default());
        let shown = tasks.len().min(MOST_TASKS);
        let mut all = task_table(facts, &tasks, 0..shown, &look);
        all.left_out = tasks.len() - shown;
        table(&all, out);
        let drawn = flowchart(&[facts]);
        out.push_str("## Graph\n\n");
        // What a page refuses to draw is an error message in its place.
        if drawn.is_too_large {
            out.push_str(
                "This graph is too large for Mermaid. Export it as SVG, or open the run in Makespan.\n\n",
            );
        } else {
            notes.extend(drawn.notes);
            fenced(&drawn.text, "mermaid", out);
        }
        if run.span().is_some() && run.attempt_count() > 0 {
            out.push_str("## Timeline\n\n");
            fenced(&gantt(&[facts], &mut notes), "mermaid", out);
        }
        for note in notes {
            out.push_str(&format!("{}.\n\n", inline(&note)));
        }
    }
    if !records.is_empty() {
        out.push_str(&format!("## Records\n\n{records}"));
    }
}
