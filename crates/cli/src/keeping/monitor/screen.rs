//! The screen: entered, painted, and left as it was, whatever ends the program.

use std::io;
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{self, Event, KeyEventKind};

use super::inks::Inks;
use super::paint::paint;
use super::plain;
use super::reader::Reader;
use super::state::{Monitor, Reaction};
use crate::alerting::RunAlerts;
use crate::args::MonitorArgs;
use crate::failure::Failure;
use crate::output::{self, print};
use crate::stored::{Address, now};
use crate::terminal::Terminal;

/// How long keys are waited for before anything else is looked at.
const BEAT: Duration = Duration::from_millis(100);
/// Times of what is running are painted anew so often.
const SECOND: Duration = Duration::from_secs(1);

/// Shows the runs until the user quits. If one run was asked for, also until it has finished; its last state is then printed,
/// so that it stays in the terminal.
pub(super) fn run(args: &MonitorArgs, address: &Address) -> Result<(), Failure> {
    let interval = Duration::from_nanos(args.interval.0.unsigned_abs());
    let (reader, first) = Reader::start(address, args.run(), interval)?;
    let mut monitor = Monitor::new(address.shown(), first);
    let inks = Inks::of(Terminal::of_stdout());
    // What is said about the store meanwhile comes when the screen is left.
    output::hold_complaints();
    let ended = watch(&mut monitor, &reader, inks, args.run().is_some());
    output::release_complaints();
    let reaction = ended.map_err(|source| Failure::Write { path: "the terminal".into(), source })?;
    match (reaction, monitor.state(), monitor.run()) {
        (End::Finished, Some(state), Some(run)) => {
            let alerts = RunAlerts::read(address, &state.id);
            print(&plain::page(state, run, alerts.as_ref(), Terminal::of_stdout()))?;
            plain::report(args, address, &state.id)
        }
        #[cfg(unix)]
        (End::Signal(signal), ..) => {
            // Ends as it would have without a handler, so that whoever started it sees why.
            let _ = signal_hook::low_level::emulate_default_handler(signal);
            Ok(())
        }
        _ => Ok(()),
    }
}

enum End {
    Quit,
    Finished,
    #[cfg(unix)]
    Signal(i32),
}

/// The screen while it is taken; dropping it gives it back. A panic does too, by a hook that prints the message afterwards.
struct Screen(ratatui::DefaultTerminal);

impl Screen {
    fn take() -> io::Result<Screen> {
        ratatui::try_init().map(Screen)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.0.show_cursor();
        let _ = ratatui::try_restore();
    }
}

fn watch(monitor: &mut Monitor, reader: &Reader, inks: Inks, is_one: bool) -> io::Result<End> {
    #[cfg(unix)]
    let signals = signals::Caught::new()?;
    let mut screen = Screen::take()?;
    let mut painted: Option<Instant> = None;
    loop {
        for reading in reader.take() {
            monitor.take(reading);
            painted = None;
        }
        #[cfg(unix)]
        if let Some(signal) = signals.first() {
            return Ok(End::Signal(signal));
        }
        if painted.is_none_or(|at| at.elapsed() >= SECOND) {
            screen.0.draw(|frame| paint(frame, monitor, now(), inks))?;
            painted = Some(Instant::now());
        }
        if is_one && !monitor.is_paused && monitor.state().is_some_and(|state| !state.is_active()) {
            return Ok(End::Finished);
        }
        if !event::poll(BEAT)? {
            continue;
        }
        painted = None;
        let Event::Key(key) = event::read()? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        match monitor.press(key) {
            Reaction::Paint => {}
            Reaction::Read(run) => reader.choose(Some(run)),
            Reaction::Quit => return Ok(End::Quit),
            #[cfg(unix)]
            Reaction::Interrupt => return Ok(End::Signal(signal_hook::consts::SIGINT)),
            #[cfg(not(unix))]
            Reaction::Interrupt => return Ok(End::Quit),
            #[cfg(unix)]
            Reaction::Suspend => {
                drop(screen);
                nix::sys::signal::raise(nix::sys::signal::Signal::SIGTSTP)?;
                screen = Screen::take()?;
            }
            #[cfg(not(unix))]
            Reaction::Suspend => {}
        }
    }
}

#[cfg(unix)]
mod signals {
    //! Signals that end the program, noted so that the screen is left first.

    use std::io::{self, IsTerminal as _};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::flag;

    /// So often it is looked whether the program should be gone.
    const LOOK: Duration = Duration::from_millis(500);

    #[derive(Clone)]
    pub(super) struct Caught(Vec<(i32, Arc<AtomicBool>)>);

    impl Caught {
        pub(super) fn new() -> io::Result<Caught> {
            let mut all = Vec::new();
            for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
                let caught = Arc::new(AtomicBool::new(false));
                flag::register(signal, Arc::clone(&caught))?;
                all.push((signal, caught));
            }
            let caught = Caught(all);
            let watched = caught.clone();
            std::thread::Builder::new().name("signals".to_owned()).spawn(move || watched.see_to_it())?;
            Ok(caught)
        }

        /// Ends the program if a signal has not ended it, or if its terminal is gone: whoever waits for keys of such a terminal
        /// may wait for ever.
        fn see_to_it(&self) {
            loop {
                let before = self.first();
                std::thread::sleep(LOOK);
                let is_gone = !io::stdin().is_terminal();
                if let Some(signal) = before.or(is_gone.then_some(SIGHUP)) {
                    let _ = ratatui::try_restore();
                    let _ = signal_hook::low_level::emulate_default_handler(signal);
                    // An ignored hang-up ends nothing, but without a terminal there is nothing left to do.
                    std::process::exit(128 + signal);
                }
            }
        }

        pub(super) fn first(&self) -> Option<i32> {
            self.0.iter().find(|(_, caught)| caught.load(Ordering::Relaxed)).map(|(signal, _)| *signal)
        }
    }
}
