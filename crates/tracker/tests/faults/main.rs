//! What goes wrong while a program is recorded, and that the program does not notice.
//!
//! This program starts itself again as a host with a known behaviour, once recorded and once not, with one fault each;
//! what both print, and how they end, must be the same. A second part kills hosts and looks for what was
//! reported as safe. `MAKESPAN_KILLS` says how often; 6 times where it is not set.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

#[cfg(unix)]
mod host;
#[cfg(unix)]
mod kill;
#[cfg(unix)]
mod matrix;
#[path = "../support/mod.rs"]
mod support;

/// Which fault a host is started with.
const FAULT: &str = "MAKESPAN_TEST_FAULT";
/// Whether it is recorded.
const RECORDED: &str = "MAKESPAN_TEST_RECORDED";
/// A folder of its own.
const FOLDER: &str = "MAKESPAN_TEST_FOLDER";

#[cfg(unix)]
fn main() {
    if let Ok(fault) = std::env::var(FAULT) {
        return host::main(&fault);
    }
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    let tests: [(&str, fn()); 3] = [
        ("no_fault_of_the_record_is_one_of_the_program", matrix::every_fault),
        ("what_was_said_to_be_safe_survives_a_kill", kill::killed),
        ("what_was_said_to_be_safe_survives_an_abort", kill::aborted),
    ];
    for (name, test) in tests.into_iter().filter(|(name, _)| name.contains(&wanted)) {
        println!("test {name} ...");
        test();
    }
    println!("ok");
}

#[cfg(not(unix))]
fn main() {}
