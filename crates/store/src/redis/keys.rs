//! Names of keys.

use crate::{TextKey, key};

/// The names of keys.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    prefix: String,
}

/// The names of the keys of a run.
#[derive(Clone, Debug)]
pub(super) struct RunKeys {
    /// Key of its id, in hexadecimal.
    pub(super) member: String,
    pub(super) state: String,
    pub(super) events: String,
    pub(super) tasks: String,
    pub(super) metrics: String,
    pub(super) numbers: String,
}

impl Keys {
    pub(super) fn new(prefix: &str) -> Keys {
        Keys { prefix: prefix.to_owned() }
    }

    pub(super) fn schema(&self) -> String {
        format!("{}:schema", self.prefix)
    }

    pub(super) fn runs(&self) -> String {
        format!("{}:runs", self.prefix)
    }

    /// Returns the keys of the run with this id.
    pub(super) fn of(&self, id: &str) -> RunKeys {
        self.of_member(&hex(&key(id)))
    }

    /// Returns the keys of a run by the key of its id.
    pub(super) fn of_member(&self, member: &str) -> RunKeys {
        let name = |kind| format!("{}:{kind}:{member}", self.prefix);
        RunKeys {
            member: member.to_owned(),
            state: name("run"),
            events: name("events"),
            tasks: name("tasks"),
            metrics: name("metrics"),
            numbers: name("numbers"),
        }
    }
}

impl RunKeys {
    /// Returns all of them, the summary last.
    pub(super) fn all(&self) -> [&str; 5] {
        [&self.events, &self.tasks, &self.metrics, &self.numbers, &self.state]
    }
}

/// Formats a key in hexadecimal.
pub(super) fn hex(key: &TextKey) -> String {
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}
