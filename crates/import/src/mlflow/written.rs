//! Runs of folders and databases, written as the API answers: all of MLflow is read in one way.

use makespan_format::Fields;

use crate::gather::Named;

/// A run of MLflow.
#[derive(Default)]
pub(super) struct Trial {
    pub(super) id: String,
    pub(super) info: Fields,
    pub(super) params: Fields,
    pub(super) tags: Fields,
    /// Its measured values, as JSON without brackets.
    metrics: String,
    /// Measured values that are not numbers.
    odd: u64,
}

impl Trial {
    /// Creates a run without values.
    pub(super) fn new(id: String, info: Fields) -> Trial {
        Trial { id, info, ..Trial::default() }
    }

    /// Adds a measured value.
    pub(super) fn metric(&mut self, name: &str, value: &str, time: Option<i64>, step: Option<i64>) {
        let Some(value) = value.parse::<f64>().ok().filter(|value| value.is_finite()) else {
            self.odd += 1;
            return;
        };
        let mut metric = Fields::new();
        metric.str("run_id", &self.id).str("key", name).num("value", value);
        for (key, whole) in [("timestamp", time), ("step", step)] {
            if let Some(whole) = whole {
                metric.int(key, whole);
            }
        }
        if let Some(metric) = metric.finish() {
            self.metrics.push_str(if self.metrics.is_empty() { "" } else { "," });
            self.metrics.push_str(metric.as_str());
        }
    }
}

/// Runs of experiments.
#[derive(Default)]
pub(super) struct Experiments {
    names: Named<String>,
    runs: String,
    metrics: String,
    pub(super) odd: u64,
}

impl Experiments {
    /// Names an experiment.
    pub(super) fn name(&mut self, id: &str, name: &str) {
        *self.names.entry(id, String::new) = name.to_owned();
    }

    /// Returns the name of an experiment.
    pub(super) fn name_of(&self, id: &str) -> Option<&str> {
        self.names.get(id).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// Adds a run.
    pub(super) fn add(&mut self, trial: Trial) {
        let json =
            |fields: Fields| fields.finish().map_or_else(|| "{}".to_owned(), |json| json.as_str().to_owned());
        let run = format!(
            "{{\"info\":{},\"data\":{{\"params\":{},\"tags\":{}}}}}",
            json(trial.info),
            json(trial.params),
            json(trial.tags)
        );
        for (all, one) in [(&mut self.runs, run), (&mut self.metrics, trial.metrics)] {
            if !one.is_empty() {
                all.push_str(if all.is_empty() { "" } else { "," });
                all.push_str(&one);
            }
        }
        self.odd += trial.odd;
    }

    /// Returns the answers with these runs, and with their measured values.
    pub(super) fn answers(&self) -> [String; 2] {
        [format!("{{\"runs\":[{}]}}", self.runs), format!("{{\"metrics\":[{}]}}", self.metrics)]
    }
}
