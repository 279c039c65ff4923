//! The open runs, and what several answers need of them.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_analysis::compare::{Trends, Verdicts, trends, verdicts};
use makespan_import::{ALL, Importers, InUnit, Mapped, Mapping, Settings, Unit, Zone};
use makespan_model::{Order as _, Run, UNKNOWN};
use makespan_scene::{timestamp, visible};
use makespan_views::{Look, ViewState};

use crate::answer::{FileReport, Opened, Progress, Sides};
use crate::compared::{Compared, Side};
use crate::growing::Live;
use crate::kept::{Latest, MatrixKey, MatrixOrReason};
use crate::opening::{Opening, Table};
use crate::run::OpenRun;

/// The runs of both sides in one list, where the candidate begins in it, and the measure.
type VerdictsKey = (u32, Vec<usize>, usize, String);

/// The open runs, their facts, and what has been computed of them: bounded, since of each kind only the last is kept.
pub struct Session {
    zone: Rc<dyn Zone>,
    importers: &'static Importers,
    /// What numbers that stand for times count, where whoever looks names it.
    unit: Option<Unit>,
    /// What the columns of tables mean, where whoever looks names it.
    mapping: Option<Mapping>,
    /// Why the mapping that was given is not used.
    bad_mapping: Option<String>,
    /// The tables of the files that were opened last whose columns can be mapped.
    tables: Vec<Table>,
    runs: Vec<Rc<OpenRun>>,
    files: Vec<FileReport>,
    opening: Option<Opening>,
    /// The runs that grow, by their ids.
    pub(crate) live: HashMap<String, Live>,
    /// Counts changes of the list of runs: what is kept of an older list is worth nothing.
    generation: u32,
    labels: Latest<u32, Vec<String>>,
    by_age: Latest<u32, Vec<usize>>,
    compared: Latest<(u32, usize, usize), Compared>,
    verdicts: Latest<VerdictsKey, Option<Verdicts>>,
    trends: Latest<(u32, Vec<usize>, String), Option<Trends>>,
    pub(crate) matrix: Latest<MatrixKey, MatrixOrReason>,
}

impl Session {
    /// No open runs. `zone` is that of whoever looks: for times without a zone, and for times shown as local.
    pub fn new(zone: Rc<dyn Zone>) -> Session {
        Session::of_formats(zone, &ALL)
    }

    /// The same, for files that these importers read.
    pub fn of_formats(zone: Rc<dyn Zone>, importers: &'static Importers) -> Session {
        Session {
            zone,
            importers,
            unit: None,
            mapping: None,
            bad_mapping: None,
            tables: Vec::new(),
            runs: Vec::new(),
            files: Vec::new(),
            opening: None,
            live: HashMap::new(),
            generation: 0,
            labels: Latest::default(),
            by_age: Latest::default(),
            compared: Latest::default(),
            verdicts: Latest::default(),
            trends: Latest::default(),
            matrix: Latest::default(),
        }
    }

