//! The options of `check`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use makespan_analysis::Gate;

use super::input::Input;

/// For whom the result is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people, on a terminal
    #[default]
    Text,
    /// For a pull request or the summary of a job
    Markdown,
    /// JUnit XML, which CI systems show as tests
    Junit,
    /// Annotations of GitHub Actions
    Github,
    /// SARIF, which code scanning reads
    Sarif,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Rules:
  'failed = 0'                       a figure of the run: makespan, total-work, critical-path, lost-work, tasks, failed,
                                     unfinished, retries, success-rate, max-concurrency, mean-concurrency, utilisation
  'p95 duration <= 30 s'             a measure of its tasks: each, min, max, mean, median, sum or pN of duration, wait,
                                     or a metric that was recorded
  'max memory <= 110 % of baseline'  the same, compared with the median of the baseline
Without --rule, the rules of `check.rules` in makespan.toml hold, else 'failed = 0'. With --baseline, the runs must also
not be slower than the baseline. docs/ci.md has examples for CI systems.

Exit codes: 0 every rule holds, 1 a rule is violated, 2 a rule could not be judged, or no run could be read.")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Earlier runs to compare with: files, folders, archives or ids
    #[arg(long, num_args = 1.., value_name = "RUNS")]
    pub(crate) baseline: Vec<PathBuf>,
    /// A rule; may be given several times
    #[arg(long = "rule", value_name = "RULE", value_parser = Gate::parse)]
    pub(crate) rules: Vec<Gate>,
    /// How much longer than the baseline runs may take, in percent, when there are too few runs for a test
    #[arg(long, value_name = "PERCENT", default_value_t = 10.0, value_parser = percent)]
    pub(crate) tolerance: f64,
    /// For whom the result is written
    #[arg(long, value_enum, default_value_t, conflicts_with = "json")]
    pub(crate) format: CheckFormat,
    /// Print JSON (docs/ci.md describes it)
    #[arg(long)]
    pub(crate) json: bool,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

fn percent(text: &str) -> Result<f64, &'static str> {
    let number = text.trim().trim_end_matches('%').trim_end().parse::<f64>().ok();
    number.filter(|n| n.is_finite() && *n >= 0.0).ok_or("write a number of percent, at least 0")
}
