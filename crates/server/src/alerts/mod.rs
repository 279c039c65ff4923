//! Alerts: applies rules while runs grow, keeps their history in a file beside the store, and notifies handlers.

mod address;
mod command;
mod courier;
mod handler;
mod ledger;
mod mail;
mod mail_server;
mod payload;
mod sign;
mod watch;
mod webhook;

pub use courier::{Couriers, test_handler};
pub use handler::{Handler, HandlerTarget, Notice, NoticeKind, Payload, Webhook};
pub use ledger::AlertLedger;
pub use mail_server::{Mail, MailSecurity};
pub use watch::{AlertWatch, WatchError};
