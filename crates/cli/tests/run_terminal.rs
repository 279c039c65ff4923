//! `makespan run` and what surrounds a command: signals, process groups and terminals are what they would be without it.
//! The programs here set nothing of that themselves, as most do not.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::kept::Kept;
use common::pty::{Terminal, session};
use common::text;
use rustix::termios::{Winsize, tcsetwinsize};
use serde_json::json;

const PROGRAM: &str = env!("CARGO_BIN_EXE_makespan");

/// What `/proc` says of the signals of a command: blocked, ignored and caught ones.
const SIGNALS: &str = "grep -E '^Sig(Blk|Ign)' /proc/self/status";

fn python() -> bool {
    let there = Command::new("python3").arg("--version").output().is_ok_and(|o| o.status.success());
    if !there {
        println!("skipped: there is no python3");
    }
    there
}

#[test]
fn a_command_has_the_signal_mask_of_the_caller() {
    let kept = Kept::new("tty-signals", "file:runs");
    for before in ["", "trap '' HUP INT; ", "trap '' TERM USR1; "] {
        let with = format!("{before}'{PROGRAM}' run sh -c \"{SIGNALS}\"");
        let mut command = kept.command_of("sh");
        let with = text(&command.args(["-c", &with]).output().unwrap().stdout);
        let without = format!("{before}sh -c \"{SIGNALS}\"; :");
        let without = text(&kept.command_of("sh").args(["-c", &without]).output().unwrap().stdout);
        assert_eq!(with, without, "{before}");
        assert!(with.contains("SigBlk:\t0000000000000000"), "{with}");
    }
}

#[test]
fn a_command_is_in_the_group_and_the_session_of_the_caller() {
    let kept = Kept::new("tty-group", "file:runs");
    // Of its own line in /proc: group, session, terminal.
    let own = "read -r line < /proc/self/stat; set -- ${line##*) }; echo $3 $4 $5";
    let script = format!("{own}; '{PROGRAM}' run sh -c '{own}'; :");
    let said = text(&kept.command_of("sh").args(["-c", &script]).output().unwrap().stdout);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert_eq!(lines[0], lines[1]);
}

#[test]
fn timeout_stops_a_recorded_command() {
    let kept = Kept::new("tty-stops", "file:runs");
    let limit = Duration::from_secs(20);
    let begun = Instant::now();
    assert_eq!(kept.run(&["run", "timeout", "1", "sleep", "60"]).status.code(), Some(124));
    // Around it: the group gets the signal.
    let status = kept.command_of("timeout").args(["1", PROGRAM, "run", "sleep", "60"]).status().unwrap();
    assert_eq!(status.code(), Some(124));
    if python() {
        let pool = "import multiprocessing as m\nif __name__ == '__main__':\n  with m.Pool(2) as p: print(sum(p.map(abs, [-1, -2])))";
        let terminate =
            "import subprocess as s; p = s.Popen(['sleep', '60']); p.terminate(); print(p.wait())";
        for (code, said) in [(pool, "3\n"), (terminate, "-15\n")] {
            let output = kept.run(&["run", "python3", "-c", code]);
            assert_eq!(text(&output.stdout), said, "{}", text(&output.stderr));
        }
    }
    assert!(begun.elapsed() < limit, "{:?}", begun.elapsed());
}

#[test]
fn an_interrupt_of_the_whole_group_comes_once() {
    if !python() {
        return;
    }
    let kept = Kept::new("tty-once", "file:runs");
    let code = "import time\ntry:\n  print('ready', flush=True); time.sleep(60)\nexcept KeyboardInterrupt:\n  print('once')";
    let mut command = session(&kept);
    let mut child =
        command.args([PROGRAM, "run", "python3", "-c", code]).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = [0; 6];
    child.stdout.as_mut().unwrap().read_exact(&mut said).unwrap();
    let kill = Command::new("kill").args(["-INT", "--", &format!("-{}", child.id())]).status().unwrap();
    assert!(kill.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(0), "once\n"));
}

const TTYS: &str = "for i in 0 1 2; do if [ -t $i ]; then echo tty; else echo no; fi; done; stty size <&1 2>/dev/null; echo over";

#[test]
fn a_terminal_stays_a_terminal_and_its_output_is_kept() {
    for (options, said) in
        [("", "tty\r\ntty\r\ntty\r\n30 91\r\nover\r\n"), ("--no-tty", "tty\r\nno\r\nno\r\n")]
    {
        let kept = Kept::new("tty-is", "sqlite:runs.db");
        let script = format!("'{PROGRAM}' run {options} -- sh -c '{TTYS}' 2>&1");
        let mut terminal = Terminal::start(&kept, &["sh", "-c", &script]);
        let all = terminal.until("over\r\n");
        assert!(all.starts_with(said), "{options}: {all:?}");
        assert_eq!(terminal.code(), Some(0));
        let id = kept.json(&["list"])["runs"][0]["run"].as_str().unwrap().to_owned();
        let log = kept.said(&["export", &id]);
        assert!(log.contains("\"text\":\"over\"") && log.contains("\"text\":\"tty\""), "{log}");
    }
}

