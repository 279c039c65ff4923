//! Processes and folders that end with the value that stands for them.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

/// How long a program may take to say that it is up, on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);

/// A child that is killed when this value goes.
#[derive(Debug)]
pub(crate) struct Process(Child);

impl Process {
    /// Starts a program that says something on its standard output once it is up: answers it with what `find` made of
    /// the first line that it finds anything in.
    pub(crate) fn start<T>(command: &mut Command, find: impl Fn(&str) -> Option<T>) -> (Self, T) {
        let name = format!("{command:?}");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {name}: {error}"));
        let output = child.stdout.take().expect("its output is piped");
        let process = Self(child);
        let (send, lines) = mpsc::channel();
        // Reads on after the line is found, so that the program never waits for a full pipe.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = send.send(line);
            }
        });
        let mut said = Vec::new();
        while let Ok(line) = lines.recv_timeout(PATIENCE) {
            if let Some(found) = find(&line) {
                return (process, found);
            }
            said.push(line);
        }
        panic!("{name} did not say that it is up; it said {said:#?}");
    }

    /// Starts a program that says nothing of use.
    pub(crate) fn silent(command: &mut Command) -> Self {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(quiet.spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}")))
    }

    /// Its id.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Waits until it ends by itself, or gives up after the time.
    pub(crate) fn wait(&mut self, time: Duration) {
        let step = Duration::from_millis(20);
        let mut left = time;
        while matches!(self.0.try_wait(), Ok(None)) && !left.is_zero() {
            std::thread::sleep(step);
            left = left.saturating_sub(step);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A new empty folder that is removed when this value goes.
#[derive(Debug)]
pub(crate) struct TempFolder(PathBuf);

impl TempFolder {
    /// Makes the folder; `name` is for people who look into it.
    pub(crate) fn new(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("makespan-{name}-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path)
            .unwrap_or_else(|error| panic!("cannot make {}: {error}", path.display()));
        Self(path)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file into it and answers its path.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, bytes)
            .unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
        path
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
