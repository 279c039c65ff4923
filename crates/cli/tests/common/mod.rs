//! What the tests of the program share.
// Each test file is a program of its own and uses what it needs.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

pub(crate) mod kept;
#[cfg(target_os = "linux")]
pub(crate) mod pty;
pub(crate) mod served;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A pipeline that fails, retries and leaves a task behind.
pub(crate) const NIGHTLY: &str = "\
run nightly
fetch       0..4      w1
align       4..9      w1    fetch            step=align
sort        5..7      w2    fetch
call        9..12     w2    align sort       try=1 failed error=no_reference_genome
call        13..16    w2                     try=2 failed error=no_reference_genome
report      -         -     call             upstream-failed
";

pub(crate) fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_makespan"))
}

/// Runs the program with what comes on its standard input.
pub(crate) fn with_input(args: &[&str], input: &[u8]) -> Output {
    let mut command = program();
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    output
}

pub(crate) fn run(args: &[&str]) -> Output {
    with_input(args, b"")
}

/// Runs the program and gives up on it after a while: `None`.
pub(crate) fn within(limit: Duration, args: &[&str]) -> Option<i32> {
    let mut command = program();
    let mut child =
        command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    loop {
        match child.try_wait().unwrap() {
            // Ended by a signal: as a shell counts it.
            Some(status) => return Some(status.code().unwrap_or(128)),
            None if started.elapsed() > limit => {
                child.kill().unwrap();
                child.wait().unwrap();
                return None;
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A folder of its own for a test, empty.
pub(crate) fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// A file in a folder, and its path as an argument.
pub(crate) fn file(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

/// Inputs kept beside the project, where they are.
pub(crate) fn shared(what: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(what);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: {what} is not beside this project");
    None
}

/// All files under a folder, sorted.
pub(crate) fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|e| e.unwrap().path()));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
