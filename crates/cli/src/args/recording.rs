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

/// How far something is: `0.45`, `45`, `45%` or `9/20`.
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
            .ok_or("write a percentage (45 or 45%), a share from 0 to 1 (0.45), or a part of a whole (9/20)")
    }
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
The id of the run is the last word of the output, so that a script can keep it:
  run=$(makespan create --name 'Nightly build' --steps 'fetch,build,test' | tail -n 1 | awk '{print $NF}')
  makespan step start $run fetch")]
pub(crate) struct CreateArgs {
    /// What people call the run
    #[arg(long)]
    pub(crate) name: String,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    #[arg(long, help = help(&WORKFLOW))]
    pub(crate) workflow: Option<String>,
    /// The steps, with commas between them; each depends on the one before it
    #[arg(long, value_name = "A,B,C", value_delimiter = ',')]
    pub(crate) steps: Vec<String>,
    /// The steps do not depend on one another
    #[arg(long, requires = "steps")]
    pub(crate) parallel: bool,
    /// A label to find the run by; may be given several times
    #[arg(long = "label", value_name = "NAME=VALUE")]
    pub(crate) labels: Vec<Label>,
    /// Id of the run, one that the store does not have [default: made from the name and the time]
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which step, and what to say of it.
#[derive(Debug, ClapArgs)]
pub(crate) struct StepWords {
    /// Id of the run
    pub(crate) run: String,
    /// Id of the step
    pub(crate) step: String,
    /// A line for the log of the step
    #[arg(long, value_name = "TEXT")]
    pub(crate) message: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StepVerb {
    /// Adds a step to a run
    Add {
        #[command(flatten)]
        words: StepWords,
        /// A step that it depends on; may be given several times
        #[arg(long, value_name = "STEP")]
        after: Vec<String>,
    },
    /// The step starts; one that failed or was cancelled is tried again
    Start {
        #[command(flatten)]
        words: StepWords,
        /// What executes it [default: the name of this machine]
        #[arg(long)]
        worker: Option<String>,
        /// Although a step that it depends on is not over, or went wrong
        #[arg(long)]
        anyway: bool,
    },
    /// The step is so far
    Progress {
        #[command(flatten)]
        words: StepWords,
        /// A percentage (45 or 45%), a share (0.45), or a part of a whole (9/20)
        #[arg(allow_negative_numbers = true)]
        share: Share,
    },
    /// The step ended well
    Done {
        #[command(flatten)]
        words: StepWords,
    },
    /// The step ended badly
    Fail {
        #[command(flatten)]
        words: StepWords,
        /// What went wrong
        #[arg(long, value_name = "TEXT")]
        error: Option<String>,
    },
    /// The step is not executed
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
    /// The value that was measured
    #[arg(allow_negative_numbers = true)]
    pub(crate) value: f64,
    /// Its unit, such as MB, %, s or 1/s
    #[arg(long)]
    pub(crate) unit: Option<String>,
    /// The step that was measured [default: the run as a whole]
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
    /// The line, or - for the lines of standard input
    #[arg(allow_hyphen_values = true)]
    pub(crate) text: String,
    /// The step that it is about [default: the run as a whole]
    #[arg(long)]
    pub(crate) step: Option<String>,
    /// Its level, such as debug, info, warning or error
    #[arg(long)]
    pub(crate) level: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// How a run can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ending {
    /// Well
    Succeeded,
    /// Badly
    Failed,
    /// Stopped from outside
    Cancelled,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct FinishArgs {
    /// Id of the run
    pub(crate) run: String,
    /// How it ended [default: what its steps tell]
    #[arg(long, value_enum)]
    pub(crate) status: Option<Ending>,
    /// What went wrong
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
