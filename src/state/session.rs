//! The open runs with what has been computed of them. Everything is computed once, when it is first looked at.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_layout::Layout;
use makespan_model::{Run, TaskId};
use makespan_scene::{timestamp, visible};
use makespan_views::filter::Filter;
use makespan_views::graph::{BUDGET, Graph};
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
    graph: RefCell<Option<(Filter, Rc<Graph>)>>,
    layout: RefCell<Option<(Filter, Rc<Layout>)>>,
    asked: RefCell<Option<Filter>>,
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
            asked: RefCell::default(),
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
        let mask = Rc::new(if filter.is_empty() { Vec::new() } else { filter.mask(&self.facts) });
        *kept = Some((filter.clone(), Rc::clone(&mask)));
        mask
    }

    /// Which graph a filter asks for: a small run has one graph and pales what is filtered out, a large one shows what
    /// the filter leaves where that is few enough to read.
    fn graph_filter(&self, filter: &Filter) -> Filter {
        if self.run.task_count() > BUDGET { filter.clone() } else { Filter::default() }
    }

    /// The nodes of the graph.
    pub(crate) fn graph(&self, filter: &Filter) -> Rc<Graph> {
        let filter = self.graph_filter(filter);
        let mut kept = self.graph.borrow_mut();
        if let Some((of, graph)) = kept.as_ref()
            && *of == filter
        {
            return Rc::clone(graph);
        }
        let path = self.facts.critical_path().map_or(&[][..], |p| &p.tasks);
        let mask = self.mask(&filter);
        let graph = Rc::new(Graph::new(&self.run, (!mask.is_empty()).then_some(&mask[..]), path));
        *kept = Some((filter, Rc::clone(&graph)));
        graph
    }

    /// Where the nodes stand, once that is known.
    pub(crate) fn layout(&self, filter: &Filter) -> Option<Rc<Layout>> {
        let filter = self.graph_filter(filter);
        self.layout.borrow().as_ref().filter(|(of, _)| *of == filter).map(|(_, layout)| Rc::clone(layout))
    }

    /// Whether the layout is to be asked for now: true once for each graph.
    pub(crate) fn wants_layout(&self, filter: &Filter) -> bool {
        let filter = self.graph_filter(filter);
        let mut asked = self.asked.borrow_mut();
        let first = asked.as_ref() != Some(&filter);
        *asked = Some(filter);
        first
    }

    /// Keeps a layout.
    pub(crate) fn set_layout(&self, filter: &Filter, layout: Layout) {
        *self.layout.borrow_mut() = Some((self.graph_filter(filter), Rc::new(layout)));
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

    /// The session with what was opened beside what was open; a run that is open already is not opened twice. Gives
    /// the place of the first of the new ones, or of the one that was there.
    pub(crate) fn with(&self, runs: Vec<Rc<Loaded>>, files: Vec<FileReport>) -> (Session, usize) {
        let mut all = self.clone();
        let mut first = None;
        for new in runs {
            let there = all.runs.iter().position(|old| old.run == new.run);
            first.get_or_insert(there.unwrap_or(all.runs.len()));
            if there.is_none() {
                all.runs.push(new);
            }
        }
        all.files = Rc::new(self.files.iter().cloned().chain(files).collect());
        (all, first.unwrap_or(0))
    }

    /// The session without the run of that number.
    pub(crate) fn without(&self, number: usize) -> Session {
        let mut rest = self.clone();
        if number < rest.runs.len() {
            rest.runs.remove(number);
        }
        rest
    }

    /// The open runs of the same workflow as that one which began before it, the oldest first, and itself as the last;
    /// none where there are no such.
    pub(crate) fn before(&self, number: usize) -> Option<Vec<Rc<Loaded>>> {
        let workflow = |l: &Loaded| l.run.text(l.run.workflow).to_owned();
        let this = self.runs.get(number)?;
        let mut line: Vec<Rc<Loaded>> = self
            .by_age()
            .into_iter()
            .take_while(|i| *i != number)
            .filter_map(|i| self.runs.get(i).filter(|l| workflow(l) == workflow(this)).cloned())
            .collect();
        line.push(Rc::clone(this));
        (line.len() > 1).then_some(line)
    }

    /// What the runs are called where several stand side by side: their titles, and where two have the same their
    /// starts, and where these are the same too their places.
    pub(crate) fn labels(&self) -> Vec<String> {
        let title = |l: &Loaded| visible(l.run.title()).into_owned();
        let titles: Vec<String> = self.runs.iter().map(|l| title(l)).collect();
        let started = |l: &Loaded| l.run.span().map_or(String::new(), |(start, _)| timestamp(start, 0));
        let mut labels: Vec<String> = titles.clone();
        for (i, run) in self.runs.iter().enumerate() {
            if titles.iter().filter(|t| **t == titles[i]).count() > 1 {
                labels[i] = format!("{} · {}", titles[i], started(run));
            }
        }
        let dated = labels.clone();
        for (i, label) in labels.iter_mut().enumerate() {
            if dated.iter().filter(|l| **l == dated[i]).count() > 1 {
                *label = format!("{label} · {}", i + 1);
            }
        }
        labels
    }
}
