//! Appends of all requests. What arrives while the store writes is written together by the next call: a call costs a thread
//! and one wait for the disk whatever its size, so that many clients that send single events are as fast as a few that send
//! batches.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use makespan_store::{Appended, Batch, Error, Numbered};
use tokio::sync::oneshot;

use crate::net::reply::Problem;
use crate::shelf::{Shelf, problem};

/// Maximum number of requests that wait.
const WAITING: usize = 1_024;
/// Number of calls at once: while the store writes one group, the next is prepared.
const CALLS: usize = 2;
/// Number of bytes after which a group is full.
const GROUP: usize = 8 << 20;

/// Lines of events of one producer for one run.
#[derive(Debug)]
pub(crate) struct Lines {
    pub(crate) run: String,
    pub(crate) producer: String,
    /// The number of the first line; empty lines take no number.
    pub(crate) first: u64,
    pub(crate) text: String,
}

impl Lines {
    fn numbered(&self) -> Vec<Numbered<'_>> {
        let events = self.text.lines().filter(|line| !line.trim().is_empty());
        (self.first..).zip(events).map(|(seq, line)| Numbered { seq, line }).collect()
    }
}

/// What the client of a request receives: the outcomes of its lines, in order.
type Reply = Result<Vec<Appended>, Problem>;

/// A request that waits.
struct Order {
    lines: Vec<Lines>,
    reply: oneshot::Sender<Reply>,
}

#[derive(Default)]
struct Queue {
    orders: VecDeque<Order>,
    calls: usize,
}

/// The requests that wait for the store.
pub(crate) struct Appends {
    shelf: Arc<Shelf>,
    queue: Arc<Mutex<Queue>>,
}

fn held(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Appends {
    pub(crate) fn new(shelf: Arc<Shelf>) -> Appends {
        Appends { shelf, queue: Arc::default() }
    }

    /// Stores lines; once this returns, they are durable. An error applies to the whole request, of which a part may be stored
    /// nevertheless.
    ///
    /// # Errors
    ///
    /// 503 if too many requests wait, and those of the store.
    pub(crate) async fn append(&self, lines: Vec<Lines>) -> Reply {
        let (reply, answer) = oneshot::channel();
        {
            let mut queue = held(&self.queue);
            if queue.orders.len() >= WAITING {
                return Err(Problem::busy("too many requests are waiting for the store"));
            }
            queue.orders.push_back(Order { lines, reply });
            if queue.calls < CALLS {
                queue.calls += 1;
                tokio::spawn(work(Arc::clone(&self.shelf), Call(Arc::clone(&self.queue))));
            }
        }
        let lost = || Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the request could not be completed");
        answer.await.unwrap_or_else(|_| Err(lost()))
    }
}

/// A call that is counted until this is dropped.
struct Call(Arc<Mutex<Queue>>);

impl Call {
    /// Takes the orders of the next group. Without any, the call is over.
    fn next(self) -> Option<(Call, Vec<Order>)> {
        let mut queue = held(&self.0);
        let (mut group, mut bytes) = (Vec::new(), 0);
        while bytes < GROUP
            && let Some(order) = queue.orders.pop_front()
        {
            bytes += order.lines.iter().map(|lines| lines.text.len()).sum::<usize>();
            group.push(order);
        }
        // Within the same lock, so that an order that is added later starts a call.
        if group.is_empty() {
            queue.calls -= 1;
        }
        drop(queue);
        (!group.is_empty()).then_some((self, group))
    }
}

async fn work(shelf: Arc<Shelf>, mut call: Call) {
    while let Some((again, orders)) = call.next() {
        call = again;
        let (lines, replies): (Vec<Vec<Lines>>, Vec<_>) =
            orders.into_iter().map(|order| (order.lines, order.reply)).unzip();
        let counts: Vec<usize> = lines.iter().map(Vec::len).collect();
        let all: Vec<Lines> = lines.into_iter().flatten().collect();
        let written = shelf.write(move |store| {
            let numbered: Vec<Vec<Numbered<'_>>> = all.iter().map(Lines::numbered).collect();
            let batches: Vec<Batch<'_>> = all
                .iter()
                .zip(&numbered)
                .map(|(lines, numbered)| Batch {
                    run: &lines.run,
                    producer: &lines.producer,
                    lines: numbered,
                })
                .collect();
            store.append_all(&batches)
        });
        match written.await {
            Ok(outcomes) => {
                let mut outcomes = outcomes.into_iter();
                for (reply, count) in replies.into_iter().zip(counts) {
                    let own: Result<Vec<Appended>, Error> = outcomes.by_ref().take(count).collect();
                    // The client may have gone.
                    let _ = reply.send(own.map_err(problem));
                }
            }
            Err(refused) => {
                for reply in replies {
                    let _ = reply.send(Err(refused.clone()));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn lines(run: &str, text: &str) -> Vec<Lines> {
        vec![Lines { run: run.to_owned(), producer: "p".to_owned(), first: 1, text: text.to_owned() }]
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn each_of_many_requests_gets_its_own_outcome() {
        let folder = std::env::temp_dir().join(format!("makespan-appends-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let store = makespan_store::open(&format!("file:{}", folder.display())).unwrap();
        let appends = Arc::new(Appends::new(Arc::new(Shelf::new(Some(Arc::from(store)), None))));
        let tasks: Vec<_> = (0..200)
            .map(|n| {
                let appends = Arc::clone(&appends);
                tokio::spawn(async move {
                    // An empty id is refused, and affects no other.
                    let run = if n == 100 { String::new() } else { format!("run-{n}") };
                    let text = "{\"event\":\"log\",\"text\":\"a\"}\n\n".repeat(n % 3 + 1);
                    (n, appends.append(lines(&run, &text)).await)
                })
            })
            .collect();
        for task in tasks {
            let (n, outcome) = task.await.unwrap();
            match outcome {
                Ok(appended) => assert_eq!((appended.len(), appended[0].stored), (1, n as u64 % 3 + 1)),
                Err(problem) => assert_eq!((n, problem.status), (100, StatusCode::BAD_REQUEST)),
            }
        }
        let again = appends.append(lines("run-1", "{\"event\":\"log\",\"text\":\"a\"}")).await.unwrap();
        assert_eq!((again[0].stored, again[0].duplicates, again[0].events), (0, 1, 2));
        // No call goes on without orders; the last one notices a moment after its replies.
        let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while held(&appends.queue).calls > 0 && std::time::Instant::now() < until {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        assert_eq!(held(&appends.queue).calls, 0);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
