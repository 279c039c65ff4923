//! `makespan monitor` on a terminal: the real program in a pseudo-terminal.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::process::Command;
use std::time::{Duration, Instant};

use common::kept::Kept;
use common::pty::Terminal;
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

const PROGRAM: &str = env!("CARGO_BIN_EXE_makespan");
/// Enters and leaves the screen beside the lines of the terminal (xterm, DECSET 1049).
const ENTER: &str = "\u{1b}[?1049h";
const LEAVE: &str = "\u{1b}[?1049l";
/// Columns and rows.
const SIZE: (usize, usize) = (91, 30);

fn started(name: &str) -> (Kept, String) {
    let kept = Kept::new(name, "sqlite:runs.db");
    let run = kept.created(&["--steps", "load,check"]);
    kept.said(&["step", "start", &run, "load"]);
    (kept, run)
}

/// The monitor in a terminal of 91 columns and 30 rows, once it has painted the word.
fn monitor(kept: &Kept, variables: &str, run: &str, word: &str) -> (Terminal, String) {
    let script = format!(
        "export TERM=xterm-256color {variables}; '{PROGRAM}' monitor {run} --interval 100ms; echo code $?"
    );
    let mut terminal = Terminal::start(kept, &["sh", "-c", &script]);
    let before = terminal.until(ENTER);
    assert!(!before.contains("load"), "{before:?}");
    let said = terminal.shows(word, SIZE);
    (terminal, said)
}

fn is_raw(terminal: &Terminal) -> bool {
    !tcgetattr(&terminal.ours).unwrap().local_modes.contains(LocalModes::ICANON)
}

#[test]
fn keys_quit_and_the_terminal_is_as_before() {
    let (kept, run) = started("screen-keys");
    let (mut terminal, _) = monitor(&kept, "NO_COLOR=", &run, "q quit");
    assert!(is_raw(&terminal));
    terminal.types("?");
    terminal.shows("show another active run", SIZE);
    terminal.types("p");
    terminal.shows("paused at", SIZE);
    terminal.types("q");
    terminal.until(LEAVE);
    terminal.until("code 0");
    assert!(!is_raw(&terminal));
}

#[test]
fn progress_is_followed_and_the_final_state_stays_in_the_terminal() {
    let (kept, run) = started("screen-follow");
    let (mut terminal, _) = monitor(&kept, "NO_COLOR=", "", "0 of 2 tasks");
    kept.said(&["step", "done", &run, "load"]);
    terminal.shows(" 50%", SIZE);
    terminal.types("q");
    terminal.until("code 0");
    let (mut terminal, _) = monitor(&kept, "NO_COLOR=", &run, "1 of 2 tasks");
    kept.said(&["step", "start", &run, "check"]);
    kept.said(&["step", "done", &run, "check"]);
    kept.said(&["finish", &run]);
    terminal.until(LEAVE);
    terminal.until("100%  2 of 2 tasks");
    terminal.until("code 0");
}

#[test]
fn signals_and_ctrl_c_leave_the_screen_first() {
    let (kept, run) = started("screen-signals");
    let (mut terminal, _) = monitor(&kept, "NO_COLOR=", &run, "q quit");
    terminal.types("\x03");
    terminal.until(LEAVE);
    assert!(!is_raw(&terminal));
    for (signal, code) in [("TERM", "code 143"), ("HUP", "code 129")] {
        let inner = format!("echo pid $$.; exec '{PROGRAM}' monitor {run}");
        let script = format!("export TERM=xterm; sh -c \"{}\"; echo code $?", inner.replace('$', "\\$"));
        let mut terminal = Terminal::start(&kept, &["sh", "-c", &script]);
        terminal.until("pid ");
        let id = terminal.until(".").trim_end_matches('.').to_owned();
        terminal.shows("q quit", SIZE);
        assert!(Command::new("kill").args([&format!("-{signal}"), &id]).status().unwrap().success());
        terminal.until(LEAVE);
        terminal.until(code);
    }
}

#[test]
fn the_monitor_ends_with_its_terminal() {
    let (kept, run) = started("screen-gone");
    for before in ["", "trap '' HUP; "] {
        let inner = format!("{before}echo pid $$.; exec '{PROGRAM}' monitor {run} --interval 100ms");
        let script = format!("export TERM=xterm; exec sh -c \"{}\"", inner.replace('$', "\\$"));
        let mut terminal = Terminal::start(&kept, &["sh", "-c", &script]);
        terminal.until("pid ");
        let id = terminal.until(".").trim_end_matches('.').to_owned();
        terminal.shows("q quit", SIZE);
        drop(terminal);
        let is_there = || {
            let stat = std::fs::read_to_string(format!("/proc/{id}/stat"));
            stat.is_ok_and(|stat| !stat.contains(") Z "))
        };
        let until = Instant::now() + Duration::from_secs(20);
        while is_there() {
            assert!(Instant::now() < until, "{before}: still there without a terminal");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

#[test]
fn a_resized_window_is_repainted() {
    let (kept, run) = started("screen-size");
    let (mut terminal, _) = monitor(&kept, "NO_COLOR=", &run, "q quit");
    terminal.types("?");
    terminal.shows("show or hide this help", SIZE);
    terminal.until("\u{1b}[?25l");
    tcsetwinsize(&terminal.ours, Winsize { ws_row: 20, ws_col: 60, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    terminal.shows("read ", (60, 20));
    terminal.shows("show or hide this help", (60, 20));
    terminal.types("q");
    terminal.until("code 0");
}

#[test]
fn colours_follow_the_environment() {
    let (kept, run) = started("screen-colours");
    kept.said(&["step", "fail", &run, "load", "--error", "no answer"]);
    kept.said(&["step", "start", &run, "check", "--anyway"]);
    let is_coloured = |variables: &str| {
        let (mut terminal, said) = monitor(&kept, variables, &run, "no answer");
        terminal.types("q");
        terminal.until("code 0");
        ["\u{1b}[38;5;", "\u{1b}[31m", "\u{1b}[36m"].iter().any(|code| said.contains(code))
    };
    assert!(is_coloured("NO_COLOR="));
    assert!(!is_coloured("NO_COLOR=1"));
}

#[test]
fn a_terminal_without_a_screen_gets_text() {
    let (kept, run) = started("screen-dumb");
    let script = format!("TERM=dumb '{PROGRAM}' monitor {run} --once; echo code $?");
    let said = Terminal::start(&kept, &["sh", "-c", &script]).until("code 0");
    assert!(said.contains("0 of 2 tasks") && !said.contains(ENTER), "{said:?}");
}
