//! The built app within the program.

use makespan_report::Assets;

include!(concat!(env!("OUT_DIR"), "/dist.rs"));

/// The bytes of a file of the app, by its exact name.
pub(crate) fn file(name: &str) -> Option<&'static [u8]> {
    FILES.binary_search_by_key(&name, |(n, _)| n).ok().map(|i| FILES[i].1)
}

/// Every file of the app, with its name.
pub(crate) fn files() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    FILES.iter().copied()
}

/// Files that only reports use.
const OF_REPORTS: [&str; 3] = ["report.js", "report.pack", "unpack_bg.wasm"];

/// The files that the hosted app consists of.
pub(crate) fn hosted() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    files().filter(|(name, _)| !OF_REPORTS.contains(name))
}

/// Returns whether the program contains an app.
pub(crate) fn is_there() -> bool {
    file("index.html").is_some()
}

/// Returns the files of the app that a report needs.
pub(crate) fn assets() -> Option<Assets<'static>> {
    let text = |name| std::str::from_utf8(file(name)?).ok();
    Some(Assets {
        script: text(OF_REPORTS[0])?,
        programs: text(OF_REPORTS[1])?,
        unpacker: file(OF_REPORTS[2])?,
        css: text("style.css")?,
    })
}

/// The message if there is no app.
pub(crate) const MISSING: &str =
    "this makespan was built without the app: run `cargo xtask build`, then build the program again";
