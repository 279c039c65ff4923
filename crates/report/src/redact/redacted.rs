//! What was taken out of a run, counted.

use makespan_format::clip_chars;
use makespan_scene::counted;
use std::collections::BTreeMap;

/// What stands where a secret stood.
pub const MARK: &str = "[redacted]";

/// How many different keys are told apart in [`Redacted::keys`]; a hostile file may hold millions.
const KEYS_LISTED: usize = 100;

/// What was taken out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redacted {
    /// How many values were taken out because of their key, by key; further keys count as `…`.
    pub keys: BTreeMap<String, u64>,
    /// How many credentials were taken out of free text.
    pub text: u64,
}

impl Redacted {
    /// How many in all.
    pub fn total(&self) -> u64 {
        self.keys.values().sum::<u64>() + self.text
    }

    /// What was taken out, in one sentence without any value: `3 values were redacted (by key: password 2, token 1)`.
    pub fn sentence(&self) -> String {
        let mut parts: Vec<String> = self.keys.iter().map(|(key, n)| format!("{key} {n}")).collect();
        if self.text > 0 {
            parts.push(format!("credentials within text {}", self.text));
        }
        let were = if self.total() == 1 { "was" } else { "were" };
        format!("{} {were} redacted ({})", counted(self.total(), "value"), parts.join(", "))
    }

    pub(super) fn key(&mut self, key: &str) {
        let key = clip_chars(key, 60).to_owned();
        let full = self.keys.len() >= KEYS_LISTED && !self.keys.contains_key(&key);
        *self.keys.entry(if full { "…".to_owned() } else { key }).or_default() += 1;
    }

    /// Adds what another pass took out.
    pub fn add(&mut self, other: &Redacted) {
        for (key, n) in &other.keys {
            *self.keys.entry(key.clone()).or_default() += n;
        }
        self.text += other.text;
    }
}
