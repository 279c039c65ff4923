//! Drives the built app in real browsers, for the tests of this folder.
//!
//! `cargo xtask test` builds the app and the program and says by the environment where everything is: `MAKESPAN_BIN`
//! (the program), `MAKESPAN_DIST` (the built app), `CHROMEDRIVER`, `CHROMIUM` and, where there is one, `FIREFOX`.
//! Without them [`Setup::from_env`] answers `None` and says how to get them, so that plain `cargo test` stays quick.
//!
//! ```text
//! let Some(setup) = Setup::from_env() else { return };
//! let app = Program::open(&setup, &[]);
//! let page = Chromium::start(&setup, View::default()).await;
//! page.goto(&app.url).await;
//! page.wait_ready().await;
//! page.drop_files(&[sample]).await;
//! page.assert_quiet().await;
//! ```
//!
//! What goes wrong panics with a sentence: in a test that is the report.
#![allow(dead_code, reason = "each test program uses a part of this")]
#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "this is test code")]

mod chromium;
pub(crate) mod cpu;
mod firefox;
mod input;
mod scripts;
mod serve;
mod spawn;

use std::path::PathBuf;

#[allow(unused_imports, reason = "each test program uses a part of this")]
pub(crate) use self::{
    chromium::{Chromium, LogEntry, View},
    firefox::Firefox,
    input::Wheel,
    serve::{Folder, Program},
    spawn::TempFolder,
};

/// Where the tests find what they drive.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// The program `makespan`.
    pub(crate) program: PathBuf,
    /// The folder with the built app.
    pub(crate) dist: PathBuf,
    /// Chromium's driver.
    pub(crate) chromedriver: PathBuf,
    /// Chromium itself.
    pub(crate) chromium: PathBuf,
    /// Firefox, where there is one.
    pub(crate) firefox: Option<PathBuf>,
}

impl Setup {
    /// Reads the environment; says what is missing and answers `None` when the test cannot run.
    pub(crate) fn from_env() -> Option<Self> {
        Some(Self { program: given("MAKESPAN_BIN")?, ..Self::without_program()? })
    }

    /// The same for what needs the page only.
    pub(crate) fn without_program() -> Option<Self> {
        Some(Self {
            program: PathBuf::new(),
            dist: given("MAKESPAN_DIST")?,
            chromedriver: given("CHROMEDRIVER")?,
            chromium: given("CHROMIUM")?,
            firefox: std::env::var_os("FIREFOX").map(PathBuf::from),
        })
    }
}

/// A path that the environment names.
fn given(name: &str) -> Option<PathBuf> {
    let value = std::env::var_os(name).map(PathBuf::from);
    if value.is_none() {
        println!("skipped: {name} is not set; `cargo xtask test` sets it");
    }
    value
}
