//! Delivery of notifications: one thread per handler, so that handlers do not wait for each other, with retries for those
//! that cannot be reached.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use makespan_alerts::{Alert, AlertEntry, AlertSeverity};
use ureq::Agent;

use super::command;
use super::handler::{Handler, HandlerTarget, Notice, NoticeKind};
use super::ledger::AlertLedger;
use super::mail;
use super::webhook::{self, Tried};

/// Maximum number of notifications waiting for a handler; further ones are recorded as not delivered.
const WAITING: usize = 1_000;
/// Pauses before each retry; after the last one there is no further retry.
const PAUSES: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(120),
    Duration::from_secs(600),
];

/// The threads that deliver notifications.
pub struct Couriers {
    couriers: Vec<(Handler, SyncSender<Notice>)>,
    ledger: Arc<AlertLedger>,
    /// Notifications that were queued and have no outcome yet.
    open: Arc<AtomicUsize>,
}

impl Couriers {
    /// Starts a thread for each handler. The outcome of each notification is kept in the history.
    ///
    /// # Errors
    ///
    /// The error of the system if it starts no more threads.
    pub fn new(handlers: Vec<Handler>, ledger: Arc<AlertLedger>) -> std::io::Result<Couriers> {
        let open: Arc<AtomicUsize> = Arc::default();
        let mut couriers = Vec::new();
        for handler in handlers {
            let (to, notices) = sync_channel(WAITING);
            let courier =
                Courier { handler: handler.clone(), ledger: Arc::clone(&ledger), open: Arc::clone(&open) };
            std::thread::Builder::new()
                .name(format!("alerts {}", handler.name.chars().take(20).collect::<String>()))
                .spawn(move || courier.deliver(&notices))?;
            couriers.push((handler, to));
        }
        Ok(Couriers { couriers, ledger, open })
    }

    /// Queues a notification for all handlers that accept it. Never waits for a handler.
    pub fn notify(&self, notice: &Notice) {
        for (handler, to) in self.couriers.iter().filter(|(handler, _)| handler.wants(notice)) {
            self.open.fetch_add(1, Ordering::AcqRel);
            if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = to.try_send(notice.clone()) {
                self.open.fetch_sub(1, Ordering::AcqRel);
                keep(
                    &self.ledger,
                    notice,
                    &handler.name,
                    "not delivered: too many notifications are waiting",
                );
            }
        }
    }

    /// Waits, for a limited time, until every notification has an outcome; returns whether that is so.
    pub fn settle(&self, longest: Duration) -> bool {
        let until = Instant::now() + longest;
        while self.open.load(Ordering::Acquire) > 0 {
            if Instant::now() >= until {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        true
    }
}

/// Sends a test notification to a handler, once; returns the outcome as a sentence, and whether it was delivered.
pub fn test_handler(handler: &Handler) -> (bool, String) {
    let t = now();
    let alert = Alert {
        rule: "test".to_owned(),
        run: "test".to_owned(),
        severity: AlertSeverity::Info,
        text: "test notification".to_owned(),
        fired: t,
        ..Alert::default()
    };
    let notice = Notice { kind: NoticeKind::Fired, alert, t };
    match attempt(handler, agent(handler).as_ref(), &notice) {
        Tried::Delivered(text) => (true, text),
        Tried::Later(text) | Tried::Refused(text) => (false, text),
    }
}

fn agent(handler: &Handler) -> Option<Agent> {
    match &handler.target {
        HandlerTarget::Webhook(webhook) => Some(webhook::agent(webhook)),
        HandlerTarget::Mail(_) | HandlerTarget::Command(_) => None,
    }
}

fn attempt(handler: &Handler, agent: Option<&Agent>, notice: &Notice) -> Tried {
    match (&handler.target, agent) {
        (HandlerTarget::Webhook(to), Some(agent)) => webhook::send(agent, to, notice),
        (HandlerTarget::Webhook(to), None) => webhook::send(&webhook::agent(to), to, notice),
        (HandlerTarget::Mail(mail), _) => mail::send(mail, notice),
        (HandlerTarget::Command(words), _) => command::start(words, notice),
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

fn keep(ledger: &AlertLedger, notice: &Notice, handler: &str, outcome: &str) {
    let entry = AlertEntry::delivery(notice.alert.id, handler, now(), outcome);
    // An unwritable history is already reported whenever runs are checked.
    let _ = ledger.change(|_| vec![entry]);
}

struct Courier {
    handler: Handler,
    ledger: Arc<AlertLedger>,
    open: Arc<AtomicUsize>,
}

impl Courier {
    /// Delivers until the sending side is closed.
    fn deliver(&self, notices: &Receiver<Notice>) {
        let agent = agent(&self.handler);
        // When a notice is tried again, and how often it was.
        let mut late: Vec<(Instant, usize, Notice)> = Vec::new();
        loop {
            let next = late.iter().map(|one| one.0).min();
            let received = match next {
                Some(next) => notices.recv_timeout(next.saturating_duration_since(Instant::now())),
                None => notices.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let (tries, notice) = match received {
                Ok(notice) => (0, notice),
                Err(RecvTimeoutError::Timeout) => {
                    let now = Instant::now();
                    let Some(at) = late.iter().position(|one| one.0 <= now) else { continue };
                    let (_, tries, notice) = late.remove(at);
                    (tries, notice)
                }
                Err(RecvTimeoutError::Disconnected) => return,
            };
            match (attempt(&self.handler, agent.as_ref(), &notice), PAUSES.get(tries)) {
                (Tried::Later(_), Some(pause)) if late.len() < WAITING => {
                    late.push((Instant::now() + *pause, tries + 1, notice));
                }
                (Tried::Delivered(text), _) => self.conclude(&notice, &format!("delivered: {text}")),
                (Tried::Later(text) | Tried::Refused(text), _) => {
                    let number = tries + 1;
                    let times = if number == 1 { "1 try".to_owned() } else { format!("{number} tries") };
                    self.conclude(&notice, &format!("not delivered after {times}: {text}"));
                }
            }
        }
    }

    fn conclude(&self, notice: &Notice, outcome: &str) {
        keep(&self.ledger, notice, &self.handler.name, outcome);
        self.open.fetch_sub(1, Ordering::AcqRel);
    }
}
