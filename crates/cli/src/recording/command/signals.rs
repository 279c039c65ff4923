//! Signals that ask this program to stop, or tell it something, are meant for the command: they are handed on.

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::sync::{Arc, Mutex, PoisonError};

    use nix::sys::signal::{SigSet, Signal, kill};
    use nix::unistd::{Pid, getpgrp, tcgetpgrp};

    const HANDED_ON: [Signal; 6] =
        [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM, Signal::SIGUSR1, Signal::SIGUSR2];

    #[derive(Debug, Default)]
    struct State {
        /// The command, while it runs.
        child: Option<Pid>,
        /// The last signal that came and asks a program to stop.
        asked: Option<Signal>,
    }

    /// Who hands signals on.
    #[derive(Clone, Debug)]
    pub(crate) struct Signals {
        set: SigSet,
        state: Arc<Mutex<State>>,
    }

    impl Signals {
        /// Keeps signals for later. To be called while the process has one thread: those that come after it do as it
        /// does, and a command that is started does not.
        pub(crate) fn hold() -> std::io::Result<Signals> {
            let set: SigSet = HANDED_ON.into_iter().collect();
            set.thread_block()?;
            Ok(Signals { set, state: Arc::default() })
        }

        /// From now on hands to a command what comes, and what came.
        pub(crate) fn hand_to(&self, child: u32) {
            let Ok(child) = i32::try_from(child) else { return };
            self.state.lock().unwrap_or_else(PoisonError::into_inner).child = Some(Pid::from_raw(child));
            let (set, state) = (self.set, self.state.clone());
            std::thread::spawn(move || {
                while let Ok(signal) = set.wait() {
                    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                    if !matches!(signal, Signal::SIGUSR1 | Signal::SIGUSR2) {
                        state.asked = Some(signal);
                    }
                    // With the lock held: the number is that of the command until it was waited for.
                    if let Some(child) = state.child.filter(|_| !came_from_terminal(signal)) {
                        let _ = kill(child, signal);
                    }
                }
            });
        }

        /// The command ended: its number may soon be another's.
        pub(crate) fn let_go(&self) {
            self.state.lock().unwrap_or_else(PoisonError::into_inner).child = None;
        }

        /// The name of the last signal that came and asks a program to stop.
        pub(crate) fn asked_to_stop(&self) -> Option<&'static str> {
            self.state.lock().unwrap_or_else(PoisonError::into_inner).asked.map(Signal::as_str)
        }
    }

    /// Whether the terminal sent it, and so to the command too: it sends what its keys mean to all processes in the
    /// foreground.
    fn came_from_terminal(signal: Signal) -> bool {
        matches!(signal, Signal::SIGINT | Signal::SIGQUIT)
            && File::open("/dev/tty").is_ok_and(|terminal| tcgetpgrp(terminal) == Ok(getpgrp()))
    }

    /// Waits until a child has ended, and leaves it to be waited for.
    #[cfg(target_os = "linux")]
    pub(crate) fn until_ended(child: u32) {
        use nix::errno::Errno;
        use nix::sys::wait::{Id, WaitPidFlag, waitid};
        let Ok(child) = i32::try_from(child) else { return };
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        while waitid(Id::Pid(Pid::from_raw(child)), flags) == Err(Errno::EINTR) {}
    }

    /// The name of a signal.
    pub(crate) fn name_of(signal: i32) -> String {
        Signal::try_from(signal)
            .map_or_else(|_| format!("signal {signal}"), |signal| signal.as_str().to_owned())
    }
}

#[cfg(not(unix))]
mod other {
    /// This system has no signals that a program could hand on.
    #[derive(Clone, Debug)]
    pub(crate) struct Signals;

    impl Signals {
        pub(crate) fn hold() -> std::io::Result<Signals> {
            Ok(Signals)
        }
        pub(crate) fn hand_to(&self, _: u32) {}
        pub(crate) fn let_go(&self) {}
        pub(crate) fn asked_to_stop(&self) -> Option<&'static str> {
            None
        }
    }

    pub(crate) fn name_of(signal: i32) -> String {
        format!("signal {signal}")
    }
}

#[cfg(not(unix))]
pub(super) use other::*;
#[cfg(unix)]
pub(super) use unix::*;

/// Elsewhere a child is looked at only when it is waited for.
#[cfg(not(target_os = "linux"))]
pub(super) fn until_ended(_: u32) {}
