//! `cargo xtask build`: what trunk does, and more: the policy, the worker, the optimiser.
//!
//! `dist/` then contains `index.html`, `app.js` (the glue of page and engine, and `static/boot.js`), `app_bg.wasm`,
//! `engine_bg.wasm`, `style.css`, everything of `static/` except the boot script, and the parts of a report:
//! `report.js`, the packed programs `report.pack`, and `unpack_bg.wasm`, which unpacks them. A file is written only
//! when its bytes change, and slow steps are skipped if their inputs have not changed since the last build.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::outcome::Outcome;
use crate::process::{self, cargo, stage};
use crate::workspace::{Workspace, files_under, make_folder, read, read_bytes, write_if_changed};
use crate::{page, tools};

/// Size before speed: a file of 100,000 tasks loads as fast as with `-O3`, and the page is part of every report.
/// Functions called once are inlined only if they are tiny: inlining the others puts hot loops into functions of up to
/// 90 kB, which a browser optimises as a whole, and saves 0.1 %.
const WASM_OPT_FLAGS: &[&str] = &["-Oz", "--one-caller-inline-max-function-size", "30"];

const BOOT: &str = "boot.js";

/// The programs: cargo's name of the program, the name of its files, the global name of its glue.
const PROGRAMS: [(&str, &str, &str); 4] = [
    ("makespan-app", "app", "wasm_bindgen"),
    ("makespan-engine-worker", "engine", "makespan_engine"),
    ("makespan-report-engine", "report-engine", "makespan_engine"),
    ("makespan-unpack", "unpack", "makespan_unpack"),
];

/// The programs that one page or report loads, by their files, in the order in which a report packs them.
const HOSTED: [&str; 2] = ["app", "engine"];
const REPORTED: [&str; 2] = ["app", "report-engine"];
const UNPACKER: &str = "unpack";

/// Builds the app into `dist/`; `quick` skips wasm-opt. Returns the paths of the programs as rustc wrote them.
pub(crate) fn run(workspace: &Workspace, quick: bool) -> Outcome<Vec<PathBuf>> {
    let bindgen = stage("tools", || {
        tools::wasm_target(workspace)?;
        tools::wasm_bindgen(workspace)
    })?;
    stage("app: compile for wasm", || compile(workspace))?;
    let bound = stage("app: glue and optimise", || {
        let optimiser = if quick { None } else { tools::wasm_opt() };
        let bind = |program| bind(workspace, &bindgen.join("wasm-bindgen"), program, optimiser.as_deref());
        PROGRAMS.iter().map(bind).collect::<Outcome<Vec<_>>>()
    })?;
    stage("dist", || assemble(workspace, &bound))?;
    Ok(PROGRAMS.iter().map(|(program, ..)| compiled(workspace, program)).collect())
}

fn compile(workspace: &Workspace) -> Outcome {
    let mut command = cargo();
    command.current_dir(&workspace.root);
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", without_home().join(" "));
    command.args([
        "build",
        "--profile",
        "wasm",
        "--target",
        tools::WASM_TARGET,
        "--package",
        "makespan",
        "--bins",
    ]);
    process::run(&mut command)
}

/// Returns flags that take the folder of cargo's sources out of the places that panics name: it tells who built the
/// program, and makes its bytes differ between machines.
fn without_home() -> Vec<String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let sources = home.and_then(|home| home.join("registry/src").to_str().map(str::to_owned));
    // Flags are separated by spaces.
    let plain = sources.filter(|path| !path.contains(char::is_whitespace));
    plain.map(|path| format!("--remap-path-prefix={path}/=")).into_iter().collect()
}

/// Returns the path to which rustc writes a program.
fn compiled(workspace: &Workspace, program: &str) -> PathBuf {
    workspace.target.join(tools::WASM_TARGET).join(format!("wasm/{program}.wasm"))
}

/// The glue and the wasm of a program.
struct Bound {
    name: &'static str,
    glue: PathBuf,
    wasm: PathBuf,
}

