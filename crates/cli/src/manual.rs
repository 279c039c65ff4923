//! `makespan completions` and `makespan man`: both are made from the definitions of the verbs.

use std::fs;
use std::path::PathBuf;

use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::args::{Args, CompletionsArgs, ManArgs};
use crate::failure::Failure;
use crate::output::print_data;

/// Prints the completion script of a shell.
///
/// # Errors
///
/// Fails when standard output cannot be written.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "makespan", &mut script);
    print_data(&script)
}

/// Prints one manual page, or writes all of them.
///
/// # Errors
///
/// Fails when the verb does not exist, or the folder or standard output cannot be written.
pub(crate) fn man(args: &ManArgs) -> Result<(), Failure> {
    let mut command = Args::command();
    if let Some(folder) = &args.output {
        let failure = |source| Failure::Write { path: folder.clone(), source };
        fs::create_dir_all(folder).map_err(failure)?;
        return clap_mangen::generate_to(command, folder).map_err(failure);
    }
    command.build();
    let mut chosen = &command;
    for verb in &args.verb {
        chosen = chosen.find_subcommand(verb).ok_or_else(|| {
            Failure::Usage(format!("unknown verb {verb}; `makespan --help` lists all verbs"))
        })?;
    }
    let mut page = Vec::new();
    Man::new(chosen.clone())
        .render(&mut page)
        .map_err(|source| Failure::Write { path: PathBuf::from("the manual page"), source })?;
    print_data(&page)
}
