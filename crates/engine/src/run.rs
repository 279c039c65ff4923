//! An open run with cached results. Everything is computed once, when it is first needed; results that depend on the
//! view are cached for the latest view.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_model::{Run, TaskId};
use makespan_views::chart::Chart;
use makespan_views::filter::Filter;
use makespan_views::graph::{self, BUDGET, Drawing, Drawn, Graphing, PAGE, page_for};
use makespan_views::tasks::{Listing, Tabling};
use makespan_views::timeline::{Arrangement, Index, Lanes};
use makespan_views::{Area, Colouring, Colours, ListedProperty, Marks, ViewState, properties};

use crate::kept::Latest;

/// What determines the marks of tasks: the filter, whether the critical path is shown, and the selected task.
type MarksKey = (Filter, bool, Option<u32>);

/// What determines the graph: the filter if it decides which tasks are shown, and the reader's choices.
type GraphKey = (Filter, Graphing);

/// A run and its facts.
#[derive(Debug)]
pub(crate) struct OpenRun {
    /// The run.
    pub(crate) run: Arc<Run>,
    /// Its facts.
    pub(crate) facts: Facts,
    indices: [Latest<Lanes, Index>; Lanes::KINDS],
    arranged: Latest<(Lanes, Arrangement), Index>,
    mask: Latest<Filter, Vec<bool>>,
    beside_area: Latest<Filter, Vec<bool>>,
    marks: Latest<MarksKey, Marks>,
    colours: Latest<Colouring, Option<Arc<Colours>>>,
    properties: OnceCell<Vec<ListedProperty>>,
    listing: Latest<(Filter, Tabling), Listing>,
    graph: Latest<GraphKey, Drawn>,
    /// The same for a narrow page, by its width in px.
    narrow: Latest<(GraphKey, u32), Drawn>,
    matrix: Latest<GraphKey, Drawn>,
    timed: Latest<GraphKey, Drawn>,
    /// The charts, for a filter and a number of open runs.
    pub(crate) charts: Latest<(Filter, u32), Vec<Chart>>,
}

impl OpenRun {
    pub(crate) fn new(run: Run) -> OpenRun {
        let run = Arc::new(run);
        OpenRun {
            facts: Facts::new(Arc::clone(&run)),
            run,
            indices: Default::default(),
            arranged: Latest::default(),
            mask: Latest::default(),
            beside_area: Latest::default(),
            marks: Latest::default(),
            colours: Latest::default(),
            properties: OnceCell::new(),
            listing: Latest::default(),
            graph: Latest::default(),
            narrow: Latest::default(),
            matrix: Latest::default(),
            timed: Latest::default(),
            charts: Latest::default(),
        }
    }

    /// The lanes of the timeline.
    pub(crate) fn index(&self, lanes: &Lanes) -> Rc<Index> {
        let lanes = lanes.for_run(&self.run);
        self.indices[lanes.kind()].get(lanes, |lanes| Index::new(&self.run, lanes.clone()))
    }

    /// The same as a view has arranged them.
    pub(crate) fn arranged(&self, view: &ViewState) -> Rc<Index> {
        let rows = view.rows.without_focus();
        if rows == Arrangement::default() {
            return self.index(&view.lanes);
        }
        let key = (view.lanes.for_run(&self.run), rows);
        self.arranged.get(key, |(lanes, rows)| Index::arranged(&self.run, lanes.clone(), rows))
    }

    /// The lanes of an area: those that the view shows, if they are of the same kind.
    pub(crate) fn index_of(&self, area: &Area, view: &ViewState) -> Rc<Index> {
        let is_shown = view.lanes.for_run(&self.run) == area.lanes;
        if is_shown { self.arranged(view) } else { self.index(&area.lanes) }
    }

    /// Which tasks pass the filter; empty where it lets all through.
    pub(crate) fn mask(&self, filter: &Filter) -> Rc<Vec<bool>> {
        self.mask.get(filter.clone(), |f| {
            if f.is_empty() {
                return Vec::new();
            }
            let Some(area) = &f.area else { return f.mask(&self.facts) };
            let beside = self.mask_beside_area(f);
            let mut mask =
                if beside.is_empty() { vec![true; self.run.task_count()] } else { (*beside).clone() };
            area.restrict(&self.run, &self.index(&area.lanes), &mut mask);
            mask
        })
    }

    /// The same without the area of the filter, which changes with every movement while one is drawn.
    pub(crate) fn mask_beside_area(&self, filter: &Filter) -> Rc<Vec<bool>> {
        let rest = filter.without_area();
        self.beside_area.get(rest, |f| if f.is_empty() { Vec::new() } else { f.mask(&self.facts) })
    }

