//! Writing: events that are already stored are left out, the summaries follow the events, and everything is changed at
//! once.

use std::time::{SystemTime, UNIX_EPOCH};

use redis::{Connection, FromRedisValue, Pipeline, ToRedisArgs, cmd};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashSet;

use super::client::Stopped;
use super::database::Redis;
use super::keys::{RunKeys, hex};
use super::numbers::Numbers;
use crate::{Appended, Batch, Checked, Digest, Error, EventRange, Mark, Read, RunState, Store as _, TextKey};

/// Number of values read or written at once.
pub(super) const AT_ONCE: usize = 512;

impl Redis {
    pub(super) fn append_batch(&self, batch: &Batch<'_>) -> Result<Appended, Error> {
        let checked = batch.check()?;
        if checked.lines.is_empty() {
            return Ok(Appended { duplicates: checked.repeated, ..Appended::default() });
        }
        let keys = self.keys.of(batch.run);
        let _alone = self.alone(&keys);
        self.client.change(&keys.state, |connection, pipeline| {
            self.try_append(connection, pipeline, &keys, &checked)
        })
    }

    fn try_append(
        &self,
        connection: &mut Connection,
        pipeline: &mut Pipeline,
        keys: &RunKeys,
        batch: &Checked<'_>,
    ) -> Result<Appended, Stopped> {
        let now = now();
        let run = match state(connection, keys)? {
            Some(run) => run,
            None => {
                // Leftovers of an expired run do not belong to the new one.
                pipeline.del(&keys.all()[..]).ignore();
                RunState::new(batch.run, now)
            }
        };
        let is_new = run.events == 0;
        let (first, last) = (batch.lines[0].seq, batch.lines[batch.lines.len() - 1].seq);
        let numbers = Numbers::load(connection, &keys.numbers, batch.producer, first, last)?;
        let fresh: Vec<&Read<'_>> =
            batch.lines.iter().filter(|line| is_new || !numbers.holds(line.seq)).collect();
        let stored = fresh.len() as u64;
        let duplicates = batch.lines.len() as u64 - stored + batch.repeated;
        let mut digest = Digest { run, ..Digest::default() };
        if !is_new {
            load_states(connection, keys, &fresh, &mut digest)?;
        }
        let Some(earliest) = fresh.first() else {
            return Ok(Appended { stored, duplicates, events: digest.run.events });
        };
        if numbers.has_later(earliest.seq) {
            (digest.run.disordered, digest.run.unsettled) = (true, true);
        }
        for lines in fresh.chunks(AT_ONCE) {
            let push = pipeline.cmd("RPUSH").arg(&keys.events);
            lines.iter().for_each(|line| {
                push.arg(entry(batch.producer, line));
            });
            pipeline.ignore();
        }
        fresh.iter().for_each(|line| digest.apply(batch.producer, line));
        digest.run.updated = digest.run.updated.max(now);
        digest.run.trashed = None;
        numbers.add(pipeline, &keys.numbers, fresh.iter().map(|line| line.seq));
        self.write(pipeline, keys, &digest)?;
        Ok(Appended { stored, duplicates, events: digest.run.events })
    }

    /// Writes the summaries of a run, and its expiry.
    fn write(&self, pipeline: &mut Pipeline, keys: &RunKeys, digest: &Digest) -> Result<(), Error> {
        write_all(pipeline, &keys.tasks, digest.tasks.iter())?;
        write_all(pipeline, &keys.metrics, digest.metrics.iter())?;
        pipeline.set(&keys.state, json(&digest.run)?).ignore();
        pipeline.sadd(self.keys.runs(), &keys.member).ignore();
        if let Some(expiry) = self.expiry {
            let at = (now() / 1_000_000).saturating_add_unsigned(expiry);
            for key in keys.all() {
                if digest.run.pinned {
                    pipeline.persist(key).ignore();
                } else {
                    pipeline.pexpire_at(key, at).ignore();
                }
            }
        }
        Ok(())
    }

    pub(super) fn mark_run(&self, id: &str, mark: &Mark) -> Result<(), Error> {
        let keys = self.keys.of(id);
        self.client.change(&keys.state, |connection, pipeline| {
            let Some(mut run) = state(connection, &keys)? else {
                return Err(Error::NoRun { run: id.to_owned() }.into());
            };
            run.mark(mark);
            Ok(self.write(pipeline, &keys, &Digest { run, ..Digest::default() })?)
        })
    }

    /// Computes the summaries of a run again. Returns whether it exists; an expired run is removed from the list.
    pub(super) fn settle(&self, keys: &RunKeys) -> Result<bool, Error> {
        self.client.change(&keys.state, |connection, pipeline| {
            let Some(run) = state(connection, keys)? else {
                pipeline.srem(self.keys.runs(), &keys.member).ignore();
                return Ok(false);
            };
            let mut digest = Digest { run: run.without_events(), ..Digest::default() };
            let _none = self.read(&run.id, EventRange::All, &mut |record| {
                digest.apply(record.producer, &Read::of(record.seq, record.line));
                std::ops::ControlFlow::Continue(())
            })?;
            pipeline.del(&[&keys.tasks, &keys.metrics][..]).ignore();
            self.write(pipeline, keys, &digest)?;
            Ok(true)
        })
    }
}

