//! The store: reading, and queries about many runs.

use makespan_format::{Diagnostic, Severity};
use redis::{Connection, cmd};
use std::collections::HashMap;

use super::append::{AT_ONCE, many, parsed, read_entry, state};
use super::client::Stopped;
use super::database::{Redis, SCHEMA};
use super::keys::hex;
use crate::{
    Appended, Batch, Counts, Durations, EachRecord, Error, EventRange, Gaps, Grouping, History, HistoryQuery,
    Info, Maintained, Mark, MetricState, Page, Record, RunFilter, RunQuery, RunState, Store, TaskRun,
    TaskState, in_order, key,
};

/// A stored event.
type Entry = Vec<u8>;

impl Redis {
    /// Returns the summaries of all runs.
    fn states(&self) -> Result<Vec<RunState>, Error> {
        Ok(self.members()?.into_iter().filter_map(|(_, run)| run).collect())
    }

    /// Returns the keys of all runs with their summaries; `None` for expired runs.
    fn members(&self) -> Result<Vec<(String, Option<RunState>)>, Error> {
        self.client.with(|connection| {
            let members: Vec<String> = cmd("SMEMBERS").arg(self.keys.runs()).query(connection)?;
            let mut all = Vec::with_capacity(members.len());
            for members in members.chunks(AT_ONCE) {
                let keys = members.iter().map(|member| self.keys.of_member(member).state);
                let found: Vec<Option<Vec<u8>>> = many(connection, "MGET", None, keys)?;
                for (member, json) in members.iter().zip(found) {
                    all.push((member.clone(), json.map(|json| parsed(&json)).transpose()?));
                }
            }
            Ok(all)
        })
    }

    fn known(&self, id: &str) -> Result<RunState, Error> {
        self.run(id)?.ok_or_else(|| Error::NoRun { run: id.to_owned() })
    }

    /// Returns the events from one position to another, limited to the number fetched at once.
    fn entries(&self, run: &str, from: u64, to: u64) -> Result<Vec<Entry>, Error> {
        let to = to.min(from + AT_ONCE as u64);
        let key = self.keys.of(run).events;
        let range = cmd("LRANGE").arg(key).arg(from).arg(to.saturating_sub(1)).clone();
        let entries: Vec<Entry> = self.client.with(|connection| Ok(range.query(connection)?))?;
        if entries.len() as u64 == to - from {
            return Ok(entries);
        }
        // It was removed, or expired, while it was being read.
        self.known(run)?;
        Err(Error::Corrupt { reason: format!("events from {from} on are missing") })
    }

    fn read_sorted(&self, run: &RunState, each: &mut EachRecord<'_>) -> Result<(), Error> {
        let mut entries = Vec::new();
        while (entries.len() as u64) < run.events {
            entries.extend(self.entries(&run.id, entries.len() as u64, run.events)?);
        }
        let records = entries.iter().map(record).collect::<Result<Vec<_>, _>>()?;
        for place in in_order(records.iter().map(|record| (record.producer, record.seq))) {
            if each(records[place]).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Returns a task in each of these runs.
    fn tasks(
        &self,
        connection: &mut Connection,
        task: &str,
        runs: &[RunState],
    ) -> Result<HashMap<String, TaskState>, Stopped> {
        let field = hex(&key(task));
        let mut tasks = HashMap::default();
        for runs in runs.chunks(AT_ONCE) {
            let mut pipeline = redis::pipe();
            for run in runs {
                pipeline.hget(self.keys.of(&run.id).tasks, &field);
            }
            let found: Vec<Option<Vec<u8>>> = pipeline.query(connection)?;
            for (run, json) in runs.iter().zip(found) {
                if let Some(json) = json {
                    tasks.insert(run.id.clone(), parsed(&json)?);
                }
            }
        }
        Ok(tasks)
    }

    /// Returns guarantees that the server does not give.
    fn findings(&self) -> Vec<Diagnostic> {
        let asked = self.client.with(|connection| {
            let mut pipeline = redis::pipe();
            for name in ["appendonly", "appendfsync"] {
                pipeline.cmd("CONFIG").arg("GET").arg(name);
            }
            Ok(pipeline.query::<Vec<Vec<String>>>(connection)?)
        });
        let settings: Vec<String> = match asked {
            Ok(settings) => settings.into_iter().flatten().collect(),
            // The user may lack permission to query the configuration.
            Err(_) => return Vec::new(),
        };
        if settings == ["appendonly", "yes", "appendfsync", "always"] {
            return Vec::new();
        }
        let message = "the server does not write every change to its disk at once (appendonly yes, appendfsync \
                       always): a crash of the server may lose acknowledged events";
        vec![Diagnostic::new(Severity::Warning, "not-durable", message)]
    }
}

fn record(entry: &Entry) -> Result<Record<'_>, Error> {
    let (producer, seq, line) = read_entry(entry)?;
    Ok(Record { producer, seq, line })
}

impl Store for Redis {
    fn info(&self) -> Result<Info, Error> {
        let states = self.states()?;
        Ok(Info {
            backend: "redis",
            location: self.client.location().to_string(),
            schema: SCHEMA,
            runs: states.len() as u64,
            events: states.iter().map(|run| run.events).sum(),
            findings: self.findings(),
        })
    }

