//! The program with a store of its own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::{folder, program, text};

/// A folder and a store in it; nothing of the user's own is read or written.
pub(crate) struct Kept {
    pub(crate) folder: PathBuf,
    store: String,
}

impl Kept {
    pub(crate) fn new(name: &str, store: &str) -> Kept {
        let scheme = store.split(':').next().unwrap();
        Kept { folder: folder(&format!("{name}-{scheme}")), store: store.to_owned() }
    }

    /// The program, in that folder and with that store, ready to be told more.
    pub(crate) fn command(&self) -> Command {
        self.environment(program())
    }

    /// Another program in the same surroundings.
    pub(crate) fn command_of(&self, program: &str) -> Command {
        self.environment(Command::new(program))
    }

    fn environment(&self, mut command: Command) -> Command {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("MAKESPAN_") || name.to_string_lossy().starts_with("XDG_") {
                command.env_remove(name);
            }
        }
        command.current_dir(&self.folder).env("HOME", &self.folder).env("MAKESPAN_STORE", &self.store);
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command().args(args).output().unwrap()
    }

    pub(crate) fn with_input(&self, args: &[&str], input: &[u8]) -> Output {
        let path = self.folder.join("input");
        std::fs::write(&path, input).unwrap();
        self.command().args(args).stdin(std::fs::File::open(path).unwrap()).output().unwrap()
    }

    /// What a call that must go well prints.
    pub(crate) fn said(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(0), "{args:?} {}", text(&output.stderr));
        text(&output.stdout)
    }

    /// The same, of a verb that prints JSON.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.said(&[args, &["--json"]].concat())).unwrap()
    }

    /// A new run, by its id.
    pub(crate) fn created(&self, args: &[&str]) -> String {
        let told = self.said(&[&["create", "--name", "test"], args].concat());
        told.split_whitespace().last().unwrap().to_owned()
    }
}
