//! `cargo xtask bench report`: how large reports are and what it costs to write them.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::page;
use super::results::Bench;
use crate::outcome::Outcome;
use crate::process::{self, stage};
use crate::workspace::{Workspace, make_folder, read};
use crate::{build, demo, generate};

/// A run of three tasks, in the notation for runs.
const THREE: &str = "fetch 0..4 w1\nalign 4..9 w1 fetch\nsort 5..7 w2 fetch\n";
const MANY: usize = 100_000;

/// Writes a report of three tasks and one of a hundred thousand.
///
/// # Errors
///
/// When something cannot be built or written.
pub(super) fn run(workspace: &Workspace, bench: &mut Bench) -> Outcome {
    build::run(workspace, false)?;
    let program = stage("program", || demo::program(workspace))?;
    stage("reports", || {
        let folder = workspace.target.join("xtask/reports");
        make_folder(&folder)?;
        let (three, many) = (folder.join("three.txt"), folder.join("many.json"));
        std::fs::write(&three, THREE)
            .map_err(|error| format!("cannot write {}: {error}", three.display()))?;
        page::file(&many, MANY, generate::run_json)?;
        let source = bytes(&many)?;
        let (app, _) = report(&program, &three, &folder.join("three.html"))?;
        bench.keep("report", json!({ "measure": "report", "tasks": 3, "bytes": app }));
        let (whole, cpu) = report(&program, &many, &folder.join("many.html"))?;
        bench.keep(
            "report",
            json!({
                "measure": "report", "tasks": MANY, "bytes": whole, "without_app_bytes": whole.saturating_sub(app),
                "run_json_bytes": source, "part_of_run_json": whole.saturating_sub(app) as f64 / source as f64,
                "cpu_s": cpu,
            }),
        );
        Ok(())
    })
}

/// The bytes of a report and the CPU seconds of writing it.
fn report(program: &Path, from: &Path, to: &Path) -> Outcome<(u64, f64)> {
    let before = children();
    process::run(Command::new(program).arg("report").arg(from).arg("-o").arg(to))?;
    Ok((bytes(to)?, ((children() - before) * 100.0).round() / 100.0))
}

fn bytes(path: &Path) -> Outcome<u64> {
    std::fs::metadata(path)
        .map(|m| m.len())
        .map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// CPU seconds of all children that ended so far, in ticks of 10 ms; 0 where there is no `/proc`.
fn children() -> f64 {
    let stat = read(Path::new("/proc/self/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(13) + ticks(14)) / 100.0
}
