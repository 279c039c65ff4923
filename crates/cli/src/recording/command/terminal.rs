//! A pseudo-terminal that stands for a terminal of the caller, so that what a command writes can be kept and the command
//! still finds a terminal: it colours its output, shows progress, and knows the width.
//!
//! Only output goes through it. The command stays in the session and the process group of the caller, with the caller's
//! terminal as its own: what is typed, Ctrl-C, Ctrl-Z and `/dev/tty` are as they would be without this program.

#[cfg(unix)]
mod unix {
    use std::fs::OpenOptions;
    use std::io::{self, Write};
    use std::os::fd::{BorrowedFd, OwnedFd};
    use std::os::unix::ffi::OsStringExt as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    use std::path::PathBuf;

    use rustix::fs::OFlags;
    use rustix::process::getpgrp;
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use rustix::termios::{
        OptionalActions, OutputModes, Termios, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr, tcsetwinsize,
    };

    /// Our side of a pseudo-terminal, and the terminal that it stands for.
    #[derive(Debug)]
    pub(crate) struct Terminal {
        ours: OwnedFd,
        callers: OwnedFd,
    }

    impl Terminal {
        /// A new one with the size and the modes of a terminal, and the end of it that the command gets. Nothing is
        /// done to the output on the way: the terminal of the caller still does that.
        pub(crate) fn like(callers: BorrowedFd<'_>) -> io::Result<(Terminal, OwnedFd)> {
            let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
            grantpt(&ours)?;
            unlockpt(&ours)?;
            let path = PathBuf::from(std::ffi::OsString::from_vec(ptsname(&ours, Vec::new())?.into_bytes()));
            let flags = i32::try_from(OFlags::NOCTTY.bits()).unwrap_or_default();
            let end: OwnedFd =
                OpenOptions::new().read(true).write(true).custom_flags(flags).open(path)?.into();
            let mut modes = tcgetattr(callers)?;
            modes.output_modes.remove(OutputModes::OPOST);
            tcsetattr(&end, OptionalActions::Now, &modes)?;
            let terminal = Terminal { ours, callers: callers.try_clone_to_owned()? };
            terminal.resize();
            Ok((terminal, end))
        }

        /// What the command writes.
        pub(crate) fn reader(&self) -> io::Result<OwnedFd> {
            self.ours.try_clone()
        }

        /// Takes the size of the terminal of the caller; whether it had another one.
        pub(crate) fn resize(&self) -> bool {
            let Ok(size) = tcgetwinsize(&self.callers) else { return false };
            let same = tcgetwinsize(&self.ours).is_ok_and(|old| {
                (old.ws_row, old.ws_col, old.ws_xpixel, old.ws_ypixel)
                    == (size.ws_row, size.ws_col, size.ws_xpixel, size.ws_ypixel)
            });
            !same && tcsetwinsize(&self.ours, size).is_ok()
        }

        /// The terminal of the caller, to be written to.
        pub(crate) fn mirrored<W: Write>(&self, to: W) -> io::Result<Mirrored<W>> {
            let terminal = Terminal { ours: self.ours.try_clone()?, callers: self.callers.try_clone()? };
            let seen = tcgetattr(&self.ours).ok();
            Ok(Mirrored { to, terminal, seen })
        }
    }

    /// Writes to the terminal of the caller, and first gives it the modes that the command has set meanwhile. Programs
    /// that take over the screen set them on their output, and would otherwise be typed to line by line, with an echo.
    pub(crate) struct Mirrored<W> {
        to: W,
        terminal: Terminal,
        seen: Option<Termios>,
    }

    impl<W> Mirrored<W> {
        fn mirror(&mut self) {
            let (Ok(mut wanted), Some(seen)) = (tcgetattr(&self.terminal.ours), &self.seen) else { return };
            if is_like(&wanted, seen) {
                return;
            }
            let callers = &self.terminal.callers;
            // From the background it would stop this program, and disturb who has the terminal.
            if tcgetpgrp(callers).is_ok_and(|group| group == getpgrp())
                && let Ok(mut modes) = tcgetattr(callers)
            {
                modes.input_modes = wanted.input_modes;
                modes.local_modes = wanted.local_modes;
                modes.special_codes = wanted.special_codes.clone();
                let own = modes.output_modes & OutputModes::OPOST;
                modes.output_modes = wanted.output_modes | own;
                let _ = tcsetattr(callers, OptionalActions::Drain, &modes);
            }
            if wanted.output_modes.contains(OutputModes::OPOST) {
                // Output is translated once, by the terminal of the caller.
                wanted.output_modes.remove(OutputModes::OPOST);
                let _ = tcsetattr(&self.terminal.ours, OptionalActions::Now, &wanted);
            }
            self.seen = Some(wanted);
        }
    }

    fn is_like(one: &Termios, other: &Termios) -> bool {
        one.input_modes == other.input_modes
            && one.local_modes == other.local_modes
            && one.output_modes == other.output_modes
    }

    impl<W: Write> Write for Mirrored<W> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.mirror();
            self.to.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            self.to.flush()
        }
    }

    /// What the command left behind when it ended is set too.
    impl<W> Drop for Mirrored<W> {
        fn drop(&mut self) {
            self.mirror();
        }
    }
}

#[cfg(unix)]
pub(super) use unix::Terminal;

/// Other systems get pipes.
#[cfg(not(unix))]
#[derive(Debug)]
pub(super) struct Terminal;
