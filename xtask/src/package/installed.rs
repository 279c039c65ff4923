//! Tools of `cargo xtask package`.

use std::path::PathBuf;
use std::process::Command;

use crate::outcome::Outcome;
use crate::tools::{apt, cache, install, may_apt, npm_install, python, rust_target, which};
use crate::workspace::Workspace;

const MATURIN: &str = "maturin>=1.9,<2";
/// The release of the npm package `json-schema-to-typescript`.
const JSON_SCHEMA_TO_TYPESCRIPT: &str = "16.0.0";

/// The program that builds wheels: the one on the PATH, or a new one beside the Python of the tests.
///
/// # Errors
///
/// Fails if there is none and none can be installed.
pub(super) fn maturin() -> Outcome<PathBuf> {
    let python = python();
    let cached = python.with_file_name("maturin");
    if let Some(found) = [which("maturin"), Some(cached.clone())].into_iter().flatten().find(|p| p.is_file())
    {
        return Ok(found);
    }
    if !python.is_file() {
        return Err("there is no Python environment in the cache to install maturin in".to_owned());
    }
    let mut command = Command::new(&python);
    command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", MATURIN]);
    install("maturin, which builds wheels (some 30 MB)", &mut [command])?;
    Ok(cached)
}

/// The program that makes TypeScript types of JSON Schemas.
///
/// # Errors
///
/// Fails if it is missing and Node is too, or the installation fails.
pub(super) fn schema_to_typescript() -> Outcome<PathBuf> {
    let folder = cache()?.join("json-schema-to-typescript");
    let program = folder.join("node_modules/.bin/json2ts");
    if program.is_file() {
        return Ok(program);
    }
    npm_install(
        &folder,
        &format!("json-schema-to-typescript@{JSON_SCHEMA_TO_TYPESCRIPT}"),
        "json-schema-to-typescript, which makes types of the JSON Schemas (some 30 MB)",
    )?;
    Ok(program)
}

/// The target of static programs, for the machine's own architecture, once rustc and a C compiler can build for it:
/// SQLite and the cryptography of TLS are in C.
///
/// # Errors
///
/// Fails outside Linux, and if the target or its C compiler is missing and cannot be installed.
pub(super) fn musl(workspace: &Workspace) -> Outcome<String> {
    if !cfg!(target_os = "linux") {
        return Err("static programs can be built on Linux only".to_owned());
    }
    let target = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
    if which("musl-gcc").is_none() {
        if !may_apt() {
            return Err("musl-gcc is missing. On Debian, as root: apt-get install musl-tools".to_owned());
        }
        apt("a C compiler for static programs", &["musl-tools"])?;
    }
    rust_target(workspace, &target, "the Rust target for static programs (some 40 MB)")?;
    Ok(target)
}
