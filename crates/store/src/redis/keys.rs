//! What things are called.

use crate::{TextKey, key};

/// The names of keys.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    prefix: String,
}

/// The names of the keys of a run.
#[derive(Clone, Debug)]
pub(super) struct RunKeys {
    /// What stands for its id.
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

    /// The keys of the run of an id.
    pub(super) fn of(&self, id: &str) -> RunKeys {
        self.of_member(&hex(&key(id)))
    }

    /// The keys of a run by what stands for its id.
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
    /// All of them, the state last.
    pub(super) fn all(&self) -> [&str; 5] {
        [&self.events, &self.tasks, &self.metrics, &self.numbers, &self.state]
    }
}

/// A key in hexadecimal.
pub(super) fn hex(key: &TextKey) -> String {
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}
