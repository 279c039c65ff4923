//! Secrets out of what is handed on: out of text, out of JSON, out of events. Structure never changes: what depends on what,
//! how many tasks there are, which keys an object has, stays.
//!
//! A secret is found in one of three ways: by its key (`password=…`, `"apiKey": …`, `--token …`); by a form that its
//! service documents (`ghp_…`, `AKIA…`, a JSON Web Token, a private key); or by its place (the user of an address, the
//! path of a webhook, an option of `curl` or `mysql`). Nothing is looked up elsewhere, and no value is kept.
//!
//! ```
//! use makespan_redact::Redactor;
//! let mut redactor = Redactor::default();
//! let clean = redactor.text("log", "login with password=hunter2 failed".into());
//! assert_eq!(clean, "login with password=[redacted] failed");
//! assert_eq!(redactor.redacted().sentence(), "1 value was redacted (password in log 1)");
//! ```

mod alphabet;
mod base64;
mod events;
mod form;
mod json;
mod key;
mod pseudonyms;
mod redacted;
mod redactor;
mod text;
mod value;

pub use events::Redacting;
pub use pseudonyms::{Pseudonymising, Pseudonyms};
pub use redacted::{MARK, Redacted};
pub use redactor::Redactor;
