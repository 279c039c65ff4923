//! Options of the verbs that record runs.

use std::str::FromStr;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::input::help;
use crate::config::settings::WORKFLOW;

/// A label of a run: `name=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl FromStr for Label {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Label, &'static str> {
        let (name, value) =
            text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or("write name=value")?;
        Ok(Label { name: name.to_owned(), value: value.to_owned() })
    }
}

/// Progress as a share: `0.45`, `45`, `45%` or `9/20`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share(pub(crate) f64);

impl FromStr for Share {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Share, &'static str> {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
        let share = if let Some(percent) = text.strip_suffix('%') {
            number(percent).map(|n| n / 100.0)
        } else if let Some((part, whole)) = text.split_once('/') {
            number(part)
                .zip(number(whole))
                .filter(|(_, whole)| *whole > 0.0)
                .map(|(part, whole)| part / whole)
        } else {
            // Up to 1 it is a share: a percentage that small is written with its sign.
            number(text).map(|n| if n <= 1.0 { n } else { n / 100.0 })
        };
        share
            .filter(|share| *share <= 1.0)
            .map(Share)
            .ok_or("write a percentage (45 or 45%), a fraction from 0 to 1 (0.45), or a count (9/20)")
    }
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CreateArgs {
    /// Display name of the run
    #[arg(long)]
    pub(crate) name: String,
    /// Description of the run
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    #[arg(long, help = help(&WORKFLOW))]
    pub(crate) workflow: Option<String>,
    /// Steps, separated by commas; each depends on the one before it
    #[arg(long, value_name = "A,B,C", value_delimiter = ',')]
    pub(crate) steps: Vec<String>,
    /// Create the steps without dependencies between them
    #[arg(long, requires = "steps")]
    pub(crate) parallel: bool,
    /// Label of the run (repeatable)
    #[arg(long = "label", value_name = "NAME=VALUE")]
    pub(crate) labels: Vec<Label>,
    /// Id of the run, not yet in the store [default: made from the name and the time]
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// The step, and what all verbs about steps can record.
#[derive(Debug, ClapArgs)]
pub(crate) struct StepWords {
    /// Id of the run
    pub(crate) run: String,
    /// Id of the step
    pub(crate) step: String,
    /// Log line to record for the step
    #[arg(long, value_name = "TEXT")]
    pub(crate) message: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StepVerb {
    /// Add a step to a run
    #[command(after_help = "Example:\n  makespan step add $run deploy --after build --after test")]
    Add {
        #[command(flatten)]
        words: StepWords,
        /// Step that it depends on (repeatable)
        #[arg(long, value_name = "STEP")]
        after: Vec<String>,
    },
    /// Start a step
    ///
    /// Starting a step that failed or was cancelled begins its next attempt.
    #[command(after_help = "Example:\n  makespan step start $run fetch --worker node-4")]
    Start {
        #[command(flatten)]
        words: StepWords,
        /// Worker that executes the step [default: the name of this machine]
        #[arg(long)]
        worker: Option<String>,
        /// Start even if a dependency has not finished or has failed
        #[arg(long)]
        anyway: bool,
    },
    /// Report a step's progress
    #[command(
        after_help = "Examples:\n  makespan step progress $run fetch 40%\n  makespan step progress $run fetch 9/20"
    )]
    Progress {
        #[command(flatten)]
        words: StepWords,
        /// Progress as a percentage (45 or 45%), a fraction of 1 (0.45), or a count (9/20)
        #[arg(allow_negative_numbers = true)]
        share: Share,
    },
    /// Mark a step as succeeded
    #[command(after_help = "Example:\n  makespan step done $run fetch")]
    Done {
        #[command(flatten)]
        words: StepWords,
    },
    /// Mark a step as failed
    #[command(after_help = "Example:\n  makespan step fail $run fetch --error 'connection refused'")]
    Fail {
        #[command(flatten)]
        words: StepWords,
        /// Error message
        #[arg(long, value_name = "TEXT")]
        error: Option<String>,
    },
    /// Mark a step as skipped
    #[command(after_help = "Example:\n  makespan step skip $run deploy --message 'not a release'")]
    Skip {
        #[command(flatten)]
        words: StepWords,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct StepArgs {
    #[command(subcommand)]
    pub(crate) verb: StepVerb,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct MetricArgs {
    /// Id of the run
    pub(crate) run: String,
    /// Name of the metric
    pub(crate) name: String,
    /// Measured value
    #[arg(allow_negative_numbers = true)]
    pub(crate) value: f64,
    /// Unit of the value, such as MB, %, s or 1/s
    #[arg(long)]
    pub(crate) unit: Option<String>,
    /// Step that the value belongs to [default: the whole run]
    #[arg(long)]
    pub(crate) step: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct LogArgs {
    /// Id of the run
    pub(crate) run: String,
    /// Log line, or - to read lines from standard input
    #[arg(allow_hyphen_values = true)]
    pub(crate) text: String,
    /// Step that the line belongs to [default: the whole run]
    #[arg(long)]
    pub(crate) step: Option<String>,
    /// Level of the line, such as debug, info, warning or error
    #[arg(long)]
    pub(crate) level: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// How a run can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ending {
    /// All went well
    Succeeded,
    /// Something failed
    Failed,
    /// Stopped by a person or another program
    Cancelled,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct FinishArgs {
    /// Id of the run
    pub(crate) run: String,
    /// Final status [default: derived from its steps]
    #[arg(long, value_enum)]
    pub(crate) status: Option<Ending>,
    /// Error message
    #[arg(long, value_name = "TEXT")]
    pub(crate) error: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_all_kinds() {
        for (text, share) in [
            ("0.45", 0.45),
            ("45", 0.45),
            ("45%", 0.45),
            ("9/20", 0.45),
            ("1", 1.0),
            ("1%", 0.01),
            ("0", 0.0),
            ("100", 1.0),
        ] {
            assert_eq!(text.parse(), Ok(Share(share)), "{text}");
        }
        for bad in ["", "-1", "101", "120%", "3/2", "1/0", "NaN", "inf", "half", "%"] {
            assert!(bad.parse::<Share>().is_err(), "{bad}");
        }
    }
}