#[test]
fn redirected_output_is_not_a_terminal() {
    let kept = Kept::new("tty-part", "file:runs");
    let script = format!("'{PROGRAM}' run -- sh -c '{TTYS}' | cat");
    let all = Terminal::start(&kept, &["sh", "-c", &script]).until("over\r\n");
    assert!(all.contains("tty\r\nno\r\ntty\r\n"), "{all:?}");
}

#[test]
fn keys_work_as_without_recording() {
    let kept = Kept::new("tty-keys", "sqlite:runs.db");
    let script = "trap 'echo told; exit 5' INT; echo ready; while :; do sleep 0.05; done";
    let mut terminal = Terminal::start(&kept, &[PROGRAM, "run", "sh", "-c", script]);
    terminal.until("ready");
    terminal.types("\x03");
    let said = terminal.until("told\r\n");
    assert_eq!((said.matches("told").count(), terminal.code()), (1, Some(5)), "{said:?}");
    assert_eq!(kept.json(&["list"])["runs"][0]["status"], json!("cancelled"));
}

#[test]
fn a_signal_to_the_recorder_alone_is_forwarded_in_a_terminal_too() {
    let kept = Kept::new("tty-alone", "file:runs");
    let script = "trap 'echo told; exit 5' INT; echo ready $PPID.; while :; do sleep 0.05; done";
    let mut terminal = Terminal::start(&kept, &[PROGRAM, "run", "sh", "-c", script]);
    let said = terminal.until(".");
    let recorder = said.split_whitespace().nth(1).unwrap().trim_end_matches('.').to_owned();
    assert!(Command::new("kill").args(["-INT", &recorder]).status().unwrap().success());
    terminal.until("told");
    assert_eq!(terminal.code(), Some(5));
}

#[test]
fn a_command_can_be_suspended_by_a_key_and_resumed() {
    let kept = Kept::new("tty-stop", "file:runs");
    // A shell with job control, as people have.
    let mut terminal = Terminal::start(&kept, &["bash", "--norc", "-i"]);
    terminal.types(&format!("'{PROGRAM}' run sh -c 'echo rea''dy $$.; read a; echo got $a'; echo code $?\n"));
    terminal.until("ready ");
    let command = terminal.until(".").trim_end_matches('.').to_owned();
    terminal.types("\x1a");
    // Stopped itself, not only what records it: else it could still take what is typed next.
    let until = Instant::now() + Duration::from_secs(20);
    while !std::fs::read_to_string(format!("/proc/{command}/stat")).unwrap().contains(") T ") {
        assert!(Instant::now() < until, "the command is stopped");
        std::thread::sleep(Duration::from_millis(10));
    }
    terminal.until("Stopped");
    // Its prompt.
    terminal.until("bash-");
    terminal.types("echo shell is ba''ck; fg\n");
    terminal.until("shell is back\r\n");
    terminal.types("word\n");
    terminal.until("got word\r\n");
    terminal.types("exit\n");
    terminal.code();
}

#[test]
fn the_size_of_the_window_follows() {
    let kept = Kept::new("tty-size", "file:runs");
    let script =
        "trap 'stty size <&1' WINCH; echo ready; i=0; while [ $i -lt 40 ]; do sleep 0.05; i=$((i+1)); done";
    let mut terminal = Terminal::start(&kept, &[PROGRAM, "run", "bash", "-c", script]);
    terminal.until("ready");
    tcsetwinsize(&terminal.ours, Winsize { ws_row: 11, ws_col: 22, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    terminal.until("11 22\r\n");
    assert_eq!(terminal.code(), Some(0));
}

#[test]
fn modes_that_are_set_on_the_output_are_those_of_the_terminal() {
    let kept = Kept::new("tty-modes", "file:runs");
    // As programs that take over the screen do: no echo, no lines.
    let script = "stty -echo -icanon <&1; echo ready; dd bs=1 count=1 2>/dev/null | tr k K; stty echo icanon <&1; echo over";
    let mut terminal =
        Terminal::start(&kept, &["sh", "-c", &format!("'{PROGRAM}' run sh -c '{script}'; stty -a")]);
    terminal.until("ready\r\n");
    terminal.types("k");
    let said = terminal.until(" echo ");
    assert!(said.starts_with("Kover\r\n"), "{said:?}");
    assert!(said.contains(" icanon "), "{said:?}");
}
