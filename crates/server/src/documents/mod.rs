//! The JSON documents of the server and of verbs with `--json`. Members may be added but are never renamed;
//! `docs/summary.md`, `docs/query.md`, `docs/alerts.md` and `docs/cli.md` describe them. Their schemas are made from the types that
//! write them.

mod alert;
mod inert;
mod run;
mod schema;
mod summary;
mod tasks;

pub use alert::{AlertDocument, alert};
pub use inert::inert_json;
pub use run::{RunDocument, run};
pub use schema::{Moment, StatusName, Statuses, schema};
pub use summary::{Summarised, SummaryDocument, summary};
pub use tasks::{TasksDocument, tasks};
