//! `makespan schema`: the schemas of what verbs print with `--json`, made from the types that they print.

use std::borrow::Cow;
use std::fs;

use makespan_analysis::nearest;
use makespan_server::documents::{SummaryDocument, TasksDocument, schema};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use crate::alerting::{AlertsDocument, JudgedDocument};
use crate::args::SchemaArgs;
use crate::check::CheckDocument;
use crate::compare::ComparisonDocument;
use crate::config::ConfigDocument;
use crate::failure::Failure;
use crate::formats::Format;
use crate::keeping::gc::GcDocument;
use crate::keeping::import::TransferDocument;
use crate::keeping::list::ListDocument;
use crate::keeping::mark::MarkDocument;
use crate::keeping::metrics::MetricsDocument;
use crate::keeping::status::StatusDocument;
use crate::output::{clean, print, print_json, write_file};
use crate::recording::create::CreatedDocument;
use crate::recording::finish::FinishDocument;
use crate::recording::note::{LogDocument, MetricDocument};
use crate::recording::step::StepDocument;
use crate::stats::StatsDocument;

/// The output of a verb: where its members are described, and its schema.
struct Published {
    verb: &'static str,
    page: &'static str,
    make: fn(&str, &str) -> Value,
}

const fn of<T: JsonSchema>(verb: &'static str, page: &'static str) -> Published {
    Published { verb, page, make: schema::<T> }
}

/// What `makespan alerts --json` prints: alerts, or with `--dry-run` what rules would find.
enum AlertsOutput {}

impl JsonSchema for AlertsOutput {
    fn schema_name() -> Cow<'static, str> {
        "AlertsOutput".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (listed, judged) = (
            generator.subschema_for::<AlertsDocument<'_>>(),
            generator.subschema_for::<JudgedDocument<'_>>(),
        );
        json_schema!({ "anyOf": [listed, judged] })
    }
}

/// Every verb with `--json`, in the order of the alphabet.
const ALL: [Published; 23] = [
    of::<AlertsOutput>("alerts", "docs/alerts.md"),
    of::<CheckDocument<'static>>("check", "docs/ci.md"),
    of::<ComparisonDocument>("compare", "docs/compare.md"),
    of::<ConfigDocument<'static>>("config", "docs/config.md"),
    of::<TransferDocument>("copy", "docs/cli.md"),
    of::<CreatedDocument<'static>>("create", "docs/cli.md"),
    of::<FinishDocument<'static>>("finish", "docs/cli.md"),
    of::<Vec<Format>>("formats", "docs/cli.md"),
    of::<GcDocument<'static>>("gc", "docs/cli.md"),
    of::<TransferDocument>("import", "docs/cli.md"),
    of::<ListDocument<'static>>("list", "docs/cli.md"),
    of::<LogDocument<'static>>("log", "docs/cli.md"),
    of::<MetricDocument<'static>>("metric", "docs/cli.md"),
    of::<MetricsDocument<'static>>("metrics", "docs/cli.md"),
    of::<MarkDocument<'static>>("pin", "docs/cli.md"),
    of::<TasksDocument<'static>>("query", "docs/query.md"),
    of::<MarkDocument<'static>>("restore", "docs/cli.md"),
    of::<MarkDocument<'static>>("rm", "docs/cli.md"),
    of::<StatsDocument<'static>>("stats", "docs/stats.md"),
    of::<StatusDocument<'static>>("status", "docs/cli.md"),
    of::<StepDocument<'static>>("step", "docs/cli.md"),
    of::<SummaryDocument<'static>>("summary", "docs/summary.md"),
    of::<MarkDocument<'static>>("unpin", "docs/cli.md"),
];

/// Prints one schema, or writes all of them, or lists the verbs that have one.
///
/// # Errors
///
/// Fails when the verb has none, or the folder or standard output cannot be written.
pub(crate) fn run(args: &SchemaArgs) -> Result<(), Failure> {
    if let Some(folder) = &args.output {
        fs::create_dir_all(folder).map_err(|source| Failure::Write { path: folder.clone(), source })?;
        for one in &ALL {
            let text = serde_json::to_string_pretty(&one.schema()).unwrap_or_default() + "\n";
            write_file(&folder.join(format!("{}.schema.json", one.verb)), text.as_bytes())?;
        }
        return Ok(());
    }
    let Some(verb) = &args.verb else {
        return print(&ALL.iter().flat_map(|one| [one.verb, "\n"]).collect::<String>());
    };
    match ALL.iter().find(|one| one.verb == verb) {
        Some(one) => print_json(&one.schema()),
        None => Err(Failure::Usage(unknown(verb))),
    }
}

fn unknown(verb: &str) -> String {
    let hint = match nearest(verb, ALL.iter().map(|one| one.verb)) {
        Some(meant) => format!("did you mean {meant}?"),
        None => "`makespan schema` lists the verbs with --json".to_owned(),
    };
    format!("there is no schema for {}; {hint}", clean(verb))
}

impl Published {
    fn schema(&self) -> Value {
        let title = format!("Output of makespan {} --json", self.verb);
        let each = if self.verb == "query" { "One line, of which there is one for each run. " } else { "" };
        (self.make)(&title, &format!("{each}Described in {}.", self.page))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use clap::{Command, CommandFactory as _};

    use super::*;
    use crate::args::Args;

    /// Whether a verb, or a verb below it, has `--json`.
    fn prints_json(command: &Command) -> bool {
        command.get_arguments().any(|argument| argument.get_id() == "json")
            || command.get_subcommands().any(prints_json)
    }

    #[test]
    fn every_verb_with_json_has_a_schema() {
        let command = Args::command();
        let mut verbs: Vec<&str> =
            command.get_subcommands().filter(|verb| prints_json(verb)).map(Command::get_name).collect();
        verbs.sort_unstable();
        assert_eq!(verbs, ALL.map(|one| one.verb));
    }

    #[test]
    fn the_documents_have_these_schemas() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas");
        if std::env::var_os("MAKESPAN_BLESS").is_some() {
            run(&SchemaArgs { verb: None, output: Some(folder.clone()) }).unwrap();
        }
        for one in &ALL {
            let kept = fs::read_to_string(folder.join(format!("{}.schema.json", one.verb))).unwrap();
            let made = serde_json::to_string_pretty(&one.schema()).unwrap() + "\n";
            assert_eq!(
                kept, made,
                "docs/schemas/{}.schema.json has changed: review it, then run with MAKESPAN_BLESS=1",
                one.verb
            );
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), ALL.len());
    }

    #[test]
    fn a_verb_without_a_schema_gets_a_suggestion() {
        assert_eq!(unknown("sumary"), "there is no schema for sumary; did you mean summary?");
    }
}
