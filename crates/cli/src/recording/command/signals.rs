//! Signals that ask this program to stop, or inform it of something, are meant for the command: they are handed on.

#[cfg(unix)]
mod unix {
    use std::sync::{Arc, Mutex, PoisonError};
    use std::time::Duration;

    use nix::sys::signal::{SigSet, Signal, kill, killpg};
    use nix::unistd::{Pid, getpgrp};

    use super::super::terminal::Terminal;

    const HANDED_ON: [Signal; 6] =
        [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM, Signal::SIGUSR1, Signal::SIGUSR2];
    /// As long a command has to end by a signal that was sent to all processes of its group before it gets ours. Many
    /// a program takes a second interrupt for impatience and leaves its work undone.
    const ALREADY_THERE: Duration = Duration::from_millis(100);

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
        before: SigSet,
        state: Arc<Mutex<State>>,
    }

    impl Signals {
        /// Keeps signals for later. To be called while the process has one thread: those that come after it do as it
        /// does. A command that is started gets [`Signals::mask_before`].
        pub(crate) fn hold() -> std::io::Result<Signals> {
            let before = SigSet::thread_get_mask()?;
            let set: SigSet = HANDED_ON.into_iter().chain([Signal::SIGWINCH]).collect();
            set.thread_block()?;
            Ok(Signals { set, before, state: Arc::default() })
        }

        /// The signals that were blocked when this program was started.
        pub(crate) fn mask_before(&self) -> SigSet {
            self.before
        }

        /// From now on hands to a command what comes, and what came; and the size of the caller's terminal to those
        /// that stand for it.
        pub(crate) fn hand_to(&self, child: u32, terminals: Vec<Terminal>) {
            let Ok(child) = i32::try_from(child) else { return };
            self.state.lock().unwrap_or_else(PoisonError::into_inner).child = Some(Pid::from_raw(child));
            let (set, state) = (self.set, self.state.clone());
            std::thread::spawn(move || {
                let mut source = source::Source::new(set);
                while let Some((signal, from)) = source.next() {
                    if signal == Signal::SIGWINCH {
                        // The system has informed all of the group before the new size was there to be read.
                        if terminals.iter().filter(|terminal| terminal.resize()).count() > 0 {
                            let _ = killpg(getpgrp(), Signal::SIGWINCH);
                        }
                        continue;
                    }
                    let stops = !matches!(signal, Signal::SIGUSR1 | Signal::SIGUSR2);
                    if stops {
                        state.lock().unwrap_or_else(PoisonError::into_inner).asked = Some(signal);
                    }
                    match from {
                        // A terminal sends what its keys mean to all processes in the foreground.
                        From::Terminal => continue,
                        From::Process if stops => std::thread::sleep(ALREADY_THERE),
                        From::Process => {}
                    }
                    // With the lock held: the number is that of the command until it was waited for.
                    if let Some(child) = state.lock().unwrap_or_else(PoisonError::into_inner).child {
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

    /// Who sent a signal.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum From {
        Terminal,
        Process,
    }

    /// Where Linux says what signals come, and who sent them.
    #[cfg(target_os = "linux")]
    mod source {
        use nix::errno::Errno;
        use nix::sys::signal::{SigSet, Signal};
        use nix::sys::signalfd::{SfdFlags, SignalFd};

        use super::From;

        /// `si_code` of what the kernel itself sent (sigaction(2)); of these signals only terminals are such senders.
        const SI_KERNEL: i32 = 0x80;

        pub(super) struct Source(Option<SignalFd>);

        impl Source {
            pub(super) fn new(set: SigSet) -> Source {
                Source(SignalFd::with_flags(&set, SfdFlags::SFD_CLOEXEC).ok())
            }

            /// Waits for the next signal; `None` where that cannot be done.
            pub(super) fn next(&mut self) -> Option<(Signal, From)> {
                loop {
                    match self.0.as_ref()?.read_signal() {
                        Ok(Some(info)) => {
                            let signal = i32::try_from(info.ssi_signo).ok()?;
                            let from =
                                if info.ssi_code == SI_KERNEL { From::Terminal } else { From::Process };
                            return Some((Signal::try_from(signal).ok()?, from));
                        }
                        Ok(None) | Err(Errno::EINTR) => {}
                        Err(_) => return None,
                    }
                }
            }
        }
    }

    /// Other systems do not say who sent a signal: keys are taken for the sender while this program is in the foreground.
    #[cfg(not(target_os = "linux"))]
    mod source {
        use nix::sys::signal::{SigSet, Signal};
        use nix::unistd::{getpgrp, tcgetpgrp};

        use super::From;

        pub(super) struct Source(SigSet);

        impl Source {
            pub(super) fn new(set: SigSet) -> Source {
                Source(set)
            }

            /// Waits for the next signal; `None` where that cannot be done.
            pub(super) fn next(&mut self) -> Option<(Signal, From)> {
                let signal = self.0.wait().ok()?;
                let key = matches!(signal, Signal::SIGINT | Signal::SIGQUIT)
                    && std::fs::File::open("/dev/tty").is_ok_and(|tty| tcgetpgrp(tty) == Ok(getpgrp()));
                Some((signal, if key { From::Terminal } else { From::Process }))
            }
        }
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
        pub(crate) fn hand_to(&self, _: u32, _: Vec<super::super::terminal::Terminal>) {}
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
