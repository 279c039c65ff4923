//! The views that are pages, and the details panel.

use makespan_analysis::compare::step_deltas;
use makespan_format::clip_chars;
use makespan_scene::counted;
use makespan_views::compare::{Part, parameters, parameters_of, steps, summary};
use makespan_views::details::details as of_task;
use makespan_views::graph::{group_details, group_members};
use makespan_views::overview::overview;
use makespan_views::sections::area as of_area;
use makespan_views::timeline::DrawnArea;
use makespan_views::{Block, Section, View, ViewState, status_role};

use crate::answer::Page;
use crate::session::Session;

/// Maximum number of steps of a comparison with a bar, and of rows of their table.
const STEPS: (usize, usize) = (40, 200);

/// Maximum length of a task name above its details, characters.
const LONGEST_NAME: usize = 300;

pub(crate) fn page(session: &Session, view: &ViewState, width: f32) -> Option<Page> {
    match view.view {
        View::Compare => compared(session, view, width),
        _ => {
            let open = session.run(view.run)?;
            let look = session.look(open, view);
            let made = overview(&open.facts, &look, width);
            // The figures of a run cover all tasks; a reader who filters must be reminded.
            let unfiltered = "The filter does not change this page: it shows the whole run.";
            let notes = if view.filter.is_empty() { Vec::new() } else { vec![unfiltered.to_owned()] };
            Some(Page {
                title: made.title,
                subtitle: made.subtitle,
                status: made.status.map(|s| (status_role(s), s.name().to_owned())),
                sections: made.sections,
                notes,
                ..Page::default()
            })
        }
    }
}

fn compared(session: &Session, view: &ViewState, width: f32) -> Option<Page> {
    let compared = session.compared(view)?;
    let pair = compared.pair();
    let sections = match view.compare.part {
        Part::Steps => {
            let deltas = step_deltas(pair.a, pair.b);
            let picture = Block::Picture(steps::scene(&pair, &deltas, STEPS.0, width));
            let table = Block::Table(steps::twin(&pair, &deltas, 0..STEPS.1));
            vec![Section::new("steps", "Work by step", vec![picture, table])]
        }
        Part::Parameters => {
            let row = compared.selected(view).and_then(|r| pair.row(r));
            let hint = "Select a task to see how its parameters differ.";
            let of_task = match row {
                Some(row) => parameters_of(&pair, row),
                None => {
                    Some(Section::new("hint", "Parameters of a task", vec![Block::Note(hint.to_owned())]))
                }
            };
            std::iter::once(parameters(&pair)).chain(of_task).collect()
        }
        _ => {
            let made = summary(&pair, compared.explanation(), width);
            return Some(Page {
                title: made.headline.answer.text().into_owned(),
                subtitle: made.headline.subtitle,
                status: None,
                cautions: made.headline.cautions,
                notes: made.headline.notes,
                sections: made.sections,
            });
        }
    };
    Some(Page { sections, ..Page::default() })
}

/// Maximum number of rows of each table about an area.
const AREA_ROWS: usize = 12;

/// Returns the contents of what is being drawn over the timeline, or of the filter's area, among the tasks that match
/// the rest of the filter.
pub(crate) fn area(session: &Session, view: &ViewState, drawn: Option<&DrawnArea>) -> Option<Page> {
    let open = session.run(view.run)?;
    let area = match drawn {
        Some(drawn) => open.arranged(view).area(drawn),
        None => view.filter.area.clone()?,
    };
    let index = open.index_of(&area, view);
    let mask = open.mask_beside_area(&view.filter);
    let sections = of_area(&open.facts, &index, &area, &mask, AREA_ROWS);
    let title = area.words(&open.run, &index, &session.plain_look(open, view));
    Some(Page { title, sections, ..Page::default() })
}

pub(crate) fn details(session: &Session, view: &ViewState) -> Option<Page> {
    let open = session.run(view.run)?;
    let Some(task) = open.selected(view) else { return group(session, view) };
    let sections = of_task(&open.facts, task, &session.plain_look(open, view));
    let status = open.run.tasks.status[task.index()];
    Some(Page {
        title: clip_chars(open.run.task_name(task), LONGEST_NAME).to_owned(),
        status: Some((status_role(status), status.name().to_owned())),
        sections,
        ..Page::default()
    })
}

/// The selected group of the graph.
fn group(session: &Session, view: &ViewState) -> Option<Page> {
    let open = session.run(view.run)?;
    let key = view.graph.group.as_deref()?;
    let drawn = open.graph(view);
    let node = drawn.graph.node_of_group(key).map(|n| &drawn.graph.nodes[n as usize]);
    let (title, tasks) = match node {
        Some(node) => (node.label.clone(), node.tasks.clone()),
        None => (key.split_once(':').map_or(key, |k| k.1).to_owned(), group_members(&open.run, key)),
    };
    let look = session.plain_look(open, view);
    (!tasks.is_empty()).then(|| Page {
        title: clip_chars(&title, LONGEST_NAME).to_owned(),
        subtitle: counted(tasks.len(), "task"),
        sections: group_details(&open.facts, &tasks, &look),
        ..Page::default()
    })
}
