//! `makespan completions` and `makespan man`: both are made from the definitions of the verbs.

mod markdown;

use std::fs;
use std::path::PathBuf;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use crate::args::{Args, CompletionsArgs, ManArgs};
use crate::failure::Failure;
use crate::output::{print, print_data};

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
        if !args.markdown {
            return clap_mangen::generate_to(command, folder).map_err(failure);
        }
        command.build();
        let write = |command: &Command, path: &str| {
            let file = folder.join(markdown::file_name(path));
            let page = markdown::page(command, path);
            fs::write(&file, page).map_err(|source| Failure::Write { path: file, source })
        };
        write(&command, "makespan")?;
        return markdown::verbs(&command)
            .try_for_each(|verb| write(verb, &format!("makespan {}", verb.get_name())));
    }
    command.build();
    let mut chosen = &command;
    for verb in &args.verb {
        chosen = chosen.find_subcommand(verb).ok_or_else(|| {
            Failure::Usage(format!("unknown verb {verb}; `makespan --help` lists all verbs"))
        })?;
    }
    if args.markdown {
        let path = [&["makespan".to_owned()], &args.verb[..]].concat().join(" ");
        return print(&markdown::page(chosen, &path));
    }
    let mut page = Vec::new();
    Man::new(chosen.clone())
        .render(&mut page)
        .map_err(|source| Failure::Write { path: PathBuf::from("the manual page"), source })?;
    print_data(&page)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::{Path, PathBuf};

    use super::*;

    /// The words of a command up to the end of it or to what a shell does with its output. Quotes hold words together.
    fn words(text: &str) -> Vec<String> {
        let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
        for c in text.chars() {
            match quote {
                Some(open) if c == open => quote = None,
                None if matches!(c, '\'' | '"') => quote = Some(c),
                None if matches!(c, '|' | ';' | '&' | ')' | '>' | '#') => break,
                None if c.is_whitespace() => words.push(std::mem::take(&mut word)),
                // Quoted text is not an option.
                _ if word.is_empty() && quote.is_some() => word.push('\''),
                _ => word.push(c),
            }
        }
        words.push(word);
        words.retain(|word| !word.is_empty());
        words
    }

    /// What is wrong with the words after `makespan`.
    fn wrong(words: &[String]) -> Option<String> {
        let program = Args::command();
        let mut command = &program;
        for word in words {
            if word == "--" {
                return None;
            }
            let option = word.split(['=', ']', ',', '`', '…']).next().unwrap_or_default();
            if let Some(name) = option.trim_start_matches('[').strip_prefix("--") {
                let known = |command: &Command| {
                    command.get_arguments().any(|argument| argument.get_long() == Some(name))
                };
                if !name.is_empty()
                    && !known(command)
                    && !known(&program)
                    && !["help", "version"].contains(&name)
                {
                    return Some(format!("{} has no --{name}", command.get_name()));
                }
            } else if command.has_subcommands() && word.chars().all(|c| c.is_ascii_lowercase() || c == '-') {
                match command.find_subcommand(word) {
                    Some(verb) => command = verb,
                    None => return Some(format!("{} has no verb {word}", command.get_name())),
                }
            }
        }
        None
    }

    /// The commands that a page shows: lines of blocks of code (those after `$ ` where a block has any, since the others
    /// are output), and texts between backticks.
    fn commands(page: &str) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        let lines: Vec<&str> = page.lines().collect();
        let (mut fenced, mut has_prompts) = (false, false);
        for (at, line) in lines.iter().enumerate() {
            if line.starts_with("```") {
                fenced = !fenced;
                let block = lines[at + 1..].iter().take_while(|line| !line.starts_with("```"));
                has_prompts = fenced && block.into_iter().any(|line| line.starts_with("$ "));
            }
            let parts: Vec<&str> = match (fenced, has_prompts) {
                (true, true) => line.strip_prefix("$ ").into_iter().collect(),
                (true, false) => vec![line],
                (false, _) => line.split('`').skip(1).step_by(2).collect(),
            };
            for part in parts {
                let part = part.trim_start();
                let call = ["run=$(", "- run: ", ""]
                    .iter()
                    .find_map(|start| part.strip_prefix(start)?.strip_prefix("makespan "));
                // `makespan <= 10 min` is a rule about a figure.
                let call =
                    call.filter(|call| call.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-'));
                found.extend(call.map(|call| (at + 1, call.to_owned())));
            }
        }
        found
    }

    fn pages() -> Vec<PathBuf> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut open = vec![root.join("docs")];
        let mut found = vec![root.join("README.md")];
        while let Some(folder) = open.pop() {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    open.push(path);
                } else if path.extension().is_some_and(|end| end == "md") {
                    found.push(path);
                }
            }
        }
        found
    }

    #[test]
    fn every_command_in_the_documents_has_verbs_and_options_that_exist() {
        let mut breaches = Vec::new();
        let mut count = 0;
        for path in pages() {
            for (number, call) in commands(&fs::read_to_string(&path).unwrap()) {
                count += 1;
                let why =
                    wrong(&words(&call)).map(|why| format!("{}:{number}: {why}: {call}", path.display()));
                breaches.extend(why);
            }
        }
        assert!(count > 100, "{count} commands");
        assert!(breaches.is_empty(), "{}", breaches.join("\n"));
    }

    #[test]
    fn a_wrong_verb_or_option_in_a_document_is_found() {
        let check = |call: &str| wrong(&words(call));
        assert_eq!(check("summary a.jsonl --json | jq"), None);
        assert_eq!(check("run --name 'a --b' -- make --fast"), None);
        assert_eq!(check("summary a.jsonl --jsno"), Some("summary has no --jsno".to_owned()));
        assert_eq!(check("sumary a.jsonl"), Some("makespan has no verb sumary".to_owned()));
        assert_eq!(check("step strat run"), Some("step has no verb strat".to_owned()));
    }
}
