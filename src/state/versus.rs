//! Which runs are compared, and what has been computed of two of them.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use makespan_analysis::compare::{Explanation, Matching, explain, matching};
use makespan_layout::Layout;
use makespan_model::{TaskId, UNKNOWN};
use makespan_views::ViewState;
use makespan_views::compare::graph::Graph;
use makespan_views::compare::timeline::Aligned;
use makespan_views::compare::{Pair, waterfall};
use makespan_views::filter::Filter;
use makespan_views::timeline::Lanes;

use super::session::{Loaded, Session};

/// The runs of the baseline and of the candidate, by their places in the session, older first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sides {
    /// A.
    pub(crate) baseline: Vec<usize>,
    /// B.
    pub(crate) candidate: Vec<usize>,
}

impl Sides {
    /// What the link says, as far as there are such runs; else the newest run against the ones before it. A run is on
    /// one side only.
    pub(crate) fn new(session: &Session, view: &ViewState) -> Sides {
        let by_age = session.by_age();
        let known =
            |list: &[usize]| -> Vec<usize> { by_age.iter().copied().filter(|i| list.contains(i)).collect() };
        let baseline = known(&view.compare.baseline);
        let mut candidate = known(&view.compare.candidate);
        candidate.retain(|i| !baseline.contains(i));
        if !baseline.is_empty() && !candidate.is_empty() {
            return Sides { baseline, candidate };
        }
        let (before, newest) = by_age.split_at(by_age.len().saturating_sub(1));
        Sides { baseline: before.to_vec(), candidate: newest.to_vec() }
    }

    /// The two that stand for their sides where two are compared: the newest of each.
    pub(crate) fn pair(&self) -> Option<(usize, usize)> {
        Some((*self.baseline.last()?, *self.candidate.last()?))
    }
}

/// Timelines over each other: by which lanes, at which row.
type Over = ((Lanes, Option<u32>), Rc<Aligned>);

/// Two runs side by side.
pub(crate) struct Versus {
    /// The baseline and its place in the session.
    pub(crate) a: (usize, Rc<Loaded>),
    /// The candidate and its place in the session.
    pub(crate) b: (usize, Rc<Loaded>),
    /// What is what.
    pub(crate) matching: Matching,
    graph: RefCell<Option<(Filter, Rc<Graph>)>>,
    layout: RefCell<Option<Rc<Layout>>>,
    asked: Cell<bool>,
    aligned: RefCell<Option<Over>>,
    explanation: OnceCell<Option<Explanation>>,
    contribution: OnceCell<Vec<Option<i64>>>,
}

impl Versus {
    /// Matches the tasks of two runs.
    pub(crate) fn new(a: (usize, Rc<Loaded>), b: (usize, Rc<Loaded>)) -> Versus {
        let matching = matching(&a.1.facts, &b.1.facts);
        Versus {
            a,
            b,
            matching,
            graph: RefCell::default(),
            layout: RefCell::default(),
            asked: Cell::default(),
            aligned: RefCell::default(),
            explanation: OnceCell::new(),
            contribution: OnceCell::new(),
        }
    }

    /// Whether it is of these two.
    pub(crate) fn is_of(&self, a: &Rc<Loaded>, b: &Rc<Loaded>) -> bool {
        Rc::ptr_eq(&self.a.1, a) && Rc::ptr_eq(&self.b.1, b)
    }