    /// The importers that are asked what a file is.
    pub(crate) fn importers(&self) -> &'static Importers {
        self.importers
    }

    /// Opens files that are here as a whole: names and contents.
    pub fn open(&mut self, files: Vec<(String, Vec<u8>)>) -> Opened {
        self.begin(Some(files.len()));
        for (name, bytes) in files {
            self.begin_file(&name, Some(bytes.len() as u64));
            self.push(&bytes);
            self.end_file();
        }
        self.finish()
    }

    /// Numbers that stand for times count `unit` in all files that are opened from now on; `None` to judge by the format
    /// and by their size.
    pub fn read_numbers_as(&mut self, unit: Option<Unit>) {
        self.unit = unit;
    }

    /// Tables in all files that are opened from now on are read by this mapping, as the option `--map` takes it; if it is
    /// empty, by what the names of their columns suggest. What is wrong with it is reported with the next files.
    pub fn read_tables_by(&mut self, mapping: &str) {
        (self.mapping, self.bad_mapping) = (None, None);
        if let Some(tables) = self.importers.tables.filter(|_| !mapping.trim().is_empty()) {
            match (tables.parse)(mapping) {
                Ok(mapping) => self.mapping = Some(mapping),
                Err(why) => self.bad_mapping = Some(why),
            }
        }
    }

    /// The zone of whoever looks, with the unit of numbers.
    pub(crate) fn zone(&self) -> Rc<dyn Zone> {
        let zone = Rc::clone(&self.zone);
        match self.unit {
            Some(unit) => Rc::new(InUnit { zone, unit }),
            None => zone,
        }
    }

    /// The tables of the files that were opened last whose columns can be mapped.
    pub(crate) fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Files are going to be opened together: a database and its log, two runs to compare. `files` says how many, where
    /// that is known. What was begun before and not finished is forgotten.
    pub fn begin(&mut self, files: Option<usize>) {
        let zone: Rc<dyn Zone> = match &self.mapping {
            Some(mapping) => Rc::new(Mapped { zone: self.zone(), mapping: mapping.clone() }),
            None => self.zone(),
        };
        self.opening = Some(Opening::new(Settings { zone, files, importers: self.importers }));
    }

    /// The next file begins; its size in bytes, where that is known.
    pub fn begin_file(&mut self, name: &str, size: Option<u64>) {
        if let Some(opening) = &mut self.opening {
            opening.begin(name, size);
        }
    }

    /// The next chunk of the file that was begun last, cut anywhere.
    pub fn push(&mut self, chunk: &[u8]) -> Progress {
        self.opening.as_mut().map_or_else(Progress::default, |opening| opening.push(chunk))
    }

    /// The file that was begun last is complete.
    pub fn end_file(&mut self) {
        if let Some(opening) = &mut self.opening {
            opening.end();
        }
    }

    /// Forgets the files that were begun.
    pub fn cancel(&mut self) {
        self.opening = None;
    }

    /// All files are here: their runs stand beside those that were open; one that is open already is not opened twice.
    pub fn finish(&mut self) -> Opened {
        let Some(opening) = self.opening.take() else { return Opened::default() };
        let (runs, files, tables) = opening.finish();
        if !tables.is_empty() {
            self.tables = tables;
        }
        Opened { bad_mapping: self.bad_mapping.clone(), ..self.place(runs, files, false) }
    }

    /// The same for files that were open and have changed since: their runs take the places of the open runs of the same
    /// ids.
    pub fn finish_again(&mut self) -> Opened {
        let Some(opening) = self.opening.take() else { return Opened::default() };
        let (runs, ..) = opening.finish();
        self.place(runs, Vec::new(), true)
    }

    /// Puts runs beside those that are open or, if they are newer states of these, in their places.
    pub(crate) fn place(&mut self, runs: Vec<Run>, files: Vec<FileReport>, replace: bool) -> Opened {
        let mut opened = Opened { files: files.clone(), ..Opened::default() };
        // Where nothing came of any file, what is open stays as it was.
        if !runs.is_empty() {
            self.files.extend(files);
        }
        let mut first = None;
        // Runs are compared as a whole only with those of the same id: there may be a hundred thousand of them.
        let mut known: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, old) in self.runs.iter().enumerate() {
            known.entry(old.run.id.clone()).or_default().push(place);
        }
        for run in runs {
            let same_id = known.entry(run.id.clone()).or_default();
            let there = same_id.iter().copied().find(|place| *self.runs[*place].run == run);
            let place = there.unwrap_or(self.runs.len());
            opened.found += 1;
            if first.is_none() {
                first = Some(place);
                opened.title = run.title().to_owned();
            }
            let older = same_id.first().copied().filter(|_| replace && there.is_none());
            if let Some(older) = older {
                first = first.filter(|first| *first != place).or(Some(older));
                self.runs[older] = Rc::new(OpenRun::new(run));
                self.generation += 1;
            } else if there.is_none() {
                same_id.push(place);
                self.add(run);
                opened.added += 1;
            }
        }
        (opened.first, opened.runs) = (first.unwrap_or(0), self.runs.len());
        opened
    }

    fn add(&mut self, run: Run) {
        self.runs.push(Rc::new(OpenRun::new(run)));
        self.generation += 1;
    }

    /// Closes a run; those behind it move up.
    pub fn close(&mut self, number: usize) {
        if number < self.runs.len() {
            self.runs.remove(number);
            self.generation += 1;
        }
    }

    /// Closes all runs.
    pub fn close_all(&mut self) {
        self.runs.clear();
        self.files.clear();
        self.tables.clear();
        self.live.clear();
        self.opening = None;
        self.generation += 1;
    }

    /// Whether files were begun and not finished.
    pub fn is_opening(&self) -> bool {
        self.opening.is_some()
    }

    /// The files that are being opened.
    pub(crate) fn opening(&self) -> Option<&Opening> {
        self.opening.as_ref()
    }

    /// The run of that number, or the first.
    pub(crate) fn run(&self, number: usize) -> Option<&Rc<OpenRun>> {
        self.runs.get(number).or_else(|| self.runs.first())
    }

    /// The runs of these numbers, in their order; numbers of no run are left out.
    pub fn runs_of(&self, numbers: impl IntoIterator<Item = usize>) -> Vec<Arc<Run>> {
        numbers.into_iter().filter_map(|number| Some(Arc::clone(&self.runs.get(number)?.run))).collect()
    }

    /// The facts of the open runs.
    pub(crate) fn facts(&self) -> Vec<&Facts> {
        self.runs.iter().map(|r| &r.facts).collect()
    }

    /// What became of each file.
    pub(crate) fn files(&self) -> &[FileReport] {
        &self.files
    }

    /// Changes whenever the list of runs does.
    pub(crate) fn generation(&self) -> u32 {
        self.generation
    }

    /// Seconds east of UTC of the reader's zone when the run began.
    pub(crate) fn offset(&self, run: &Run) -> i32 {
        let Some((start, _)) = run.span() else { return 0 };
        let seconds = start.div_euclid(1_000_000_000);
        // The offset of a civil time is asked for: one correction settles all but the hour that a change repeats.
        self.zone.offset(seconds.saturating_add(i64::from(self.zone.offset(seconds))))
    }

    /// How the pictures of a run look, without what the pointer does.
    pub(crate) fn look(&self, open: &OpenRun, view: &ViewState) -> Look {
        Look {
            marks: (*open.marks(view)).clone(),
            colours: open.colours(&view.colours),
            selected: open.selected(view).map(|t| t.0),
            ..self.plain_look(open, view)
        }
    }

    /// The same with no task marked.
    pub(crate) fn plain_look(&self, open: &OpenRun, view: &ViewState) -> Look {
        Look { time: view.time, offset: self.offset(&open.run), ..Look::default() }
    }

    /// The places of the runs, oldest first by their starts; those without times come first, in the order of opening.
    pub(crate) fn by_age(&self) -> Rc<Vec<usize>> {
        self.by_age.get(self.generation, |_| {
            let mut places: Vec<usize> = (0..self.runs.len()).collect();
            places.order_by_key(|&i| (self.runs[i].run.span().map_or(UNKNOWN, |s| s.0), i));
            places
        })
    }

    /// Which runs a view compares: what the link says, as far as there are such runs; else the newest run against the
    /// ones before it. A run is on one side only.
    pub(crate) fn sides(&self, view: &ViewState) -> Sides {
        let by_age = self.by_age();
        let on = |list: &[usize], besides: &[usize]| -> Vec<usize> {
            let (list, besides): (HashSet<_>, HashSet<_>) = (list.iter().collect(), besides.iter().collect());
            by_age.iter().copied().filter(|i| list.contains(i) && !besides.contains(i)).collect()
        };
        let baseline = on(&view.compare.baseline, &[]);
        let candidate = on(&view.compare.candidate, &baseline);
        if !baseline.is_empty() && !candidate.is_empty() {
            return Sides { baseline, candidate };
        }
        let (before, newest) = by_age.split_at(by_age.len().saturating_sub(1));
        Sides { baseline: before.to_vec(), candidate: newest.to_vec() }
    }

    /// The two runs that a view compares.
    pub(crate) fn compared(&self, view: &ViewState) -> Option<Rc<Compared>> {
        let (a, b) = self.sides(view).pair()?;
        let side = |number: usize| Some(Side { number, open: Rc::clone(self.runs.get(number)?) });
        let (of_a, of_b) = (side(a)?, side(b)?);
        Some(self.compared.get((self.generation, a, b), |_| Compared::new(of_a, of_b)))
    }

    /// What the runs of both sides say of each other.
    pub(crate) fn verdicts(&self, view: &ViewState) -> Rc<Option<Verdicts>> {
        let Sides { baseline, candidate } = self.sides(view);
        let split = baseline.len();
        let runs: Vec<usize> = baseline.into_iter().chain(candidate).collect();
        let key = (self.generation, runs, split, view.compare.measure().to_owned());
        self.verdicts.get(key, |(_, runs, split, measure)| {
            let facts: Vec<&Facts> = runs.iter().map(|i| &self.runs[*i].facts).collect();
            let (a, b) = facts.split_at(*split);
            verdicts(a, b, measure)
        })
    }

    /// A measure of every task over runs, in the order given.
    pub(crate) fn trends(&self, runs: Vec<usize>, measure: &str) -> Rc<Option<Trends>> {
        self.trends.get((self.generation, runs, measure.to_owned()), |(_, runs, measure)| {
            let facts: Vec<&Facts> = runs.iter().map(|i| &self.runs[*i].facts).collect();
            trends(&facts, measure)
        })
    }

    /// The open runs of the same workflow as that one which began before it, the oldest first, and itself as the last;
    /// none where there are no such.
    pub(crate) fn before(&self, number: usize) -> Option<Vec<usize>> {
        let workflow = |i: usize| self.runs.get(i).map(|r| r.run.text(r.run.workflow));
        self.runs.get(number)?;
        let mut line: Vec<usize> = self
            .by_age()
            .iter()
            .copied()
            .take_while(|i| *i != number)
            .filter(|i| workflow(*i) == workflow(number))
            .collect();
        line.push(number);
        (line.len() > 1).then_some(line)
    }

    /// What the runs are called where several stand side by side: their titles, and where two have the same their
    /// starts, and where these are the same too their places. O(n log n) in runs.
    pub(crate) fn labels(&self) -> Rc<Vec<String>> {
        self.labels.get(self.generation, |_| self.make_labels())
    }

    fn make_labels(&self) -> Vec<String> {
        let mut labels: Vec<String> = self.runs.iter().map(|r| visible(r.run.title()).into_owned()).collect();
        for (i, again) in repeated(&labels).into_iter().enumerate() {
            if again {
                let started = self.runs[i].run.span().map_or(String::new(), |(start, _)| timestamp(start, 0));
                labels[i] = format!("{} · {started}", labels[i]);
            }
        }
        for (i, again) in repeated(&labels).into_iter().enumerate() {
            if again {
                labels[i] = format!("{} · {}", labels[i], i + 1);
            }
        }
        labels
    }
}

/// Which of the texts stand there more than once.
fn repeated(texts: &[String]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.order_by(|a, b| texts[*a].cmp(&texts[*b]));
    let mut again = vec![false; texts.len()];
    for pair in order.windows(2).filter(|p| texts[p[0]] == texts[p[1]]) {
        (again[pair[0]], again[pair[1]]) = (true, true);
    }
    again
}
