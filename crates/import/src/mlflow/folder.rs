//! Folders of MLflow (`mlruns`): a folder for each experiment, in it one for each run, with a file for each parameter,
//! metric and tag.

use makespan_format::Fields;
use makespan_model::HashMap;

use super::written::{Experiments, Trial};
use crate::importer::{Claim, ClaimedFile, claim};
use crate::json::pages::Pages;
use crate::pairs::folder;
use crate::sniff::{Head, JsonKind};

/// The kinds of files of such a folder.
pub(super) const META: &str = "run file";
pub(super) const EXPERIMENT: &str = "experiment file";
pub(super) const VALUE: &str = "value file";

pub(super) fn sniff(head: &Head<'_>) -> Option<Claim> {
    let has = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
    let is_yaml = head.text && head.shape.root == JsonKind::NotJson && has("lifecycle_stage:");
    if is_yaml && has("artifact_uri:") && has("experiment_id:") {
        claim(92, META, "a run in a folder of MLflow, with artifact_uri and experiment_id")
    } else if is_yaml && has("artifact_location:") && has("experiment_id:") {
        claim(92, EXPERIMENT, "an experiment in a folder of MLflow, with artifact_location")
    } else if place(head.name).is_some() {
        // Its content can be anything.
        claim(92, VALUE, "a parameter, metric or tag in the folder of a run of MLflow")
    } else {
        None
    }
}

/// Returns the folder of the run, the kind and the name of a value, by its path: `…/RUN/params/NAME`. Names may contain `/`.
fn place(path: &str) -> Option<(&str, &str, &str)> {
    let is_run = |part: &str| part.len() == 32 && part.bytes().all(|b| b.is_ascii_hexdigit());
    let mut at = 0;
    for part in path.split('/') {
        let end = at + part.len();
        if is_run(part) {
            let (kind, name) = path.get(end + 1..)?.split_once('/')?;
            return ["params", "metrics", "tags"].contains(&kind).then_some((&path[..end], kind, name));
        }
        at = end + 1;
    }
    None
}

/// Reads the runs of the folders among these files.
pub(super) fn read(parts: &[ClaimedFile<'_>], experiments: &mut Experiments) -> u64 {
    let text = |part: &ClaimedFile<'_>| {
        String::from_utf8_lossy(crate::encoding::without_bom(&part.source.bytes)).into_owned()
    };
    let mut trials: HashMap<&str, usize> = HashMap::default();
    let mut found: Vec<Trial> = Vec::new();
    for part in parts.iter().filter(|part| matches!(part.part, META | EXPERIMENT)) {
        let json = crate::yaml::to_json(&text(part));
        let pages = Pages::read(json.as_bytes());
        let Some(root) = pages.roots().next() else { continue };
        let id = root.text_at("experiment_id").unwrap_or_default();
        if part.part == EXPERIMENT {
            experiments.name(&id, &root.text_at("name").unwrap_or_default());
            continue;
        }
        let mut info = Fields::new();
        for (key, value) in root.members().filter(|(key, _)| key != "status") {
            info.raw(&key, value.get());
        }
        let status = root.text_at("status").unwrap_or_default();
        info.str("status", word(&status));
        let id = root.text_of(&["run_id", "run_uuid"]).unwrap_or_default().into_owned();
        trials.insert(folder(&part.source.name), found.len());
        found.push(Trial::new(id, info));
    }
    let mut strays = 0;
    for part in parts.iter().filter(|part| part.part == VALUE) {
        let run = place(&part.source.name);
        let Some(((_, kind, name), at)) = run.and_then(|run| Some((run, *trials.get(run.0)?))) else {
            strays += 1;
            continue;
        };
        let (text, trial) = (text(part), &mut found[at]);
        match kind {
            "params" => _ = trial.params.str(name, &text),
            "tags" => _ = trial.tags.str(name, &text),
            _ => {
                for line in text.lines() {
                    let mut cells = line.split(' ');
                    let (time, value) = (cells.next(), cells.next());
                    let number = |text: Option<&str>| text.and_then(|text| text.parse::<i64>().ok());
                    trial.metric(name, value.unwrap_or_default(), number(time), number(cells.next()));
                }
            }
        }
    }
    for trial in found {
        experiments.add(trial);
    }
    strays
}

/// The status of a run, which folders hold as a number.
fn word(status: &str) -> &str {
    match status {
        "1" => "RUNNING",
        "2" => "SCHEDULED",
        "3" => "FINISHED",
        "4" => "FAILED",
        "5" => "KILLED",
        word => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_placed_by_their_path() {
        let run = "0123456789abcdef0123456789abcdef";
        let path = format!("mlruns/7/{run}/metrics/acc/val");
        assert_eq!(place(&path), Some((&*format!("mlruns/7/{run}"), "metrics", "acc/val")));
        assert_eq!(place(&format!("{run}/params/lr")), Some((run, "params", "lr")));
        assert_eq!(place(&format!("{run}/artifacts/metrics/x")), None);
        assert_eq!(place("params/lr"), None);
    }
}