    /// As the views take it.
    pub(crate) fn pair(&self) -> Pair<'_> {
        Pair::new(&self.a.1.facts, &self.b.1.facts, &self.matching)
    }

    /// Which rows pass the filter, in either run; none where it lets all through.
    pub(crate) fn mask(&self, filter: &Filter) -> Option<Vec<bool>> {
        let (a, b) = (self.a.1.mask(filter), self.b.1.mask(filter));
        (!filter.is_empty()).then(|| self.pair().mask(&a, &b))
    }

    /// The row of a task of one of the two runs.
    pub(crate) fn row_of(&self, run: usize, task: u32) -> Option<u32> {
        let rows = match run {
            _ if run == self.b.0 => &self.matching.of_b,
            _ if run == self.a.0 => &self.matching.of_a,
            _ => return None,
        };
        rows.get(task as usize).copied()
    }

    /// The run and the task that a row leads to: in B where it is there.
    pub(crate) fn task_of(&self, row: u32) -> Option<(usize, TaskId)> {
        let row = self.matching.tasks.get(row as usize)?;
        row.b.map(|t| (self.b.0, t)).or_else(|| row.a.map(|t| (self.a.0, t)))
    }

    /// The union graph; of large runs what the filter leaves.
    pub(crate) fn graph(&self, filter: &Filter) -> Rc<Graph> {
        let mut kept = self.graph.borrow_mut();
        if let Some((of, graph)) = kept.as_ref()
            && of == filter
        {
            return Rc::clone(graph);
        }
        let mask = self.mask(filter);
        let graph = Rc::new(Graph::new(&self.pair(), mask.as_deref()));
        *kept = Some((filter.clone(), Rc::clone(&graph)));
        self.asked.set(false);
        *self.layout.borrow_mut() = None;
        graph
    }

    /// Where its nodes stand, once that is known.
    pub(crate) fn layout(&self) -> Option<Rc<Layout>> {
        self.layout.borrow().clone()
    }

    /// Whether the layout is to be asked for now: true once for each graph.
    pub(crate) fn wants_layout(&self) -> bool {
        !self.asked.replace(true)
    }

    /// Keeps a layout, if it is one of the graph that is shown.
    pub(crate) fn set_layout(&self, graph: &Rc<Graph>, layout: Layout) {
        if self.graph.borrow().as_ref().is_some_and(|(_, now)| Rc::ptr_eq(now, graph)) {
            *self.layout.borrow_mut() = Some(Rc::new(layout));
        }
    }

    /// The timelines over each other, at their starts or at those of a row.
    pub(crate) fn aligned(&self, lanes: Lanes, at: Option<u32>) -> Rc<Aligned> {
        let mut kept = self.aligned.borrow_mut();
        if let Some((of, aligned)) = kept.as_ref()
            && *of == (lanes, at)
        {
            return Rc::clone(aligned);
        }
        let aligned = Rc::new(Aligned::new(&self.pair(), lanes, at));
        *kept = Some(((lanes, at), Rc::clone(&aligned)));
        aligned
    }

    /// What the difference of the makespans is made of; none where one of them is not known.
    pub(crate) fn explanation(&self) -> Option<&Explanation> {
        let made = || explain(&self.a.1.facts, &self.b.1.facts, &self.matching);
        self.explanation.get_or_init(made).as_ref()
    }

    /// What each row adds to the difference of the makespans, ns.
    pub(crate) fn contribution(&self) -> &[Option<i64>] {
        self.contribution.get_or_init(|| {
            self.explanation().map_or_else(Vec::new, |e| waterfall::contributions(&self.pair(), e))
        })
    }
}

impl Session {
    /// The places of the runs, oldest first by their starts; those without times come first, in the order of opening.
    pub(crate) fn by_age(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.runs.len()).collect();
        places.sort_by_key(|&i| (self.runs[i].run.span().map_or(UNKNOWN, |s| s.0), i));
        places
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn session(starts: &[u32]) -> Session {
        let run = |s: &u32| makespan_model::notation::run(&format!("a {s}..{} w1", s + 2)).unwrap();
        Session { runs: starts.iter().map(|s| Rc::new(Loaded::new(run(s)))).collect(), ..Session::default() }
    }

    #[test]
    fn the_newest_stands_against_those_before_it_unless_the_link_says_otherwise() {
        let session = session(&[50, 10, 90]);
        let mut view = ViewState::default();
        let usual = Sides { baseline: vec![1, 0], candidate: vec![2] };
        assert_eq!(Sides::new(&session, &view), usual);
        assert_eq!(usual.pair(), Some((0, 2)));
        (view.compare.baseline, view.compare.candidate) = (vec![2], vec![2, 1, 7]);
        assert_eq!(Sides::new(&session, &view), Sides { baseline: vec![2], candidate: vec![1] });
        assert_eq!(Sides::new(&self::session(&[1]), &ViewState::default()).pair(), None);
    }

    #[test]
    fn rows_and_tasks_lead_to_each_other() {
        let of = |text: &str| Rc::new(Loaded::new(makespan_model::notation::run(text).unwrap()));
        let versus =
            Versus::new((0, of("a 0..1 w1\nb 1..2 w1 a")), (1, of("a 0..1 w1\nc 1..3 w1 a step=other")));
        let row = versus.row_of(0, 0).unwrap();
        assert_eq!(versus.task_of(row).map(|(run, t)| (run, t.0)), Some((1, 0)));
        assert_eq!(versus.row_of(2, 0), None);
    }
}
