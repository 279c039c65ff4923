//! Counts of redacted values.

use std::collections::BTreeMap;

/// The replacement of a secret. In names and ids it has a number (`[redacted 2]`), the same for the same secret.
pub const MARK: &str = "[redacted]";

/// Numbers of redacted values, by rule and place. Rules and places are our own words, never parts of a value or of its
/// key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redacted {
    counts: BTreeMap<(&'static str, &'static str), u64>,
}

impl Redacted {
    /// Total number of redacted values.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Rule, place and count of each kind of secret, in the order of the rules.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        self.counts.iter().map(|((rule, place), n)| (*rule, *place, *n))
    }

    /// A sentence without its full stop: `3 values were redacted (GitHub token in log 1, password in params 2)`.
    pub fn sentence(&self) -> String {
        let parts: Vec<String> =
            self.counts().map(|(rule, place, n)| format!("{rule} in {place} {n}")).collect();
        match self.total() {
            1 => format!("1 value was redacted ({})", parts.join(", ")),
            n => format!("{n} values were redacted ({})", parts.join(", ")),
        }
    }

    /// Returns the counts since an earlier state.
    pub(crate) fn since(&self, before: &Redacted) -> Redacted {
        let more = self.counts.iter().filter_map(|(key, n)| {
            let more = n - before.counts.get(key).unwrap_or(&0);
            (more > 0).then_some((*key, more))
        });
        Redacted { counts: more.collect() }
    }

    pub(crate) fn add_one(&mut self, rule: &'static str, place: &'static str) {
        *self.counts.entry((rule, place)).or_default() += 1;
    }
}
