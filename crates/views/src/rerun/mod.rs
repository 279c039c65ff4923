//! The engine's own command that runs again what failed, what is selected or what is in focus. Only what the run records
//! goes into it; where something is missing that a command cannot do without, there is none.

mod again;
mod ci;
mod files;
mod services;
mod shell;

use makespan_model::Run;

pub use again::{Again, Command};

use crate::section::{Block, Section};

/// The commands of the engine that recorded the run; none where it is unknown, has no such command, or where the run
/// does not record what the command needs. The narrowest first. O(n).
pub fn commands(run: &Run, again: &Again) -> Vec<Command> {
    let source = run.text(run.source);
    // The name, perhaps followed by a version.
    let engine = source.split_once(' ').map_or(source, |parts| parts.0);
    let made = match (engine, source) {
        ("dbt", _) => files::dbt(run, again),
        ("Nextflow", _) => files::nextflow(run),
        ("Snakemake", _) => files::snakemake(run, again),
        ("Airflow", _) => services::airflow(run, again),
        (_, "Argo Workflows") => services::argo(run, again),
        ("Prefect", _) => services::prefect(run),
        ("Tekton", _) => services::tekton(run),
        (_, "GitHub Actions") => ci::github(run, again),
        (_, "GitLab CI") => ci::gitlab(run, again),
        _ => Vec::new(),
    };
    made.into_iter().flatten().collect()
}

/// The same as a section.
pub fn rerun(run: &Run, again: &Again) -> Option<Section> {
    let blocks = blocks(run, again);
    (!blocks.is_empty()).then(|| Section::new("rerun", "Run again", blocks))
}

/// The same as blocks: each command under what it runs.
pub(crate) fn blocks(run: &Run, again: &Again) -> Vec<Block> {
    let of = |command: Command| [Block::Note(command.about), Block::Command(command.text)];
    commands(run, again).into_iter().flat_map(of).collect()
}

/// The commands above, each after a comment that says what it runs, to paste into a shell.
pub fn script(run: &Run, again: &Again) -> Option<String> {
    let lines: Vec<String> =
        commands(run, again).into_iter().map(|c| format!("# {}\n{}\n", c.about, c.text)).collect();
    (!lines.is_empty()).then(|| lines.concat())
}

#[cfg(test)]
mod tests;
