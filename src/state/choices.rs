//! Choices that change the view alone: settings, and the focus of the graph.

use makespan_views::graph::{Centre, Focus};
use makespan_views::tasks::{Field, Sort};
use makespan_views::timeline::Arrangement;
use makespan_views::{Align, View, ViewState, compare};

use super::actions::{Narrowing, Setting};
use super::effect::Effect;

/// Changes the focus of the graph.
pub(super) fn narrow(view: &mut ViewState, how: Narrowing) -> Vec<Effect> {
    let selected = match (&view.selected, &view.graph.group) {
        (Some(task), _) => Some(Centre::Task(task.clone())),
        (None, group) => group.clone().map(Centre::Group),
    };
    let focus = match how {
        Narrowing::Hop { before, all } => view.graph.focus.with_hop(selected, before, all),
        Narrowing::Isolate => selected.map(|centre| Focus::Around { centre, up: 0, down: 0 }),
        Narrowing::Failed => Some(Focus::Failed { hops: 1 }),
        Narrowing::Clear => Some(Focus::Everything),
        Narrowing::Between => match (&view.selected, &view.graph.from) {
            (None, _) => return vec![Effect::Say("Select the first of the two tasks.".to_owned())],
            (Some(task), Some(from)) if from != task => Some(Focus::Between(from.clone(), task.clone())),
            (Some(task), _) => {
                view.graph.from = Some(task.clone());
                return vec![Effect::Say(
                    "Now select the second task, then choose this focus again.".to_owned(),
                )];
            }
        },
    };
    let Some(focus) = focus else {
        return vec![Effect::Say("Select a task or a group of the graph first.".to_owned())];
    };
    view.view = View::Graph;
    (view.graph.focus, view.graph.from, view.camera) = (focus, None, None);
    vec![Effect::Link(true)]
}

/// Applies a setting to the view.
pub(super) fn set(view: &mut ViewState, setting: &Setting) {
    match setting {
        Setting::Filter(filter) => view.filter.clone_from(filter),
        Setting::Colours(by) => view.colours = by.clone(),
        Setting::Drawing(drawing) => (view.graph.drawing, view.camera) = (*drawing, None),
        Setting::Nodes(by) => {
            (view.graph.by, view.graph.group, view.camera) = (*by, None, None);
            view.graph.open.clear();
        }
        Setting::Lanes(lanes) => {
            (view.lanes, view.scroll, view.rows) = (lanes.clone(), 0, Arrangement::default());
        }
        Setting::Sort(key) if view.view == View::Compare => {
            let sort = view.compare.sort;
            if let Some(key) = compare::tasks::SortKey::ALL.into_iter().find(|k| k.name() == key) {
                let largest_first = key.column().align == Align::Right;
                let descending = if sort.key == key { !sort.descending } else { largest_first };
                view.compare.sort = compare::tasks::Sort { key, descending };
            }
        }
        Setting::Sort(key) => {
            if let Some(key) = Field::named(key) {
                // The largest numbers come first.
                let ascends = key.is_text() || matches!(key, Field::Start | Field::End);
                let sort = &mut view.table.sort;
                let descending = if sort.key == key { !sort.descending } else { !ascends };
                *sort = Sort { key, descending };
            }
        }
        Setting::Column(act) => view.table.act(act),
        Setting::RowsBy(by) => view.table.group_by(by.clone()),
        Setting::RowGroup(name) => view.table.toggle(name),
        Setting::Chart(choice) => view.chart.clone_from(choice),
        Setting::Heat(heat) => {
            view.heat.clone_from(heat);
            (view.heat.row, view.heat.across) = (0, None);
        }
        Setting::Part(part) => (view.compare.part, view.compare.scroll) = (*part, 0),
        Setting::Mode(mode) => view.compare.mode = *mode,
        Setting::Alignment(alignment) => view.compare.alignment = *alignment,
        Setting::Measure(measure) => view.compare.measure.clone_from(measure),
        Setting::Theme(theme) => view.theme = Some(theme.clone()),
        Setting::Time(time) => view.time = *time,
        Setting::Drag(_) | Setting::Keys(_) | Setting::Keep(_) | Setting::Map(_) => {}
    }
}
