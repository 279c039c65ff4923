//! Two open runs side by side, with computed results.

use std::cell::OnceCell;
use std::rc::Rc;

use makespan_analysis::compare::{Explanation, Matching, explain, matching};
use makespan_layout::{Direction, Layout, layout};
use makespan_model::TaskId;
use makespan_views::compare::graph::Graph;
use makespan_views::compare::tasks::{self, Sort};
use makespan_views::compare::timeline::Aligned;
use makespan_views::compare::{Alignment, Pair, waterfall};
use makespan_views::filter::Filter;
use makespan_views::timeline::Lanes;
use makespan_views::{Look, Marks, ViewState};

use crate::kept::Latest;
use crate::run::OpenRun;

/// One side of a comparison.
#[derive(Clone, Debug)]
pub(crate) struct Side {
    /// Its number among the open runs.
    pub(crate) number: usize,
    /// The run.
    pub(crate) open: Rc<OpenRun>,
}

/// Two runs side by side.
#[derive(Debug)]
pub(crate) struct Compared {
    /// The baseline.
    pub(crate) a: Side,
    /// The candidate.
    pub(crate) b: Side,
    /// The matching of their tasks.
    pub(crate) matching: Matching,
    graph: Latest<Filter, (Graph, Layout)>,
    aligned: Latest<(Lanes, Option<u32>), Aligned>,
    order: Latest<(Filter, Sort), Vec<u32>>,
    explanation: OnceCell<Option<Explanation>>,
    contribution: OnceCell<Vec<Option<i64>>>,
}

impl Compared {
    /// Matches the tasks of two runs.
    pub(crate) fn new(a: Side, b: Side) -> Compared {
        let matching = matching(&a.open.facts, &b.open.facts);
        Compared {
            a,
            b,
            matching,
            graph: Latest::default(),
            aligned: Latest::default(),
            order: Latest::default(),
            explanation: OnceCell::new(),
            contribution: OnceCell::new(),
        }
    }

    /// Returns the input of the views.
    pub(crate) fn pair(&self) -> Pair<'_> {
        Pair::new(&self.a.open.facts, &self.b.open.facts, &self.matching)
    }

    /// Returns which rows match the filter in either run; `None` if all do.
    pub(crate) fn mask(&self, filter: &Filter) -> Option<Vec<bool>> {
        let (a, b) = (self.a.open.mask(filter), self.b.open.mask(filter));
        (!filter.is_empty()).then(|| self.pair().mask(&a, &b))
    }

    /// Returns the marks that the filter gives the rows.
    pub(crate) fn look(&self, filter: &Filter) -> Look {
        let dim = self.mask(filter).map_or(Vec::new(), |m| m.iter().map(|passes| !passes).collect());
        Look { marks: Marks { dim, ..Marks::default() }, ..Look::default() }
    }

    /// Returns the row of the selected task.
    pub(crate) fn selected(&self, view: &ViewState) -> Option<u32> {
        let (side, rows) = match view.run {
            run if run == self.b.number => (&self.b, &self.matching.of_b),
            run if run == self.a.number => (&self.a, &self.matching.of_a),
            _ => return None,
        };
        rows.get(side.open.selected(view)?.index()).copied()
    }

    /// Selects the task of a row: that of B if it exists, otherwise that of A.
    pub(crate) fn select(&self, row: Option<u32>, view: &mut ViewState) {
        let chosen = row.and_then(|r| self.matching.tasks.get(r as usize)).and_then(|row| {
            let of = |side: &Side, task: TaskId| (side.number, side.open.run.task_id(task).to_owned());
            row.b.map(|t| of(&self.b, t)).or_else(|| row.a.map(|t| of(&self.a, t)))
        });
        match chosen {
            Some((run, id)) => (view.run, view.selected) = (run, Some(id)),
            None => view.selected = None,
        }
    }

    /// Returns the combined graph with its layout; for large runs, of the filtered tasks.
    pub(crate) fn graph(&self, filter: &Filter) -> Rc<(Graph, Layout)> {
        self.graph.get(filter.clone(), |filter| {
            let graph = Graph::new(&self.pair(), self.mask(filter).as_deref());
            let placed = layout(&graph.request(Direction::LeftRight));
            (graph, placed)
        })
    }

    /// Returns the aligned timelines, at the starts of the runs or of the selected row.
    pub(crate) fn aligned(&self, view: &ViewState) -> Rc<Aligned> {
        let at = if view.compare.alignment == Alignment::Task { self.selected(view) } else { None };
        self.aligned
            .get((view.lanes.clone(), at), |(lanes, at)| Aligned::new(&self.pair(), lanes.clone(), *at))
    }

    /// Returns the parts of the difference of the makespans; `None` if one of them is unknown.
    pub(crate) fn explanation(&self) -> Option<&Explanation> {
        let made = || explain(&self.a.open.facts, &self.b.open.facts, &self.matching);
        self.explanation.get_or_init(made).as_ref()
    }

    /// Returns what each row contributes to the difference of the makespans, ns.
    pub(crate) fn contribution(&self) -> &[Option<i64>] {
        self.contribution.get_or_init(|| {
            self.explanation().map_or_else(Vec::new, |e| waterfall::contributions(&self.pair(), e))
        })
    }

    /// Returns the rows of the table of tasks, sorted.
    pub(crate) fn order(&self, filter: &Filter, sort: Sort) -> Rc<Vec<u32>> {
        self.order.get((filter.clone(), sort), |(filter, sort)| {
            tasks::order(&self.pair(), self.contribution(), self.mask(filter).as_deref(), *sort)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn rows_and_selected_tasks_lead_to_each_other() {
        let side = |number: usize, text: &str| Side {
            number,
            open: Rc::new(OpenRun::new(makespan_model::notation::run(text).unwrap())),
        };
        let compared =
            Compared::new(side(0, "a 0..1 w1\nb 1..2 w1 a"), side(1, "a 0..1 w1\nc 1..3 w1 a step=other"));
        let mut view = ViewState { run: 0, selected: Some("a".to_owned()), ..ViewState::default() };
        let row = compared.selected(&view);
        compared.select(row, &mut view);
        assert_eq!((view.run, view.selected.as_deref()), (1, Some("a")));
        view.run = 2;
        assert_eq!(compared.selected(&view), None);
        compared.select(None, &mut view);
        assert_eq!(view.selected, None);
    }
}
