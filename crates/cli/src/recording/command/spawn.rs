//! Starts a command as whoever called this program would have: with the signals, the process group and the terminal
//! that it would have had. Only its output goes through this program: over pipes, or over a pseudo-terminal where the
//! caller has a terminal.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::process::ExitStatus;

use super::signals::Signals;
use super::terminal::Terminal;

/// One of the two streams that a command writes to.
pub(super) struct Output {
    /// What the command writes.
    pub(super) from: Box<dyn Read + Send>,
    /// Where it goes.
    pub(super) to: Box<dyn Write + Send>,
}

/// A command that was started and not waited for yet.
pub(super) struct Started {
    /// The number of its process.
    pub(super) id: u32,
    pub(super) stdout: Output,
    pub(super) stderr: Output,
    /// The terminals that stand for those of the caller.
    pub(super) terminals: Vec<Terminal>,
    pub(super) process: Process,
}

/// What is waited for.
#[cfg(unix)]
pub(super) struct Process(u32);

/// What is waited for.
#[cfg(not(unix))]
pub(super) struct Process(std::process::Child);

/// A command before it starts.
pub(super) struct Prepared<'a> {
    /// The program and its arguments.
    pub(super) words: &'a [OsString],
    /// What it gets in its environment beside what is there.
    pub(super) environment: &'a [(&'static str, OsString)],
    /// Whether it may get a pseudo-terminal.
    pub(super) tty: bool,
}

#[cfg(unix)]
mod unix {
    use std::ffi::CString;
    use std::fs::File;
    use std::os::fd::{AsFd, AsRawFd as _, OwnedFd};
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    use std::os::unix::process::ExitStatusExt as _;

    use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, PosixSpawnFlags, posix_spawnp};
    use nix::sys::signal::{SigSet, Signal};
    use rustix::process::{Pid, WaitOptions, waitpid};

    use super::*;

    /// Starts the command.
    ///
    /// What the standard library starts inherits the signals that this program blocks, and few programs unblock any:
    /// they would be deaf to Ctrl-C, `timeout` and `kill`. So the mask is given explicitly. `SIGPIPE` is the one
    /// signal that every Rust program ignores from its start; the command gets the default back.
    pub(in super::super) fn start(prepared: &Prepared<'_>, signals: &Signals) -> io::Result<Started> {
        let mut terminals = Vec::new();
        let (stdout, stdout_end) = output(io::stdout(), prepared.tty, &mut terminals)?;
        let (stderr, stderr_end) = output(io::stderr(), prepared.tty, &mut terminals)?;
        let mut actions = PosixSpawnFileActions::init()?;
        actions.add_dup2(stdout_end.as_raw_fd(), 1)?;
        actions.add_dup2(stderr_end.as_raw_fd(), 2)?;
        let mut attributes = PosixSpawnAttr::init()?;
        attributes.set_sigmask(&signals.mask_before())?;
        attributes.set_sigdefault(&SigSet::from_iter([Signal::SIGPIPE]))?;
        attributes
            .set_flags(PosixSpawnFlags::POSIX_SPAWN_SETSIGMASK | PosixSpawnFlags::POSIX_SPAWN_SETSIGDEF)?;
        let words: Vec<CString> =
            prepared.words.iter().map(|word| CString::new(word.as_bytes())).collect::<Result<_, _>>()?;
        let program = words.first().ok_or(io::ErrorKind::InvalidInput)?;
        let child = posix_spawnp(program, &actions, &attributes, &words, &environment(prepared)?)?;
        let id = u32::try_from(child.as_raw()).unwrap_or_default();
        Ok(Started { id, stdout, stderr, terminals, process: Process(id) })
    }

    /// All variables that the command gets.
    fn environment(prepared: &Prepared<'_>) -> io::Result<Vec<CString>> {
        let given = |name: &std::ffi::OsStr| prepared.environment.iter().any(|(given, _)| name == *given);
        let mut all = Vec::new();
        for (name, value) in std::env::vars_os().filter(|(name, _)| !given(name)) {
            all.push(CString::new([name.into_vec(), value.into_vec()].join(&b'='))?);
        }
        for (name, value) in prepared.environment {
            all.push(CString::new([name.as_bytes(), value.as_bytes()].join(&b'='))?);
        }
        Ok(all)
    }

    /// A way from the command to a stream of ours, and the end of it that the command gets. It is a terminal if ours is.
    fn output<S: Write + AsFd + Send + 'static>(
        stream: S,
        tty: bool,
        terminals: &mut Vec<Terminal>,
    ) -> io::Result<(Output, OwnedFd)> {
        if tty
            && rustix::termios::isatty(&stream)
            // A system may have no pseudo-terminals to give.
            && let Ok((terminal, end)) = Terminal::like(stream.as_fd())
        {
            let from = File::from(terminal.reader()?);
            let to = terminal.mirrored(stream)?;
            terminals.push(terminal);
            return Ok((Output { from: Box::new(from), to: Box::new(to) }, end));
        }
        let (from, end) = io::pipe()?;
        Ok((Output { from: Box::new(from), to: Box::new(stream) }, end.into()))
    }

    impl Process {
        /// Waits for its end.
        pub(in super::super) fn wait(&mut self) -> io::Result<ExitStatus> {
            let id = i32::try_from(self.0).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidInput)?;
            loop {
                match waitpid(Some(id), WaitOptions::empty()) {
                    Ok(Some((_, status))) => return Ok(ExitStatus::from_raw(status.as_raw())),
                    Ok(None) | Err(rustix::io::Errno::INTR) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }
}

#[cfg(unix)]
pub(super) use unix::start;

/// Starts the command.
#[cfg(not(unix))]
pub(super) fn start(prepared: &Prepared<'_>, _: &Signals) -> io::Result<Started> {
    use std::process::{Command, Stdio};
    let [program, rest @ ..] = prepared.words else { return Err(io::ErrorKind::InvalidInput.into()) };
    let mut command = Command::new(program);
    command.args(rest).envs(prepared.environment.iter().map(|(name, value)| (name, value)));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    let stdout = Output { from: Box::new(stdout), to: Box::new(io::stdout()) };
    let stderr = Output { from: Box::new(stderr), to: Box::new(io::stderr()) };
    Ok(Started { id: child.id(), stdout, stderr, terminals: Vec::new(), process: Process(child) })
}

#[cfg(not(unix))]
impl Process {
    /// Waits for its end.
    pub(super) fn wait(&mut self) -> io::Result<ExitStatus> {
        self.0.wait()
    }
}
