//! Rules about runs that call for attention, and the state of the alerts that they raised.
//!
//! [`judge`] applies an [`AlertRule`] to a run at a given time. [`AlertBook`] keeps the alerts: an alert fires once, is
//! resolved when its rule no longer applies, and can be snoozed. Entries are lines of text ([`AlertEntry`]), so that the
//! history can be kept in any place that can append a line.
//!
//! ```
//! use std::sync::Arc;
//! use makespan_alerts::{AlertBook, AlertRule, Baseline, Condition, Judged, Moment, RunSeen, Verdict, Watched, judge};
//! use makespan_analysis::Facts;
//! let run = makespan_model::notation::run("run r\nfetch 0..4 w1\nload 4..9 w1 fetch failed").unwrap();
//! let rule = AlertRule::new("failures", Condition::tasks("status:failed").unwrap());
//! let facts = Facts::new(Arc::new(run));
//! let watched = Watched { facts: &facts, moment: Moment::Over, utc_offset: 0 };
//! let found = judge(&rule, &watched, &Baseline::default());
//! assert_eq!((found.verdict, found.text.as_str()), (Verdict::Firing, "1 task of run r matches status:failed (load)"));
//!
//! let mut book = AlertBook::default();
//! let judged = Judged { rule: &rule, found };
//! let entries = book.look(&RunSeen::new("r"), &[judged], 7);
//! entries.iter().for_each(|entry| book.apply(entry));
//! assert_eq!(book.open().count(), 1);
//! ```

mod alert;
mod baseline;
mod book;
mod entry;
mod judge;
mod rule;
mod sentence;
mod severity;

pub use alert::{Alert, AlertState, Delivery};
pub use baseline::Baseline;
pub use book::{AlertBook, Judged, RunSeen};
pub use entry::{AlertEntry, EntryKind};
pub use judge::{Judgement, Moment, Verdict, Watched, judge};
pub use rule::{AlertRule, Condition, RunLimit};
pub use severity::AlertSeverity;