    fn append(&self, batch: &Batch<'_>) -> Result<Appended, Error> {
        self.append_batch(batch)
    }

    fn run(&self, id: &str) -> Result<Option<RunState>, Error> {
        let keys = self.keys.of(id);
        self.client.with(|connection| state(connection, &keys))
    }

    fn runs(&self, query: &RunQuery) -> Result<Page, Error> {
        Ok(Page::of(query, self.states()?.iter()))
    }

    fn read(&self, run: &str, part: EventRange, each: &mut EachRecord<'_>) -> Result<Gaps, Error> {
        let run = self.known(run)?;
        if part == EventRange::All && run.disordered {
            return self.read_sorted(&run, each).map(|()| Gaps::default());
        }
        let mut next = if let EventRange::After(seen) = part { seen } else { 0 };
        while next < run.events {
            for entry in &self.entries(&run.id, next, run.events)? {
                if each(record(entry)?).is_break() {
                    return Ok(Gaps::default());
                }
                next += 1;
            }
        }
        // Missing events are an error.
        Ok(Gaps::default())
    }

    fn history(&self, query: &HistoryQuery) -> Result<History, Error> {
        let mut runs = self.states()?;
        runs.retain(|run| query.runs.filter.matches(run));
        let mut tasks = self.client.with(|connection| self.tasks(connection, &query.task, &runs))?;
        let page = Page::of(&query.runs, runs.iter().filter(|run| tasks.contains_key(&run.id)));
        let in_run = |run: RunState| {
            let task = tasks.remove(&run.id)?;
            Some(TaskRun { at: run.at(), run_status: run.status(), run: run.id, task })
        };
        Ok(History { tasks: page.runs.into_iter().filter_map(in_run).collect(), next: page.next })
    }

    fn counts(&self, filter: &RunFilter, grouping: Grouping) -> Result<Vec<Counts>, Error> {
        let states = self.states()?;
        Ok(Counts::of(grouping, states.iter().filter(|run| filter.matches(run))))
    }

    fn durations(&self, filter: &RunFilter) -> Result<Option<Durations>, Error> {
        let states = self.states()?;
        Ok(Durations::of(states.iter().filter(|run| filter.matches(run))))
    }

    fn metrics(&self, run: &str) -> Result<Vec<MetricState>, Error> {
        self.known(run)?;
        let all = cmd("HVALS").arg(self.keys.of(run).metrics).clone();
        let states: Vec<Vec<u8>> = self.client.with(|connection| Ok(all.query(connection)?))?;
        let metrics = states.iter().map(|json| parsed(json));
        let mut metrics = metrics.collect::<Result<Vec<MetricState>, _>>()?;
        metrics.sort_by(|a, b| (&a.name, &a.unit).cmp(&(&b.name, &b.unit)));
        Ok(metrics)
    }

    fn mark(&self, run: &str, mark: &Mark) -> Result<(), Error> {
        self.mark_run(run, mark)
    }

    fn delete(&self, run: &str) -> Result<(), Error> {
        let keys = self.keys.of(run);
        self.client.with(|connection| {
            let mut all = redis::pipe();
            all.atomic().del(&keys.all()[..]).ignore().srem(self.keys.runs(), &keys.member).ignore();
            Ok(all.exec(connection)?)
        })
    }

    fn maintain(&self) -> Result<Maintained, Error> {
        let mut done = Maintained::default();
        for (member, run) in self.members()? {
            if run.is_none_or(|run| run.unsettled) {
                done.settled += u64::from(self.settle(&self.keys.of_member(&member))?);
            }
        }
        Ok(done)
    }
}
