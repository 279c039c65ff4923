//! The JSON documents of the server and of verbs with `--json`. Members may be added but are never renamed;
//! `docs/summary.md`, `docs/query.md`, `docs/alerts.md` and `docs/cli.md` describe them.

mod alert;
mod inert;
mod run;
mod summary;
mod tasks;

pub use alert::alert;
pub use inert::inert_json;
pub use run::run;
pub use summary::{Summarised, summary};
pub use tasks::tasks;