/// Returns the glue and its wasm; those of the last build if neither the compiled wasm nor the tools changed.
fn bind(
    workspace: &Workspace,
    bindgen: &Path,
    (program, name, global): &(&str, &'static str, &str),
    optimiser: Option<&Path>,
) -> Outcome<Bound> {
    let compiled = compiled(workspace, program);
    let folder = workspace.target.join("xtask");
    let bound =
        Bound { name, glue: folder.join(format!("{name}.js")), wasm: folder.join(format!("{name}_bg.wasm")) };
    let stamp = folder.join(format!("{name}.stamp"));
    let now = fingerprint(&(
        read_bytes(&compiled)?,
        workspace.locked_version("wasm-bindgen")?,
        optimiser,
        WASM_OPT_FLAGS,
    ));
    let is_there = bound.glue.is_file() && bound.wasm.is_file();
    if is_there && std::fs::read_to_string(&stamp).is_ok_and(|last| last == now) {
        eprintln!("  {name}: unchanged");
        return Ok(bound);
    }
    make_folder(&folder)?;
    // Without a stamp, an interrupted build is never taken for a complete one.
    let _ = std::fs::remove_file(&stamp);
    let mut command = Command::new(bindgen);
    command.args(["--target", "no-modules", "--no-typescript", "--no-modules-global", global]);
    command.args(["--out-name", name, "--out-dir"]);
    process::run(command.arg(&folder).arg(&compiled))?;
    if let Some(optimiser) = optimiser {
        let optimised = folder.join("optimised.wasm");
        process::run(
            Command::new(optimiser).args(WASM_OPT_FLAGS).arg(&bound.wasm).arg("-o").arg(&optimised),
        )?;
        std::fs::rename(&optimised, &bound.wasm)
            .map_err(|error| format!("cannot replace {}: {error}", bound.wasm.display()))?;
    }
    write_if_changed(&stamp, now.as_bytes())?;
    Ok(bound)
}

fn fingerprint(inputs: &impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    inputs.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// The large sample is generated, not stored: 26 MB that are determined by a seed.
const GENERATED: &str = "samples/generated-100k.jsonl.gz";

fn generated() -> Outcome<Vec<u8>> {
    let write = || {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
        crate::generate::write(100_000, &mut packed)?;
        packed.finish()
    };
    write().map_err(|error| format!("cannot make the generated sample: {error}"))
}

/// Returns the programs of a report as one text. Packing takes seconds, so the last result is reused for the same
/// programs.
fn packed(workspace: &Workspace, programs: &[Outcome<Vec<u8>>; 2]) -> Outcome<Vec<u8>> {
    let mut blocks: Vec<&[u8]> = Vec::new();
    for program in programs {
        blocks.push(program.as_ref().map_err(Clone::clone)?);
    }
    let folder = workspace.target.join("xtask");
    let (file, stamp) = (folder.join("report.pack"), folder.join("report.stamp"));
    let now = fingerprint(&blocks);
    if std::fs::read_to_string(&stamp).is_ok_and(|last| last == now) && file.is_file() {
        return read_bytes(&file);
    }
    let _ = std::fs::remove_file(&stamp);
    let text = makespan_pack::pack(&blocks).map_err(|error| format!("cannot pack the programs: {error}"))?;
    write_if_changed(&file, text.as_bytes())?;
    write_if_changed(&stamp, now.as_bytes())?;
    Ok(text.into_bytes())
}

fn assemble(workspace: &Workspace, bound: &[Bound]) -> Outcome {
    let statics = workspace.root.join("static");
    let boot = read(&statics.join(BOOT))?;
    let of = |name: &str| {
        bound.iter().find(|b| b.name == name).ok_or_else(|| format!("there is no program {name}"))
    };
    let script = |names: &[&str]| -> Outcome<String> {
        let mut script = String::new();
        for name in names {
            script.push_str(&page::without_guess(&read(&of(name)?.glue)?)?);
            script.push('\n');
        }
        script.push_str(&boot);
        let script = page::dense(&script)?;
        page::check_script(&script)?;
        Ok(script)
    };
    let wasm = |name: &str| read_bytes(&of(name)?.wasm);
    let mut files: Vec<(PathBuf, Vec<u8>)> = vec![
        ("index.html".into(), page::hosted(&read(&workspace.root.join("index.html"))?)?.into_bytes()),
        ("app.js".into(), script(&HOSTED)?.into_bytes()),
        ("style.css".into(), read_bytes(&workspace.root.join("style/makespan.css"))?),
        ("report.js".into(), script(&[&REPORTED[..], &[UNPACKER]].concat())?.into_bytes()),
        ("report.pack".into(), packed(workspace, &REPORTED.map(wasm))?),
    ];
    for name in HOSTED.iter().chain([&UNPACKER]) {
        files.push((format!("{name}_bg.wasm").into(), wasm(name)?));
    }
    for path in files_under(&statics) {
        if path != Path::new(BOOT) {
            let bytes = read_bytes(&statics.join(&path))?;
            files.push((path, bytes));
        }
    }

    files.push((GENERATED.into(), generated()?));

    let dist = workspace.dist();
    for stale in files_under(&dist) {
        if !files.iter().any(|(path, _)| *path == stale) {
            eprintln!("  - {}", stale.display());
            std::fs::remove_file(dist.join(&stale))
                .map_err(|error| format!("cannot remove {}: {error}", stale.display()))?;
        }
    }
    for (path, bytes) in &files {
        let mark = if write_if_changed(&dist.join(path), bytes)? { '+' } else { '=' };
        eprintln!("  {mark} {:<34} {:>9} bytes", path.display(), bytes.len());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_distinguishes_inputs_and_is_stable() {
        let first = fingerprint(&(vec![1_u8, 2], "0.2.130"));
        assert_eq!(first, fingerprint(&(vec![1_u8, 2], "0.2.130")));
        assert_ne!(first, fingerprint(&(vec![1_u8, 2], "0.2.131")));
        assert_eq!(first.len(), 16);
    }
}
