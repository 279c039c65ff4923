//! `makespan site`: runs as a folder of static pages.

mod folder;
mod list;

use std::io::Write as _;

use makespan_report::site::{self, APP_FOLDER, SiteFolder as _, SiteOptions, is_file_of_site};
use makespan_scene::{count, counted};

use crate::args::{Input, SiteArgs};
use crate::config::Config;
use crate::dist;
use crate::export::runs_of;
use crate::failure::Failure;
use crate::output::{clean, print};
use folder::Folder;

/// Writes the site, and removes pages of runs that are gone.
pub(crate) fn run(args: &SiteArgs, config: &Config) -> Result<(), Failure> {
    let input = Input { files: args.files.clone(), zone: args.zone.clone(), unit: args.unit, map: None };
    let runs = runs_of(&input, config)?;
    let mut folder = Folder::open(&args.output)?;
    let app = dist::file("index.html").and_then(|page| std::str::from_utf8(page).ok());
    for (name, bytes) in dist::hosted() {
        let path = format!("{APP_FOLDER}/{name}");
        if app.is_some() && is_file_of_site(&path) {
            let hash = folder::hash(bytes);
            if !folder.keeps(&path, &hash) {
                folder.put(&path, &hash, bytes)?;
            }
        }
    }
    let options = SiteOptions { title: args.title.clone(), redact: !args.no_redact };
    let made = site::site(&runs, app, &options, &mut folder)?;
    let done = folder.finish()?;
    let mut notes = Vec::new();
    if app.is_none() {
        notes.push(format!("the site contains only the parts that need no scripts: {}", dist::MISSING));
    }
    if made.redacted.total() > 0 {
        notes.push(format!("{}; --no-redact keeps them", made.redacted.sentence()));
    }
    for path in &done.changed_since {
        notes.push(format!("{path} was changed since it was written, and is kept"));
    }
    for note in notes {
        let _ = writeln!(std::io::stderr(), "makespan: {}", clean(&note));
    }
    print(&format!(
        "{}: {} of {}; {} written, {} unchanged, {} removed\n",
        clean(&args.output.join("index.html").to_string_lossy()),
        counted(made.runs, "run"),
        counted(made.workflows, "workflow"),
        counted(done.written, "file"),
        count(done.unchanged as u64),
        count(done.removed as u64),
    ))
}
