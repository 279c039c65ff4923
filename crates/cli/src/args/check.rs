//! The options of `check`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use makespan_analysis::Gate;

use super::input::Input;

/// The format of the result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// Plain text for the terminal
    #[default]
    Text,
    /// Markdown for a pull request or a job summary
    Markdown,
    /// JUnit XML, shown as tests by CI systems
    Junit,
    /// Annotations for GitHub Actions
    Github,
    /// SARIF for code scanning
    Sarif,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Earlier runs to compare with: files, folders, archives or ids
    #[arg(long, num_args = 1.., value_name = "RUNS")]
    pub(crate) baseline: Vec<PathBuf>,
    /// Rule to check (repeatable)
    #[arg(long = "rule", value_name = "RULE", value_parser = Gate::parse)]
    pub(crate) rules: Vec<Gate>,
    /// Allowed slowdown against the baseline, in percent, if there are too few runs for a statistical test
    #[arg(long, value_name = "PERCENT", default_value_t = 10.0, value_parser = percent)]
    pub(crate) tolerance: f64,
    /// Format of the result
    #[arg(long, value_enum, default_value_t, conflicts_with = "json")]
    pub(crate) format: CheckFormat,
    /// Print JSON (described in docs/ci.md)
    #[arg(long)]
    pub(crate) json: bool,
    /// File to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

fn percent(text: &str) -> Result<f64, &'static str> {
    let number = text.trim().trim_end_matches('%').trim_end().parse::<f64>().ok();
    number.filter(|n| n.is_finite() && *n >= 0.0).ok_or("write a percentage of at least 0, such as 10")
}
