//! The open runs with what has been computed of them. Everything is computed once, when it is first looked at.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_layout::Layout;
use makespan_model::{Run, TaskId};
use makespan_views::filter::Filter;
use makespan_views::graph::Graph;
use makespan_views::timeline::{Index, Lanes};

use crate::worker::job::FileReport;

/// A run and its facts.
pub(crate) struct Loaded {
    /// The run.
    pub(crate) run: Arc<Run>,
    /// Its facts.
    pub(crate) facts: Facts,
    indices: RefCell<[Option<Rc<Index>>; 3]>,
    mask: RefCell<Option<(Filter, Rc<Vec<bool>>)>>,
    graph: RefCell<Option<Rc<Graph>>>,
    layout: RefCell<Option<Rc<Layout>>>,
    asked: Cell<bool>,
}

impl Loaded {
    pub(crate) fn new(run: Run) -> Loaded {
        let run = Arc::new(run);
        Loaded {
            facts: Facts::new(Arc::clone(&run)),
            run,
            indices: RefCell::default(),
            mask: RefCell::default(),
            graph: RefCell::default(),
            layout: RefCell::default(),
            asked: Cell::new(false),
        }
    }

    /// The lanes of the timeline.
    pub(crate) fn index(&self, lanes: Lanes) -> Rc<Index> {
        let mut indices = self.indices.borrow_mut();
        Rc::clone(indices[lanes as usize].get_or_insert_with(|| Rc::new(Index::new(&self.run, lanes))))
    }

    /// Which tasks pass the filter; empty where it lets all through.
    pub(crate) fn mask(&self, filter: &Filter) -> Rc<Vec<bool>> {
        let mut kept = self.mask.borrow_mut();
        if let Some((of, mask)) = kept.as_ref()
            && of == filter
        {
            return Rc::clone(mask);
        }
        let mask = Rc::new(if filter.is_empty() { Vec::new() } else { filter.mask(&self.run) });
        *kept = Some((filter.clone(), Rc::clone(&mask)));
        mask
    }

    /// The nodes of the graph.
    pub(crate) fn graph(&self) -> Rc<Graph> {
        let mut graph = self.graph.borrow_mut();
        Rc::clone(graph.get_or_insert_with(|| {
            let path = self.facts.critical_path().map_or(&[][..], |p| &p.tasks);
            Rc::new(Graph::new(&self.run, None, path))
        }))
    }

    /// Where the nodes stand, once that is known.
    pub(crate) fn layout(&self) -> Option<Rc<Layout>> {
        self.layout.borrow().clone()
    }

    /// Whether the layout is to be asked for now: true once.
    pub(crate) fn wants_layout(&self) -> bool {
        !self.asked.replace(true)
    }

    /// Keeps a layout.
    pub(crate) fn set_layout(&self, layout: Layout) {
        *self.layout.borrow_mut() = Some(Rc::new(layout));
    }

    /// The task of an id.
    pub(crate) fn find(&self, id: Option<&str>) -> Option<TaskId> {
        self.run.find_task(id?)
    }
}

/// All open runs.
#[derive(Clone, Default)]
pub(crate) struct Session {
    /// The runs.
    pub(crate) runs: Vec<Rc<Loaded>>,
    /// What became of each file.
    pub(crate) files: Rc<Vec<FileReport>>,
}

impl Session {
    /// The run of that number, or the first.
    pub(crate) fn run(&self, number: usize) -> Option<Rc<Loaded>> {
        self.runs.get(number).or_else(|| self.runs.first()).cloned()
    }
}
