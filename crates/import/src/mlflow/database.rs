//! Databases of MLflow (`mlflow.db`): tables of runs, parameters, metrics and tags.

use makespan_format::Fields;
use makespan_model::HashMap;

use super::written::{Experiments, Trial};
use crate::importer::{Claim, ReadError, claim};
use crate::sniff::Head;
use crate::sqlite::{Database, Row, Value};

pub(super) const DATABASE: &str = "database";

pub(super) fn sniff(head: &Head<'_>) -> Option<Claim> {
    let has = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
    let is_store = Database::is_sqlite(head.bytes) && has("latest_metrics") && has("experiment_tags");
    if is_store {
        claim(93, DATABASE, "SQLite with the tables latest_metrics and experiment_tags")
    } else {
        None
    }
}

/// Reads the runs of a database. Returns what was damaged in it.
pub(super) fn read(
    bytes: &[u8],
    log: Option<&[u8]>,
    file: &str,
    experiments: &mut Experiments,
) -> Result<Vec<String>, ReadError> {
    let db = Database::open(bytes, log).map_err(|error| ReadError::broken(format!("{file}: {error}")))?;
    let mut broken = Vec::new();
    let mut visit = |table: &str, take: &mut dyn FnMut(&Row<'_>)| {
        let rows = db.table(table).map(|table| {
            db.rows(table, &mut |_, row| {
                take(row);
                true
            })
        });
        if !matches!(rows, Some(Ok(()))) {
            broken.push(format!("{file}: the table {table} is missing or cannot be read to its end"));
        }
    };
    visit("experiments", &mut |row| {
        experiments.name(
            &row.text_of("experiment_id").unwrap_or_default(),
            &row.text_of("name").unwrap_or_default(),
        );
    });
    let (mut trials, mut index): (Vec<Trial>, HashMap<String, usize>) = (Vec::new(), HashMap::default());
    visit("runs", &mut |row| {
        let id = row.text_of("run_uuid").unwrap_or_default();
        let mut info = Fields::new();
        info.str("run_id", &id);
        for (column, key) in [
            ("name", "run_name"),
            ("experiment_id", "experiment_id"),
            ("status", "status"),
            ("user_id", "user_id"),
            ("lifecycle_stage", "lifecycle_stage"),
        ] {
            if let Some(text) = row.text_of(column) {
                info.str(key, &text);
            }
        }
        for key in ["start_time", "end_time"] {
            if let Value::Int(time) = row.by_name(key) {
                info.int(key, time);
            }
        }
        index.insert(id.clone(), trials.len());
        trials.push(Trial::new(id, info));
    });
    for table in ["params", "tags", "metrics"] {
        visit(table, &mut |row| {
            let of =
                row.text_of("run_uuid").and_then(|run| index.get(&run)).and_then(|at| trials.get_mut(*at));
            let (Some(trial), Some(key)) = (of, row.text_of("key")) else { return };
            let value = row.text_of("value").unwrap_or_default();
            let whole = |column: &str| match row.by_name(column) {
                Value::Int(whole) => Some(whole),
                _ => None,
            };
            match table {
                "params" => _ = trial.params.str(&key, &value),
                "tags" => _ = trial.tags.str(&key, &value),
                // A value that is not a number is written as 0, and marked.
                _ if whole("is_nan").is_some_and(|nan| nan != 0) => trial.metric(&key, "nan", None, None),
                _ => trial.metric(&key, &value, whole("timestamp"), whole("step")),
            }
        });
    }
    for trial in trials {
        experiments.add(trial);
    }
    broken.extend(db.warnings().iter().map(|warning| format!("{file}: {warning}")));
    Ok(broken)
}
