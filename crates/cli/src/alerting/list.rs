//! `makespan alerts`: what fired, and snoozes.

use makespan_alerts::{Alert, AlertBook, AlertEntry, AlertState};
use makespan_scene::counted;
use makespan_server::alerts::AlertLedger;
use makespan_server::documents::AlertDocument;
use makespan_views::{Cell, Column, Table};
use schemars::JsonSchema;
use serde::Serialize;

use super::rules::warn;
use crate::args::AlertsArgs;
use crate::config::Config;
use crate::failure::Failure;
use crate::keeping::moment;
use crate::output::{clean, inert_json, print};
use crate::stored::{Address, now};
use crate::terminal::Terminal;

/// How long a rule is snoozed if nothing else is said, ns.
const HOUR: i64 = 3_600_000_000_000;

/// The document of `makespan alerts --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct AlertsDocument<'a> {
    alerts: Vec<AlertDocument<'a>>,
    /// How many alerts fit, of which `alerts` are the newest.
    total: usize,
}

/// Lists alerts, after a snooze if one is asked for.
pub(super) fn run(args: &AlertsArgs, config: &Config) -> Result<(), Failure> {
    let address = Address::new(config)?;
    let ledger = address.alerts()?;
    if let Some(rule) = &args.snooze {
        let until = now().saturating_add(args.length.map_or(HOUR, |length| length.0));
        return snooze(&ledger, rule, args.run.as_deref(), until);
    }
    if let Some(rule) = &args.unsnooze {
        return snooze(&ledger, rule, args.run.as_deref(), now());
    }
    let read = ledger.read(|book, unread| (page(book, args), unread));
    let (text, unread) = read.map_err(|error| failed(&ledger, &error))?;
    if unread > 0 {
        warn(&format!(
            "{}: {} not known to this release were ignored",
            ledger.path().display(),
            counted(unread as usize, "line")
        ));
    }
    print(&text)
}

fn failed(ledger: &AlertLedger, error: &std::io::Error) -> Failure {
    Failure::Store(clean(&format!("{}: {error}", ledger.path().display())))
}

fn snooze(ledger: &AlertLedger, rule: &str, run: Option<&str>, until: i64) -> Result<(), Failure> {
    let now = now();
    let entry = AlertEntry::snooze(rule, run, now, until);
    ledger.change(|_| vec![entry]).map_err(|error| failed(ledger, &error))?;
    let of = run.map_or_else(String::new, |run| format!(" for run {}", clean(run)));
    let text = if until > now {
        format!("{}{of} is snoozed until {} UTC\n", clean(rule), moment(Some(until)))
    } else {
        format!("{}{of} is not snoozed\n", clean(rule))
    };
    print(&text)
}

fn page(book: &AlertBook, args: &AlertsArgs) -> String {
    let fits = |alert: &&Alert| {
        (!args.firing || alert.state() == AlertState::Firing)
            && args.run.as_ref().is_none_or(|run| *run == alert.run)
    };
    let all: Vec<&Alert> = book.alerts().filter(fits).collect();
    let shown = &all[..args.count.min(all.len())];
    let until = |alert: &Alert| book.snoozed(&alert.rule, &alert.run, now());
    if args.json {
        let alerts = shown.iter().map(|alert| AlertDocument::new(alert, until(alert))).collect();
        let document = AlertsDocument { alerts, total: all.len() };
        return format!("{}\n", inert_json(&serde_json::to_string_pretty(&document).unwrap_or_default()));
    }
    if shown.is_empty() {
        return "no alerts\n".to_owned();
    }
    let mut out = Terminal::of_stdout().table(&table(shown, until));
    if shown.len() < all.len() {
        out.push_str(&format!(
            "\n{} of {}; list more with --count N\n",
            shown.len(),
            counted(all.len(), "alert")
        ));
    }
    out
}

fn table(alerts: &[&Alert], until: impl Fn(&Alert) -> Option<i64>) -> Table {
    let columns = vec![
        Column::number("fired", "Fired, UTC"),
        Column::whole("severity", "Severity"),
        Column::whole("rule", "Rule"),
        Column::whole("run", "Run"),
        Column::text("state", "State"),
        Column::text("text", "Text"),
    ];
    let mut table = Table::new("", columns);
    for alert in alerts {
        let state = match (alert.resolved, until(alert)) {
            (Some(at), _) => {
                let text = alert.resolved_text.as_deref().unwrap_or_default();
                let by = alert.resolved_by.as_ref().map_or_else(String::new, |run| format!(" by {run}"));
                format!("resolved {}{by}: {text}", moment(Some(at)))
            }
            (None, Some(until)) => format!("firing, snoozed until {}", moment(Some(until))),
            (None, None) => "firing".to_owned(),
        };
        table.push(vec![
            Cell::new(moment(Some(alert.fired))),
            Cell::new(alert.severity.name()),
            Cell::new(&alert.rule),
            Cell::new(&alert.run),
            Cell::new(state),
            Cell::new(&alert.text),
        ]);
    }
    table
}
