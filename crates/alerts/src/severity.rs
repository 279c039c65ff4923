//! The severity of an alert.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The severity of an alert, in ascending order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertSeverity {
    /// For information.
    Info,
    /// Should be looked at.
    #[default]
    Warning,
    /// Something has failed.
    Error,
    /// Somebody has to act now.
    Critical,
}

impl AlertSeverity {
    /// All severities, in ascending order.
    pub const ALL: [AlertSeverity; 4] =
        [AlertSeverity::Info, AlertSeverity::Warning, AlertSeverity::Error, AlertSeverity::Critical];

    /// Returns `info`, `warning`, `error` or `critical`.
    pub fn name(self) -> &'static str {
        match self {
            AlertSeverity::Info => "info",
            AlertSeverity::Warning => "warning",
            AlertSeverity::Error => "error",
            AlertSeverity::Critical => "critical",
        }
    }
}

impl fmt::Display for AlertSeverity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for AlertSeverity {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<AlertSeverity, &'static str> {
        let found = AlertSeverity::ALL.into_iter().find(|severity| severity.name() == text);
        found.ok_or("write info, warning, error or critical")
    }
}
