//! Input of a store: numbered lines of one producer for one run.

use makespan_format::{Event, clip, read_line};

use crate::Error;

/// Maximum length of a line, in bytes. The largest packet of a server must be able to hold such a line.
pub const LONGEST_LINE: usize = 8 << 20;
/// Maximum length of the id of a run or a producer, in bytes.
pub const LONGEST_ID: usize = 64 << 10;
/// The highest number of an event: databases have signed 64-bit integers.
pub const LAST_SEQ: u64 = i64::MAX as u64;

/// An event as it is stored: a line of the event vocabulary, its producer, and its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Id of the producer.
    pub producer: &'a str,
    /// Its number among the events that this producer sent for this run.
    pub seq: u64,
    /// The line without its line break, byte for byte as received.
    pub line: &'a str,
}

/// A line with its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered<'a> {
    /// Its number among the events that its producer sends for the run.
    pub seq: u64,
    /// One line of the event vocabulary, without its line break.
    pub line: &'a str,
}

/// Events to append to a run.
///
/// A producer numbers its lines for a run, ideally consecutively from 1. A number that is stored is never stored again,
/// so a producer that is in doubt can send again. Batches may arrive in any order and numbers may be left out, but each
/// gap costs the store a little. A process that cannot remember its numbers must use a new producer id each time it
/// starts.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// The run. Producers that name the same run write to the same run.
    pub run: &'a str,
    /// Id of the producer.
    pub producer: &'a str,
    /// The lines. A line that this release cannot read is kept like any other, and counted.
    pub lines: &'a [Numbered<'a>],
}

/// Result of a batch, once it is durable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// Number of new events.
    pub stored: u64,
    /// Number of events that were already stored, or occurred twice in the batch.
    pub duplicates: u64,
    /// Number of events of the run.
    pub events: u64,
}

/// A batch that was checked: sorted by number, without repeated numbers, every line parsed.
#[derive(Debug)]
pub struct Checked<'a> {
    /// The run.
    pub run: &'a str,
    /// Id of the producer.
    pub producer: &'a str,
    /// The lines, by number.
    pub lines: Vec<Read<'a>>,
    /// Number of lines whose number occurs earlier in the batch.
    pub repeated: u64,
}

/// A parsed line.
#[derive(Debug)]
pub struct Read<'a> {
    /// Its number.
    pub seq: u64,
    /// The line.
    pub line: &'a str,
    /// Its event; `None` if this release does not know it.
    pub event: Option<Event<'a>>,
}

impl<'a> Read<'a> {
    /// Parses a stored line.
    pub fn of(seq: u64, line: &'a str) -> Read<'a> {
        Read { seq, line, event: read_line(line.as_bytes()).ok().map(|read| read.event) }
    }
}

impl<'a> Batch<'a> {
    /// Checks everything that does not depend on the content of the store. Every back end begins with this.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for an empty or overlong id, a number above [`LAST_SEQ`], a line that is longer than
    /// [`LONGEST_LINE`] or contains a line break, and a line that names another run. Nothing is stored in these cases.
    pub fn check(&self) -> Result<Checked<'a>, Error> {
        check(self.run, self.producer, self.lines.iter().copied())
    }
}

/// Does the same as [`Batch::check`] for lines from any iterator.
pub(crate) fn check<'a>(
    run: &'a str,
    producer: &'a str,
    numbered: impl ExactSizeIterator<Item = Numbered<'a>>,
) -> Result<Checked<'a>, Error> {
    for (what, id) in [("run", run), ("producer", producer)] {
        if id.is_empty() || id.len() > LONGEST_ID {
            return Err(Error::invalid(format!(
                "the id of a {what} has 1 to {LONGEST_ID} bytes, not {}",
                id.len()
            )));
        }
    }
    let all = numbered.len();
    let mut lines = Vec::with_capacity(all);
    for line in numbered {
        lines.push(read(run, line)?);
    }
    // Stable: if two lines have the same number, the first one counts.
    lines.sort_by_key(|line| line.seq);
    lines.dedup_by_key(|line| line.seq);
    let repeated = (all - lines.len()) as u64;
    Ok(Checked { run, producer, lines, repeated })
}

fn read<'a>(run: &str, Numbered { seq, line }: Numbered<'a>) -> Result<Read<'a>, Error> {
    let wrong = |what: String| Err(Error::invalid(format!("event {seq}: {what}")));
    if seq > LAST_SEQ {
        return wrong(format!("numbers go up to {LAST_SEQ}"));
    }
    if line.len() > LONGEST_LINE {
        return wrong(format!("its line has {} bytes, {LONGEST_LINE} are kept", line.len()));
    }
    if line.bytes().any(|b| b == b'\n' || b == b'\r') {
        return wrong("its line holds a line break".to_owned());
    }
    let event = match read_line(line.as_bytes()) {
        Ok(read) => {
            let named = match &read.event {
                Event::Run(info) => Some(info.id.as_ref()),
                _ => read.run.as_deref(),
            };
            if named.is_some_and(|named| named != run) {
                return wrong(format!("it belongs to another run than {:?}", clip(run, 80)));
            }
            Some(read.event)
        }
        // Kept nevertheless: a later release may know it, and its producer must not fail because of it.
        Err(_) => None,
    };
    Ok(Read { seq, line, event })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(run: &str, lines: &[(u64, &str)]) -> Result<(Vec<u64>, u64), String> {
        let lines: Vec<Numbered<'_>> = lines.iter().map(|&(seq, line)| Numbered { seq, line }).collect();
        let batch = Batch { run, producer: "p", lines: &lines };
        let checked = batch.check().map_err(|e| e.to_string())?;
        Ok((checked.lines.iter().map(|l| l.seq).collect(), checked.repeated))
    }

    #[test]
    fn numbers_are_sorted_and_the_first_of_two_counts() {
        assert_eq!(check("r", &[(3, "{}"), (1, "{}"), (3, "{}"), (2, "{}")]), Ok((vec![1, 2, 3], 1)));
    }

    #[test]
    fn unknown_lines_are_kept_and_invalid_ones_are_refused() {
        assert!(check("r", &[(1, "not json"), (2, "{\"event\":\"of the future\"}")]).is_ok());
        assert!(check("r", &[(1, "a\nb")]).unwrap_err().contains("line break"));
        assert!(check("r", &[(u64::MAX, "{}")]).unwrap_err().contains("numbers go up to"));
        assert!(check("", &[]).unwrap_err().contains("id of a run"));
        assert!(check("r", &[(1, &"x".repeat(LONGEST_LINE + 1))]).unwrap_err().contains("are kept"));
    }

    #[test]
    fn a_line_of_another_run_is_refused() {
        assert!(check("r", &[(1, r#"{"event":"run","run":"r"}"#)]).is_ok());
        assert!(check("r", &[(1, r#"{"event":"task","run":"r","task":"a"}"#)]).is_ok());
        for other in [r#"{"event":"run","run":"s"}"#, r#"{"event":"task","run":"s","task":"a"}"#] {
            assert!(check("r", &[(1, other)]).unwrap_err().contains("another run"));
        }
    }
}
