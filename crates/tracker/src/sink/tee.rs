//! Two sinks combined.

use std::collections::HashMap;
use std::io;

use super::{Batch, Sink};

/// Passes every batch to two sinks. The batch is acknowledged when both have it; a sink that has it does not get it
/// again because the other failed.
#[derive(Debug)]
pub struct Tee<A, B> {
    one: Branch<A>,
    other: Branch<B>,
}

#[derive(Debug)]
struct Branch<S> {
    sink: S,
    /// By run, the number of the first line that the sink does not have.
    next: HashMap<String, u64>,
}

impl<A: Sink, B: Sink> Tee<A, B> {
    /// Combines two sinks; nest it for more.
    pub fn new(one: A, other: B) -> Tee<A, B> {
        Tee {
            one: Branch { sink: one, next: HashMap::new() },
            other: Branch { sink: other, next: HashMap::new() },
        }
    }
}

impl<S: Sink> Branch<S> {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        let next = batch.first + batch.count;
        if self.next.get(batch.run).is_none_or(|taken| *taken < next) {
            self.sink.write(batch)?;
            self.next.insert(batch.run.to_owned(), next);
        }
        Ok(())
    }

    fn close(&mut self, run: &str) {
        self.next.remove(run);
        self.sink.close(run);
    }
}

// Both are always called, and the first error is returned: a failing sink must not keep lines from the other.
impl<A: Sink, B: Sink> Sink for Tee<A, B> {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        let one = self.one.write(batch);
        let other = self.other.write(batch);
        one.and(other)
    }

    fn sync(&mut self, run: &str) -> io::Result<()> {
        let one = self.one.sink.sync(run);
        let other = self.other.sink.sync(run);
        one.and(other)
    }

    fn close(&mut self, run: &str) {
        self.one.close(run);
        self.other.close(run);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemorySink;

    struct Flaky(u32, MemorySink);
    impl Sink for Flaky {
        fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
            self.0 += 1;
            if self.0 % 2 == 1 { Err(io::ErrorKind::TimedOut.into()) } else { self.1.write(batch) }
        }
    }

    #[test]
    fn a_failing_sink_neither_loses_nor_duplicates_lines_of_the_other() {
        let (steady, flaky) = (MemorySink::new(), MemorySink::new());
        let recordings = [steady.recording(), flaky.recording()];
        let mut tee = Tee::new(steady, Flaky(0, flaky));
        for first in 1..=3 {
            let batch = Batch { run: "a", producer: "p", first, count: 1, text: "{\"event\":\"run\"}\n" };
            assert!(tee.write(&batch).is_err());
            assert!(tee.write(&batch).is_ok());
        }
        assert_eq!(recordings.map(|r| r.lines().len()), [3, 3]);
    }
}
