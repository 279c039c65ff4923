//! A terminal with the program in it.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStringExt as _;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::kept::Kept;

/// A command in a session of its own, with the signals of a shell in front of a user: a test that runs in the background
/// may have inherited that interrupts are ignored.
pub(crate) fn session(kept: &Kept) -> Command {
    let mut command = kept.command_of("env");
    command.args(["--default-signal=INT,QUIT,HUP,TERM", "setsid"]);
    command
}

/// A terminal with a command in it, which has it as its own.
pub(crate) struct Terminal {
    pub(crate) ours: File,
    pub(crate) child: Child,
    said: String,
    more: Receiver<Vec<u8>>,
}

impl Terminal {
    pub(crate) fn start(kept: &Kept, args: &[&str]) -> Terminal {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        tcsetwinsize(&ours, Winsize { ws_row: 30, ws_col: 91, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let path = std::ffi::OsString::from_vec(ptsname(&ours, Vec::new()).unwrap().into_bytes());
        // Not the terminal of this test: that of the session that `setsid --ctty` makes.
        let end = rustix::fs::OFlags::NOCTTY.bits().try_into().unwrap();
        let open = || {
            let mut options = OpenOptions::new();
            std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, end);
            options.read(true).write(true).open(&path).unwrap()
        };
        let mut command = session(kept);
        command.args(["--ctty", "--wait"]).args(args);
        let child = command.stdin(open()).stdout(open()).stderr(open()).spawn().unwrap();
        drop(command);
        let ours = File::from(ours);
        let (send, more) = channel();
        let mut from = ours.try_clone().unwrap();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                if send.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Terminal { ours, child, said: String::new(), more }
    }

    /// Waits until a word was written to the terminal since the one of the last call, and answers all up to it.
    pub(crate) fn until(&mut self, word: &str) -> String {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(at) = self.said.find(word) {
                let rest = self.said.split_off(at + word.len());
                return std::mem::replace(&mut self.said, rest);
            }
            let left = until.saturating_duration_since(Instant::now());
            let Ok(more) = self.more.recv_timeout(left) else { panic!("no {word} in {:?}", self.said) };
            self.said.push_str(&String::from_utf8_lossy(&more));
        }
    }

    pub(crate) fn types(&mut self, text: &str) {
        self.ours.write_all(text.as_bytes()).unwrap();
    }

    /// Waits until a screen of that size shows a text, in one line, and answers all that was written meanwhile.
    pub(crate) fn shows(&mut self, text: &str, (columns, rows): (usize, usize)) -> String {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            if painted(&self.said, columns, rows).iter().any(|line| line.contains(text)) {
                return self.said.clone();
            }
            let left = until.saturating_duration_since(Instant::now());
            let Ok(more) = self.more.recv_timeout(left) else {
                panic!("no {text} in\n{}", painted(&self.said, columns, rows).join("\n"));
            };
            self.said.push_str(&String::from_utf8_lossy(&more));
        }
    }

    pub(crate) fn code(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

/// What a screen shows after all of that was written to it: places and clears are obeyed, styles are not. Every character is one
/// column wide.
fn painted(text: &str, columns: usize, rows: usize) -> Vec<String> {
    let mut cells = vec![vec![' '; columns]; rows];
    let (mut row, mut column) = (0, 0);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' if rest.peek() == Some(&'[') => {
                rest.next();
                let mut parameters = String::new();
                let last = loop {
                    match rest.next() {
                        Some(c @ ('0'..='9' | ';' | '?')) => parameters.push(c),
                        other => break other,
                    }
                };
                let mut numbers = parameters.split(';').map(|n| n.parse::<usize>().unwrap_or(1));
                let mut place = || numbers.next().unwrap_or(1).saturating_sub(1);
                match last {
                    Some('H') => (row, column) = (place(), place()),
                    Some('J') => cells.iter_mut().for_each(|line| line.fill(' ')),
                    _ => {}
                }
            }
            '\r' => column = 0,
            '\n' => row += 1,
            c => {
                if let Some(cell) = cells.get_mut(row).and_then(|line| line.get_mut(column)) {
                    *cell = c;
                }
                column += 1;
            }
        }
    }
    cells.into_iter().map(String::from_iter).collect()
}