    /// The task that a view has selected.
    pub(crate) fn selected(&self, view: &ViewState) -> Option<TaskId> {
        self.run.find_task(view.selected.as_deref()?)
    }

    /// What the colours of tasks mean.
    pub(crate) fn colours(&self, by: &Colouring) -> Option<Arc<Colours>> {
        (*self.colours.get(by.clone(), |by| Colours::of(&self.facts, by).map(Arc::new))).clone()
    }

    /// The labels, parameters and metrics of the tasks.
    pub(crate) fn properties(&self) -> &[ListedProperty] {
        self.properties.get_or_init(|| properties(&self.facts))
    }

    /// How a view marks the tasks.
    pub(crate) fn marks(&self, view: &ViewState) -> Rc<Marks> {
        let selected = self.selected(view).map(|t| t.0);
        self.marks.get((view.filter.clone(), view.critical, selected), |_| {
            // Asked for only where it is shown: on a large run it is the dearest of the facts.
            let path = view.critical.then(|| self.facts.critical_path()).flatten();
            let related = selected.map_or(Vec::new(), |t| {
                let up = self.facts.upstream(TaskId(t));
                let down = self.facts.downstream(TaskId(t));
                up.iter().zip(&down).map(|(a, b)| *a || *b).collect()
            });
            Marks {
                dim: dimmed(&self.mask(&view.filter)),
                critical: path.map_or_else(Vec::new, |p| p.on_path.clone()),
                related,
            }
        })
    }

    /// The lines of the table.
    pub(crate) fn listing(&self, view: &ViewState) -> Rc<Listing> {
        self.listing.get((view.filter.clone(), view.table.without_widths()), |(filter, tabling)| {
            let mask = self.mask(filter);
            let mask = (!mask.is_empty()).then_some(&mask[..]);
            Listing::new(&self.facts, mask, tabling)
        })
    }

    /// The nodes of the graph and where they stand. A small run has one graph and pales what is filtered out, a large
    /// one shows what the filter leaves where that is few enough to read.
    /// Which nodes there are does not depend on the page.
    pub(crate) fn graph(&self, view: &ViewState) -> Rc<Drawn> {
        self.graph.get(self.graph_key(view), |(filter, choice)| {
            let mask = self.mask(filter);
            let few = mask.iter().filter(|m| **m).count() <= BUDGET;
            let mask = (!mask.is_empty() && few).then_some(&mask[..]);
            graph::drawn(&self.facts, choice, mask)
        })
    }

    fn graph_key(&self, view: &ViewState) -> GraphKey {
        let large = self.run.task_count() > BUDGET;
        let filter = if large { view.filter.clone() } else { Filter::default() };
        let drawing = Drawing::default();
        (filter, Graphing { group: None, from: None, drawing, ..view.graph.clone() })
    }

    /// The same nodes as the view draws them, in layers that are folded for a picture that is `width` px wide,
    /// along time, or in a matrix.
    pub(crate) fn graph_in(&self, view: &ViewState, width: f32) -> Rc<Drawn> {
        let (drawn, page) = (self.graph(view), page_for(width));
        match view.graph.drawing {
            Drawing::Layers => {}
            Drawing::Matrix => {
                return self.matrix.get(self.graph_key(view), |_| graph::matrix(drawn.graph.clone()));
            }
            Drawing::Time => {
                let make = |_: &GraphKey| graph::in_time(&self.run, drawn.graph.clone());
                return self.timed.get(self.graph_key(view), make);
            }
        }
        // What fits is not folded, and what is folded for the widest page stands.
        if page >= PAGE || drawn.layout.width <= page {
            return drawn;
        }
        let key = (self.graph_key(view), page as u32);
        self.narrow.get(key, |_| Drawn::on(drawn.graph.clone(), page))
    }

    /// The node of the graph that a view has selected: that of its task, or else its group.
    pub(crate) fn selected_node(&self, view: &ViewState) -> Option<u32> {
        let drawn = self.graph(view);
        match self.selected(view) {
            Some(task) => drawn.graph.node_of_task(task.0),
            None => drawn.graph.node_of_group(view.graph.group.as_deref()?),
        }
    }
}

/// What does not pass the filter is dimmed. Where nothing passes, as while a word is half typed, nothing is: a picture
/// that pales as a whole says less than the count beside it.
fn dimmed(mask: &[bool]) -> Vec<bool> {
    if mask.contains(&true) { mask.iter().map(|passes| !passes).collect() } else { Vec::new() }
}