/// Returns the summary of a run.
pub(super) fn state(connection: &mut Connection, keys: &RunKeys) -> Result<Option<RunState>, Stopped> {
    let json: Option<Vec<u8>> = cmd("GET").arg(&keys.state).query(connection)?;
    Ok(json.map(|json| parsed(&json)).transpose()?)
}

/// Loads the summaries of the tasks and metrics that events concern.
fn load_states(
    connection: &mut Connection,
    keys: &RunKeys,
    fresh: &[&Read<'_>],
    digest: &mut Digest,
) -> Result<(), Stopped> {
    let (mut tasks, mut metrics) = (HashSet::default(), HashSet::default());
    for event in fresh.iter().filter_map(|line| line.event.as_ref()) {
        tasks.extend(Digest::task_of(event));
        metrics.extend(Digest::metric_of(event));
    }
    for (key, json) in found(connection, &keys.tasks, tasks)? {
        digest.tasks.insert(key, parsed(&json)?);
    }
    for (key, json) in found(connection, &keys.metrics, metrics)? {
        digest.metrics.insert(key, parsed(&json)?);
    }
    Ok(())
}

fn found(
    connection: &mut Connection,
    hash: &str,
    wanted: HashSet<TextKey>,
) -> Result<Vec<(TextKey, Vec<u8>)>, Stopped> {
    let wanted: Vec<TextKey> = wanted.into_iter().collect();
    let mut all = Vec::new();
    for keys in wanted.chunks(AT_ONCE) {
        let values = many(connection, "HMGET", Some(hash), keys.iter().map(hex))?;
        let both = keys.iter().zip(values);
        all.extend(both.filter_map(|(key, value): (_, Option<Vec<u8>>)| Some((*key, value?))));
    }
    Ok(all)
}

/// Fetches many values.
pub(super) fn many<V: FromRedisValue>(
    connection: &mut Connection,
    command: &str,
    of: Option<&str>,
    keys: impl Iterator<Item = impl ToRedisArgs>,
) -> Result<Vec<Option<V>>, Stopped> {
    let mut command = cmd(command);
    of.into_iter().for_each(|of| {
        command.arg(of);
    });
    keys.for_each(|key| {
        command.arg(key);
    });
    Ok(command.query(connection)?)
}

fn write_all<'s, S: Serialize + 's>(
    pipeline: &mut Pipeline,
    hash: &str,
    states: impl Iterator<Item = (&'s TextKey, &'s S)>,
) -> Result<(), Error> {
    for (key, state) in states {
        pipeline.hset(hash, hex(key), json(state)?).ignore();
    }
    Ok(())
}

/// Formats an event for storing: number, length of the producer's id, the id, the line.
fn entry(producer: &str, line: &Read<'_>) -> Vec<u8> {
    format!("{} {} {producer}{}", line.seq, producer.len(), line.line).into_bytes()
}

/// Parses a stored event: producer, number, line.
pub(super) fn read_entry(entry: &[u8]) -> Result<(&str, u64, &str), Error> {
    let read = || {
        let (seq, rest) = std::str::from_utf8(entry).ok()?.split_once(' ')?;
        let (length, rest) = rest.split_once(' ')?;
        let (producer, line) = rest.split_at_checked(length.parse().ok()?)?;
        Some((producer, seq.parse().ok()?, line))
    };
    read().ok_or_else(|| Error::Corrupt { reason: "an event cannot be read".to_owned() })
}

fn json(state: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(state).map_err(|e| Error::Backend { reason: e.to_string() })
}

/// Parses a summary from JSON.
pub(super) fn parsed<S: DeserializeOwned>(json: &[u8]) -> Result<S, Error> {
    let damaged = |e: serde_json::Error| Error::Corrupt { reason: format!("a state cannot be read: {e}") };
    serde_json::from_slice(json).map_err(damaged)
}

/// Returns the current time in nanoseconds since the epoch.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_as_it_was_written() {
        for (producer, line) in [("p", "{}"), ("a b 1", " x y"), ("é\0", ""), (" ", "no JSON")] {
            let read = Read { seq: u64::MAX, line, event: None };
            assert_eq!(read_entry(&entry(producer, &read)), Ok((producer, u64::MAX, line)));
        }
        for broken in ["", "1", "1 2", "1 9 p", "x 1 p{}", "1 1 é"] {
            assert!(read_entry(broken.as_bytes()).is_err());
        }
        assert!(read_entry(&[b'1', b' ', b'1', b' ', 0xff]).is_err());
    }
}
