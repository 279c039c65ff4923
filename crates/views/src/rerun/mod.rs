//! The engine's own command that runs failed, selected or focused tasks again. It contains only what the run records;
//! if something required is missing, there is no command.

mod again;
mod ci;
mod files;
mod services;
mod shell;

use makespan_model::Run;

pub use again::{Again, Command};

use crate::section::{Block, Section};

/// Returns the commands of the engine that recorded the run, the narrowest first; none if the engine is unknown, has no
/// such command, or the run does not record what the command needs. O(n).
pub fn commands(run: &Run, again: &Again) -> Vec<Command> {
    let source = run.text(run.source);
    // The name, possibly followed by a version.
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

/// Returns the same as a section.
pub fn rerun(run: &Run, again: &Again) -> Option<Section> {
    let blocks = blocks(run, again);
    (!blocks.is_empty()).then(|| Section::new("rerun", "Run again", blocks))
}

/// Returns the same as blocks: each command below its description.
pub(crate) fn blocks(run: &Run, again: &Again) -> Vec<Block> {
    let of = |command: Command| [Block::Note(command.about), Block::Command(command.text)];
    commands(run, again).into_iter().flat_map(of).collect()
}

/// Returns the commands, each after a comment with its description, to paste into a shell.
pub fn script(run: &Run, again: &Again) -> Option<String> {
    let lines: Vec<String> =
        commands(run, again).into_iter().map(|c| format!("# {}\n{}\n", c.about, c.text)).collect();
    (!lines.is_empty()).then(|| lines.concat())
}

#[cfg(test)]
mod tests;
