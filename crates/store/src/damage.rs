//! Damaged parts of a store, which every reader returns to its caller.

use std::fmt;

use makespan_format::{Diagnostic, Severity};
use serde::{Deserialize, Serialize};

use crate::Error;

/// A damaged part of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Damage {
    /// Number of the segment file, from 1.
    pub segment: u32,
    /// Offset of the first damaged byte.
    pub from: u64,
    /// Offset after the last damaged byte.
    pub to: u64,
}

/// Parts of a run that could not be read. Empty if nothing is missing.
#[must_use = "what could not be read has to be reported"]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps(Vec<Damage>);

impl Gaps {
    /// Returns whether the whole run was read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the damaged parts, in order.
    pub fn parts(&self) -> &[Damage] {
        &self.0
    }

    /// Returns an error if something is missing.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`].
    pub fn refuse(&self, run: &str) -> Result<(), Error> {
        if self.is_empty() { Ok(()) } else { Err(Error::corrupt(format!("run {run:?}: {self}"))) }
    }

    /// Returns the same as a diagnostic; `None` if nothing is missing.
    pub fn diagnostic(&self) -> Option<Diagnostic> {
        let first = self.0.first()?;
        let text = format!("the store is damaged and events of this run are missing: {self}");
        let found = Diagnostic::new(Severity::Error, "damaged-segment", text);
        Some(found.times(self.0.len() as u64).at(first.from))
    }
}

impl FromIterator<Damage> for Gaps {
    fn from_iter<I: IntoIterator<Item = Damage>>(parts: I) -> Gaps {
        let mut parts: Vec<Damage> = parts.into_iter().collect();
        parts.sort_unstable();
        parts.dedup();
        Gaps(parts)
    }
}

impl fmt::Display for Gaps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.0.first() else { return f.write_str("no damage") };
        let bytes =
            self.0.iter().fold(0u64, |sum, part| sum.saturating_add(part.to.saturating_sub(part.from)));
        let parts = self.0.len();
        let plural = if parts == 1 { "" } else { "s" };
        let Damage { segment, from, to } = first;
        write!(
            f,
            "{parts} damaged part{plural}, {bytes} bytes; first: segment {segment}, bytes {from} to {to}"
        )
    }
}

/// A damaged run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedRun {
    /// Its id; `None` if the part with the id is damaged too.
    pub run: Option<String>,
    /// Its location in the store.
    pub place: String,
    /// The parts that cannot be read.
    pub gaps: Gaps,
}

/// Policy for damaged runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnDamage {
    /// Reject the run.
    #[default]
    Refuse,
    /// Continue with what can be read.
    Accept,
}
