//! The options of `report`.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use makespan_report::Part;

use super::input::Input;
use crate::stored::RUN_PREFIX;

#[derive(Debug, ClapArgs)]
#[command(mut_arg("files", |files| files.required(false).required_unless_present("workflow_id")))]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    input: Input,
    /// Id of the run, as MoneyPrinterTurbo's monitor names it
    #[arg(long, value_name = "ID", conflicts_with = "files")]
    workflow_id: Option<String>,
    /// HTML file to write, - for standard output; a name that ends in .txt or .md gives text or Markdown
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Title of the report [default: made from the runs]
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Markdown file with notes to show first
    #[arg(long, value_name = "FILE")]
    pub(crate) notes: Option<PathBuf>,
    /// Link to a view that the report opens with, copied from the app; its markers are listed in the report
    #[arg(long, value_name = "LINK")]
    pub(crate) view: Option<String>,
    /// Parts to show without scripts, separated by commas [default: all]
    #[arg(long, value_name = "PARTS", value_delimiter = ',', value_parser = part)]
    pub(crate) sections: Vec<Part>,
    /// Leave out the app: a small file without scripts
    #[arg(long = "static")]
    pub(crate) without_app: bool,
    /// Colours: light, dark, high-contrast, or high-contrast-dark [default: the reader's choice]
    #[arg(long)]
    pub(crate) theme: Option<String>,
    /// Replace names with numbered words such as `task 3`, and leave out logs, parameters and labels
    #[arg(long, alias = "pseudonymize", conflicts_with = "view")]
    pub(crate) pseudonymise: bool,
    /// Replace secrets with [redacted], the default (see docs/reports.md)
    #[arg(long, conflicts_with = "no_redact")]
    pub(crate) redact: bool,
    /// Include values that look like secrets
    #[arg(long)]
    pub(crate) no_redact: bool,
}

impl ReportArgs {
    /// Returns what to report on.
    pub(crate) fn input(&self) -> Input {
        let mut input = self.input.clone();
        input.files.extend(self.workflow_id.iter().map(|id| PathBuf::from(format!("{RUN_PREFIX}{id}"))));
        input
    }
}

/// Parses a part of a report.
fn part(name: &str) -> Result<Part, String> {
    let known = || Part::ALL.map(Part::name).join(", ");
    Part::ALL
        .into_iter()
        .find(|part| part.name() == name)
        .ok_or_else(|| format!("possible parts: {}", known()))
}
