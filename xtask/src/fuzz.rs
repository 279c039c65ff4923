//! `cargo xtask fuzz`: runs every target of `fuzz/` for its share of a minute, with the fixtures of the importers as
//! seeds. Any toolchain will do, also a stable one: no sanitizer is used.

use std::path::Path;
use std::process::Command;

use crate::outcome::Outcome;
use crate::process::{capture, run as run_command, stage};
use crate::workspace::{Workspace, make_folder};

/// Time of all targets together, seconds.
const SECONDS: usize = 60;

/// For each fixture, the number of kinds of files as which its importer reads it.
const KINDS: usize = 4;

/// Maximum size of a seed, bytes: libFuzzer mutates short inputs best.
const LONGEST_SEED: u64 = 16 << 10;

/// Runs all targets, or those selected by words, one after another.
///
/// # Errors
///
/// Fails if cargo-fuzz is missing, or a target fails: cargo-fuzz then prints the input and how to run it again.
pub(crate) fn run(workspace: &Workspace, words: &[String]) -> Outcome {
    if capture(Command::new("cargo").args(["fuzz", "--version"])).is_err() {
        return Err("cargo-fuzz is missing: install it with `cargo install cargo-fuzz`".to_owned());
    }
    let folder = workspace.root.join("fuzz");
    let targets: Vec<String> = names(&folder.join("fuzz_targets"))
        .into_iter()
        .filter_map(|name| Some(name.strip_suffix(".rs")?.to_owned()))
        .filter(|name| words.is_empty() || words.iter().any(|word| name.contains(word.as_str())))
        .collect();
    let seconds = SECONDS.checked_div(targets.len()).ok_or("no fuzz target matches")?.max(1);
    for target in &targets {
        stage(&format!("fuzz: {target}"), || {
            let corpus = folder.join("corpus").join(target);
            make_folder(&corpus)?;
            if matches!(target.as_str(), "open" | "importer") {
                let kinds = if target == "importer" { KINDS } else { 0 };
                seed(&workspace.root.join("crates/import/tests/fixtures"), &corpus, kinds)?;
            }
            let mut command = Command::new("cargo");
            // Sanitizers need nightly and look for faults of unsafe code, of which there is none. Coverage does not.
            command.args(["fuzz", "run", "--sanitizer", "none", target, "--"]);
            // A fixed seed: what one run finds, the next one finds again.
            command.args([&format!("-max_total_time={seconds}"), "-seed=1", "-timeout=10"]);
            run_command(command.current_dir(&workspace.root))
        })?;
    }
    Ok(())
}

/// Copies the short fixtures of all importers into a corpus; for so many kinds of files each behind a line with the
/// importer and the kind, or as they are if `kinds` is 0.
fn seed(fixtures: &Path, corpus: &Path, kinds: usize) -> Outcome {
    for id in names(fixtures) {
        for name in names(&fixtures.join(&id)).into_iter().filter(|name| !name.ends_with(".events")) {
            let from = fixtures.join(&id).join(&name);
            if std::fs::metadata(&from).is_ok_and(|file| file.is_file() && file.len() <= LONGEST_SEED) {
                let bytes = std::fs::read(&from)
                    .map_err(|error| format!("cannot read {}: {error}", from.display()))?;
                let mut seeds = vec![(format!("{id}-{name}"), bytes.clone())];
                if kinds > 0 {
                    let behind_line = |kind| {
                        let line = format!("{id} {kind}\n");
                        (format!("{id}-{kind}-{name}"), [line.as_bytes(), &bytes].concat())
                    };
                    seeds = (0..kinds).map(behind_line).collect();
                }
                for (name, bytes) in seeds {
                    let to = corpus.join(name);
                    std::fs::write(&to, bytes)
                        .map_err(|error| format!("cannot write {}: {error}", to.display()))?;
                }
            }
        }
    }
    Ok(())
}

/// Returns the names in a folder, sorted; empty if it is not a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    names
}
