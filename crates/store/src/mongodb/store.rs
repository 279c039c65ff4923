//! The store: queries about many runs.

use std::collections::HashMap;

use mongodb::bson::{Document, doc};

use super::client::RUNS;
use super::document::{hex, parsed, state_of};
use super::{Mongo, SCHEMA};
use crate::{
    Appended, Batch, Counts, Durations, EachRecord, Error, EventRange, Gaps, Grouping, History, HistoryQuery,
    Info, Maintained, Mark, MetricState, Page, RunFilter, RunQuery, RunState, Store, TaskRun, TaskState, key,
};

/// Number of runs per query.
const AT_ONCE: usize = 512;

impl Mongo {
    /// Returns the summaries of all runs.
    fn all(&self) -> Result<Vec<RunState>, Error> {
        self.client.find(RUNS, &doc! {}, &doc! { "state": 1 })?.iter().map(state_of).collect()
    }

    /// Returns a task in each of these runs that has it.
    fn tasks(&self, task: &str, runs: &[RunState]) -> Result<HashMap<String, TaskState>, Error> {
        let name = format!("t/{}", hex(&key(task)));
        // Of the contents that were not moved to other documents, only this task.
        let fields = doc! { "tasks": 1, (format!("pending.{name}")): 1 };
        let mut tasks = HashMap::default();
        for runs in runs.chunks(AT_ONCE) {
            let keys: HashMap<String, &str> = runs.iter().map(|run| (hex(&key(&run.id)), &*run.id)).collect();
            let ids: Vec<&String> = keys.keys().collect();
            let mut elsewhere: HashMap<String, &str> = HashMap::default();
            for document in self.client.find(RUNS, &doc! { "_id": { "$in": ids } }, &fields)? {
                let run = document.get_str("_id").ok().and_then(|id| keys.get(id));
                let (Some(run), Ok(begin)) = (run, document.get_str("tasks")) else {
                    return Err(Error::corrupt("the document of a run lacks a field"));
                };
                let pending = document.get_document("pending").and_then(|states| states.get_str(&name));
                match pending {
                    Ok(state) => drop(tasks.insert((*run).to_owned(), parsed(state)?)),
                    Err(_) => drop(elsewhere.insert(format!("{begin}/{name}"), run)),
                }
            }
            let ids: Vec<&String> = elsewhere.keys().collect();
            for (id, state) in self.states_where(&doc! { "_id": { "$in": ids } })? {
                if let Some(run) = elsewhere.get(&id) {
                    tasks.insert((*run).to_owned(), parsed(&state)?);
                }
            }
        }
        Ok(tasks)
    }
}

impl Store for Mongo {
    fn info(&self) -> Result<Info, Error> {
        let states = self.all()?;
        Ok(Info {
            backend: "mongodb",
            location: self.client.location().to_string(),
            schema: SCHEMA.unsigned_abs(),
            runs: states.len() as u64,
            events: states.iter().map(|run| run.events).sum(),
            findings: Vec::new(),
        })
    }

    fn append(&self, batch: &Batch<'_>) -> Result<Appended, Error> {
        self.append_batch(batch)
    }

    fn run(&self, id: &str) -> Result<Option<RunState>, Error> {
        let place = doc! { "_id": hex(&key(id)) };
        self.client.find(RUNS, &place, &doc! { "state": 1 })?.first().map(state_of).transpose()
    }

    fn runs(&self, query: &RunQuery) -> Result<Page, Error> {
        Ok(Page::of(query, self.all()?.iter()))
    }

    fn read(&self, run: &str, part: EventRange, each: &mut EachRecord<'_>) -> Result<Gaps, Error> {
        self.read_events(&self.known(run)?, part, each)
    }

    fn history(&self, query: &HistoryQuery) -> Result<History, Error> {
        let mut runs = self.all()?;
        runs.retain(|run| query.runs.filter.matches(run));
        let mut tasks = self.tasks(&query.task, &runs)?;
        let page = Page::of(&query.runs, runs.iter().filter(|run| tasks.contains_key(&run.id)));
        let in_run = |run: RunState| {
            let task = tasks.remove(&run.id)?;
            Some(TaskRun { at: run.at(), run_status: run.status(), run: run.id, task })
        };
        Ok(History { tasks: page.runs.into_iter().filter_map(in_run).collect(), next: page.next })
    }

    fn counts(&self, filter: &RunFilter, grouping: Grouping) -> Result<Vec<Counts>, Error> {
        let states = self.all()?;
        Ok(Counts::of(grouping, states.iter().filter(|run| filter.matches(run))))
    }

    fn durations(&self, filter: &RunFilter) -> Result<Option<Durations>, Error> {
        let states = self.all()?;
        Ok(Durations::of(states.iter().filter(|run| filter.matches(run))))
    }

    fn metrics(&self, run: &str) -> Result<Vec<MetricState>, Error> {
        let kept = self.known(run)?;
        let mut states: HashMap<String, String> = HashMap::default();
        if kept.in_blocks() > 0 {
            let begin = kept.state_id("m");
            let all = doc! { "_id": { "$gte": format!("{begin}/"), "$lt": format!("{begin}0") } };
            states.extend(self.states_where(&all)?);
        }
        let pending = kept.pending.iter().filter(|(name, _)| name.starts_with("m/"));
        states.extend(pending.map(|(name, state)| (kept.state_id(name), state.clone())));
        let metrics = states.values().map(|json| parsed(json));
        let mut metrics = metrics.collect::<Result<Vec<MetricState>, _>>()?;
        metrics.sort_by(|a, b| (&a.name, &a.unit).cmp(&(&b.name, &b.unit)));
        Ok(metrics)
    }

    fn mark(&self, run: &str, mark: &Mark) -> Result<(), Error> {
        self.mark_run(run, mark)
    }

    fn delete(&self, run: &str) -> Result<(), Error> {
        self.delete_run(run)
    }

    fn maintain(&self) -> Result<Maintained, Error> {
        let mut done = Maintained::default();
        for document in self.client.find(RUNS, &Document::new(), &doc! { "state": 1 })? {
            if state_of(&document)?.unsettled {
                let key = document.get_str("_id").map_err(|_| Error::corrupt("a run has no key"))?;
                done.settled += u64::from(self.settle(key)?);
            }
        }
        self.tidy()?;
        Ok(done)
    }
}
