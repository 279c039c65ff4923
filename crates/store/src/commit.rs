//! One writer for many callers: jobs that arrive during a commit are written together by the next one, because a commit
//! costs one wait for the disk whatever its size. A single caller only waits for its own commit.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use crate::batch::check;
use crate::{Appended, Batch, Checked, Error, Mark, Numbered};

/// Maximum number of events in a commit.
const MOST_EVENTS: usize = 4_096;
/// Why a caller gets no answer.
const STOPPED: &str = "the writer of the store has stopped";
/// Maximum number of callers in the queue; others wait until there is room.
const LONGEST_LINE_UP: usize = 256;

/// An operation on a run.
#[derive(Debug)]
pub(crate) enum Job<'a> {
    /// Append events.
    Append(Checked<'a>),
    /// Mark the run.
    Mark(&'a str, &'a Mark),
    /// Remove the run.
    Delete(&'a str),
    /// Compute the summary again from the events in order, and compress the run if the back end does so.
    Settle(&'a str),
}

impl Job<'_> {
    /// The run.
    pub(crate) fn run(&self) -> &str {
        match self {
            Job::Append(checked) => checked.run,
            Job::Mark(run, _) | Job::Delete(run) | Job::Settle(run) => run,
        }
    }
}

/// Result of a single job.
pub(crate) type Outcome = Result<Appended, Error>;

/// Commits jobs: a connection to a database, or the segments of files.
pub(crate) trait Commit: Send {
    /// Executes the jobs in order and makes them durable together. An error applies to all of them: none was executed,
    /// or it is unknown whether they were.
    fn commit(&mut self, jobs: &[Job<'_>]) -> Result<Vec<Outcome>, Error>;
}

/// A request of a caller.
enum Order {
    Append { run: String, producer: String, text: String, lines: Vec<(u64, usize)> },
    Mark(String, Mark),
    Delete(String),
    Settle(String),
}

impl Order {
    fn append(batch: &Batch<'_>) -> Order {
        let mut text = String::with_capacity(batch.lines.iter().map(|l| l.line.len()).sum());
        let lines = batch.lines.iter().map(|numbered| {
            text.push_str(numbered.line);
            (numbered.seq, text.len())
        });
        let lines = lines.collect();
        Order::Append { run: batch.run.to_owned(), producer: batch.producer.to_owned(), text, lines }
    }

    fn events(&self) -> usize {
        if let Order::Append { lines, .. } = self { lines.len() } else { 0 }
    }

    /// Returns whether the job must be a commit by itself, because it removes what other jobs of the same commit may
    /// rely on.
    fn is_alone(&self) -> bool {
        matches!(self, Order::Delete(_) | Order::Settle(_))
    }

    fn job(&self) -> Result<Job<'_>, Error> {
        Ok(match self {
            Order::Append { run, producer, text, lines } => {
                let mut from = 0;
                let numbered = lines.iter().map(|&(seq, to)| {
                    let line = &text[from..to];
                    from = to;
                    Numbered { seq, line }
                });
                Job::Append(check(run, producer, numbered)?)
            }
            Order::Mark(run, mark) => Job::Mark(run, mark),
            Order::Delete(run) => Job::Delete(run),
            Order::Settle(run) => Job::Settle(run),
        })
    }
}

type Waiting = (Order, SyncSender<Outcome>);

/// The writer, which has a thread of its own.
#[derive(Debug)]
pub(crate) struct Writer {
    line: Option<SyncSender<Vec<Waiting>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts a writer.
    pub(crate) fn start(commit: impl Commit + 'static) -> Result<Writer, Error> {
        let (line, waiting) = sync_channel(LONGEST_LINE_UP);
        let thread = std::thread::Builder::new()
            .name("makespan-store".to_owned())
            .spawn(move || work(commit, &waiting))
            .map_err(|e| Error::Backend { reason: format!("cannot start the writer thread: {e}") })?;
        Ok(Writer { line: Some(line), thread: Some(thread) })
    }

    /// Appends a batch and waits until it is durable.
    pub(crate) fn append(&self, batch: &Batch<'_>) -> Outcome {
        self.order(Order::append(batch))
    }

    /// Appends several batches, in as few commits as their sizes allow. Returns their outcomes in the same order.
    pub(crate) fn append_all(&self, batches: &[Batch<'_>]) -> Result<Vec<Outcome>, Error> {
        self.orders(batches.iter().map(Order::append).collect())
    }

    /// Marks a run.
    pub(crate) fn mark(&self, run: &str, mark: &Mark) -> Result<(), Error> {
        self.order(Order::Mark(run.to_owned(), mark.clone())).map(|_| ())
    }

    /// Removes a run.
    pub(crate) fn delete(&self, run: &str) -> Result<(), Error> {
        self.order(Order::Delete(run.to_owned())).map(|_| ())
    }

    /// Settles a run.
    pub(crate) fn settle(&self, run: &str) -> Result<(), Error> {
        self.order(Order::Settle(run.to_owned())).map(|_| ())
    }

    fn order(&self, order: Order) -> Outcome {
        let stopped = || Error::Backend { reason: STOPPED.to_owned() };
        self.orders(vec![order])?.pop().unwrap_or_else(|| Err(stopped()))
    }

    fn orders(&self, orders: Vec<Order>) -> Result<Vec<Outcome>, Error> {
        let stopped = || Error::Backend { reason: STOPPED.to_owned() };
        let (waiting, answers): (Vec<Waiting>, Vec<Receiver<Outcome>>) = orders
            .into_iter()
            .map(|order| {
                let (reply, answer) = sync_channel(1);
                ((order, reply), answer)
            })
            .unzip();
        let line = self.line.as_ref().ok_or_else(stopped)?;
        line.send(waiting).map_err(|_| stopped())?;
        Ok(answers.into_iter().map(|answer| answer.recv().unwrap_or_else(|_| Err(stopped()))).collect())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Without a sender, the thread ends after the jobs in the queue.
        self.line = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn work(mut commit: impl Commit, waiting: &Receiver<Vec<Waiting>>) {
    let mut queue: VecDeque<Waiting> = VecDeque::new();
    loop {
        let Some(first) = queue.pop_front() else {
            match waiting.recv() {
                Ok(more) => queue.extend(more),
                Err(_) => return,
            }
            continue;
        };
        let (mut group, mut events) = (vec![first], 0);
        events += group[0].0.events();
        while events < MOST_EVENTS && !group[0].0.is_alone() {
            match queue.pop_front() {
                Some(next) if next.0.is_alone() => {
                    queue.push_front(next);
                    break;
                }
                Some(next) => {
                    events += next.0.events();
                    group.push(next);
                }
                None => match waiting.try_recv() {
                    Ok(more) => queue.extend(more),
                    Err(_) => break,
                },
            }
        }
        // No content of a line may end the writer, even if the code below has a bug.
        let done = catch_unwind(AssertUnwindSafe(|| answers(&mut commit, &group)));
        let answers = done.unwrap_or_else(|_| {
            let lost = || Err(Error::Backend { reason: "the writer of the store failed".to_owned() });
            group.iter().map(|_| lost()).collect()
        });
        for ((_, reply), answer) in group.iter().zip(answers) {
            // The caller may have gone.
            let _ = reply.send(answer);
        }
    }
}

/// Executes a group of jobs and returns their answers.
fn answers(commit: &mut impl Commit, group: &[Waiting]) -> Vec<Outcome> {
    let mut answers: Vec<Outcome> = Vec::with_capacity(group.len());
    let mut jobs = Vec::with_capacity(group.len());
    let mut places = Vec::with_capacity(group.len());
    for (place, (order, _)) in group.iter().enumerate() {
        match order.job() {
            Ok(Job::Append(checked)) if checked.lines.is_empty() => {
                answers.push(Ok(Appended { duplicates: checked.repeated, ..Appended::default() }));
            }
            Ok(job) => {
                jobs.push(job);
                places.push(place);
                answers.push(Ok(Appended::default()));
            }
            Err(error) => answers.push(Err(error)),
        }
    }
    if jobs.is_empty() {
        return answers;
    }
    match commit.commit(&jobs) {
        Ok(outcomes) => {
            for (place, outcome) in places.into_iter().zip(outcomes) {
                answers[place] = outcome;
            }
        }
        // A job that cannot be stored must not fail the others.
        Err(error) if jobs.len() > 1 && !error.is_transient() => {
            for (place, job) in places.into_iter().zip(&jobs) {
                let alone = commit.commit(std::slice::from_ref(job));
                let alone = alone.map(|mut outcomes| outcomes.pop());
                answers[place] = alone.and_then(|outcome| outcome.unwrap_or(Err(error.clone())));
            }
        }
        Err(error) => places.into_iter().for_each(|place| answers[place] = Err(error.clone())),
    }
    answers
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use super::*;

    /// Remembers how many jobs each commit had; refuses those for the run `bad`.
    struct Slow(Arc<Mutex<Vec<usize>>>);

    impl Commit for Slow {
        fn commit(&mut self, jobs: &[Job<'_>]) -> Result<Vec<Outcome>, Error> {
            std::thread::sleep(Duration::from_millis(20));
            self.0.lock().unwrap().push(jobs.len());
            if jobs.iter().any(|job| job.run() == "panics") {
                panic!("as a bug would");
            }
            if jobs.iter().any(|job| job.run() == "bad") {
                return Err(Error::corrupt("bad"));
            }
            Ok(jobs.iter().map(|_| Ok(Appended { stored: 1, ..Appended::default() })).collect())
        }
    }

    fn append(writer: &Writer, run: &str) -> Outcome {
        writer.append(&Batch { run, producer: "p", lines: &[Numbered { seq: 1, line: "{}" }] })
    }

    #[test]
    fn waiting_callers_share_a_commit_and_a_failed_job_affects_no_other() {
        let groups = Arc::new(Mutex::new(Vec::new()));
        let writer = Writer::start(Slow(groups.clone())).unwrap();
        std::thread::scope(|scope| {
            for i in 0..16 {
                let writer = &writer;
                scope.spawn(move || {
                    let run = if i == 7 { "bad" } else { "good" };
                    assert_eq!(append(writer, run).is_ok(), run == "good");
                });
            }
        });
        let groups = groups.lock().unwrap();
        assert!(groups.iter().any(|&n| n > 1), "{groups:?}");
    }

    #[test]
    fn batches_appended_together_are_one_commit() {
        let groups = Arc::new(Mutex::new(Vec::new()));
        let writer = Writer::start(Slow(groups.clone())).unwrap();
        let lines = [Numbered { seq: 1, line: "{}" }];
        let runs: Vec<String> = (0..50).map(|i| format!("run-{i}")).collect();
        let batches: Vec<Batch<'_>> =
            runs.iter().map(|run| Batch { run, producer: "p", lines: &lines }).collect();
        let outcomes = writer.append_all(&batches).unwrap();
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 50);
        assert_eq!(*groups.lock().unwrap(), [50]);
        assert!(writer.append_all(&[]).unwrap().is_empty());
        // An invalid one harms no other, and the outcomes keep their order.
        let mixed = [Batch { run: "", ..batches[0] }, batches[1], Batch { run: "bad", ..batches[2] }];
        let outcomes = writer.append_all(&mixed).unwrap();
        assert_eq!(outcomes.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true, false]);
    }

    #[test]
    fn a_panic_is_an_error_and_the_next_call_works() {
        let writer = Writer::start(Slow(Arc::default())).unwrap();
        assert!(append(&writer, "panics").is_err());
        assert!(append(&writer, "good").is_ok());
    }
}
