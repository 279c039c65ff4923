//! `makespan alerts --test`.

use makespan_analysis::nearest;
use makespan_server::alerts::test_handler;

use crate::config::Config;
use crate::failure::Failure;
use crate::output::{clean, print};

/// Notifies a handler once.
pub(super) fn run(name: &str, config: &Config) -> Result<(), Failure> {
    let handlers = &config.alerts().handlers;
    let Some(handler) = handlers.iter().find(|handler| handler.name == name) else {
        let names = handlers.iter().map(|handler| handler.name.as_str());
        let hint = match nearest(name, names) {
            Some(meant) => format!("did you mean {meant}?"),
            None => "handlers are configured as [alerts.handlers.NAME]; see docs/alerts.md".to_owned(),
        };
        return Err(Failure::Usage(format!("there is no handler {}; {hint}", clean(name))));
    };
    match test_handler(handler) {
        (true, outcome) => print(&format!("delivered: {}\n", clean(&outcome))),
        (false, outcome) => Err(Failure::Refused(format!("{}: {}", clean(name), clean(&outcome)))),
    }
}
