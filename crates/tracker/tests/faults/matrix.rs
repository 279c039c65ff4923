//! Every fault, recorded and not.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::host::FAULTS;
use crate::{FAULT, FOLDER, RECORDED};

/// What the record may cost a program at its end at most, with what a loaded machine adds.
const DELAY: Duration = Duration::from_secs(6);

/// What everybody else sees of a program.
#[derive(Debug, PartialEq)]
struct Seen {
    status: String,
    stdout: String,
    stderr: String,
}

pub(crate) fn every_fault() {
    assert!(FAULTS.len() >= 25, "only {} faults", FAULTS.len());
    let next = AtomicUsize::new(0);
    let breaches = Mutex::new(Vec::new());
    // Most of the time they wait for a patience to end.
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while let Some((name, _)) = FAULTS.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(breach) = compare(name) {
                        breaches.lock().unwrap().push(format!("{name}: {breach}"));
                    }
                }
            });
        }
    });
    let breaches = breaches.into_inner().unwrap();
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
    println!("  {} faults", FAULTS.len());
}

fn compare(fault: &str) -> Result<(), String> {
    let folder = fresh_folder(fault);
    let (alone, _) = run(fault, &folder, false);
    let (recorded, took) = run(fault, &folder, true);
    std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    if alone != recorded {
        return Err(format!("\n  not recorded: {alone:?}\n  recorded:     {recorded:?}"));
    }
    if !alone.stdout.contains("the work is done: 5050\n") {
        return Err(format!("the host did not get through: {alone:?}"));
    }
    if took > DELAY {
        return Err(format!("it took {took:?}"));
    }
    Ok(())
}

/// A folder of its own for a host, empty.
pub(crate) fn fresh_folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("makespan-fault-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The command that starts a host.
pub(crate) fn host(fault: &str, folder: &Path, recorded: bool) -> Command {
    let mut command = match fault {
        // Limits of the system are set by a shell around it.
        "files may not grow" => limited("ulimit -f 8"),
        "no more open files" => limited("ulimit -n 4"),
        _ => Command::new(std::env::current_exe().unwrap()),
    };
    command.env(FAULT, fault).env(FOLDER, folder).env(RECORDED, if recorded { "1" } else { "" });
    command.env("RUST_BACKTRACE", "0").stdin(Stdio::null());
    // Asked by one of them only; nobody can make a folder below a device.
    command.env("MAKESPAN_DIR", "/dev/null/runs");
    command
}

fn limited(limit: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{limit}; exec \"$0\"")]).arg(std::env::current_exe().unwrap());
    shell
}

fn run(fault: &str, folder: &Path, recorded: bool) -> (Seen, Duration) {
    let start = Instant::now();
    let output = host(fault, folder, recorded).output().unwrap();
    let text = |bytes: &[u8]| without_thread_ids(&String::from_utf8_lossy(bytes));
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    (Seen { status: output.status.to_string(), stdout, stderr }, start.elapsed())
}

/// `thread 'main' (4711) panicked` without the number, which is another one each time.
fn without_thread_ids(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("' (") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out + rest
}
