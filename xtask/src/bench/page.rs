//! `cargo xtask bench page`: the page in Chromium beside the floor, and what its wasm is made of.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::results::Bench;
use crate::outcome::Outcome;
use crate::process::{run_lines, stage};
use crate::workspace::{Workspace, make_folder, read_bytes};
use crate::{build, generate, size, test, tools};

/// How many tasks the measured runs have; with `--large` the last one too.
const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

type Write1 = fn(usize, &mut dyn Write) -> io::Result<()>;
/// The forms, by the names of their files, which `tests/speed.rs` knows.
const FORMS: [(&str, &str, Write1); 3] = [
    ("run-", "json", generate::run_json),
    ("trace-", "json", generate::chrome_trace),
    ("events-", "jsonl", generate::write),
];

/// Measures the page.
///
/// # Errors
///
/// When something cannot be built, or the page fails.
pub(super) fn run(workspace: &Workspace, large: bool, bench: &mut Bench) -> Outcome {
    let wasm = build::run(workspace, false)?;
    stage("what the wasm is made of", || {
        for (program, compiled) in ["app", "engine"].into_iter().zip(&wasm) {
            bench.keep("page", wasm_bytes(workspace, program)?);
            bench.keep("page", size::sizes(&read_bytes(compiled)?)?.line(program));
        }
        Ok(())
    })?;
    let browsers = stage("browsers", tools::browsers)?;
    let folder = stage("files", || files(workspace, sizes(large)))?;
    stage("the page in Chromium", || {
        let mut command = test::browser_test(workspace, "speed", &browsers, None);
        run_lines(command.env("MAKESPAN_BENCH", &folder), |line| bench.line("page", line))
    })
}

/// The wasm as it is published: its bytes, and those that gzip makes of them.
fn wasm_bytes(workspace: &Workspace, program: &str) -> Outcome<Value> {
    let bytes = read_bytes(&workspace.dist().join(format!("{program}_bg.wasm")))?;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let packed = gzip.write_all(&bytes).and_then(|()| gzip.finish());
    let packed = packed.map_err(|error| format!("cannot compress the wasm: {error}"))?;
    Ok(json!({ "measure": "wasm", "program": program, "bytes": bytes.len(), "gzip_bytes": packed.len() }))
}

/// The sizes to measure: those that `MAKESPAN_BENCH_TASKS` names (`1000,10000`), or the usual ones.
fn sizes(large: bool) -> Vec<usize> {
    let named = std::env::var("MAKESPAN_BENCH_TASKS").unwrap_or_default();
    let named: Vec<usize> = named.split(',').filter_map(|n| n.trim().parse().ok()).collect();
    let usual = if large { &SIZES[..] } else { &SIZES[..SIZES.len() - 1] };
    if named.is_empty() { usual.to_vec() } else { named }
}

/// The files of these sizes, and only of these, in a folder of their own.
fn files(workspace: &Workspace, sizes: Vec<usize>) -> Outcome<PathBuf> {
    let folder = workspace.target.join("xtask/bench");
    let _ = std::fs::remove_dir_all(&folder);
    make_folder(&folder)?;
    for n in sizes {
        for (start, end, write) in FORMS {
            file(&folder.join(format!("{start}{n}.{end}")), n, write)?;
        }
    }
    Ok(folder)
}

/// Writes a generated run of `n` tasks into a file.
pub(super) fn file(path: &Path, n: usize, write: Write1) -> Outcome {
    let filled = File::create(path).and_then(|file| {
        let mut out = BufWriter::new(file);
        write(n, &mut out)?;
        out.flush()
    });
    filled.map_err(|error| format!("cannot write {}: {error}", path.display()))
}
