//! What holds for the help of every verb.

use clap::{Command, CommandFactory as _};

use super::Args;

/// What help must not hold; the same list as for all text that people read.
const BANNED: &str = include_str!("../../../../tests/tidy/banned.txt");

/// The command and every verb below it, each with its whole name.
fn all(command: &Command, name: &str, found: &mut Vec<(String, Command)>) {
    found.push((name.to_owned(), command.clone()));
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
        all(verb, &format!("{name} {}", verb.get_name()), found);
    }
}

fn commands() -> Vec<(String, Command)> {
    let mut found = Vec::new();
    let mut command = Args::command();
    command.build();
    all(&command, "makespan", &mut found);
    found
}

/// Whether it reads as a line of help: a capital first, no full stop last.
fn is_a_line(text: &str) -> bool {
    text.starts_with(|c: char| !c.is_lowercase()) && !text.ends_with('.') && !text.is_empty()
}

#[test]
fn every_verb_has_a_short_help_and_an_example() {
    for (name, command) in commands() {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        assert!(is_a_line(&about) && about.len() < 80, "{name}: {about:?}");
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        assert!(after.contains("Example") && after.contains(&name), "{name} has no example: {after:?}");
    }
}

#[test]
fn every_flag_and_argument_has_help() {
    for (name, command) in commands() {
        for argument in command.get_arguments() {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(is_a_line(&help), "{name} {}: {help:?}", argument.get_id());
        }
    }
}

#[test]
fn no_help_text_has_a_banned_phrase() {
    for (name, mut command) in commands() {
        let help = command.render_long_help().to_string().to_lowercase();
        let words: Vec<&str> = help.split_whitespace().collect();
        let plain = ["there is no", "there are no", "no longer"];
        let help = plain.iter().fold(format!(" {} ", words.join(" ")), |text, plain| text.replace(plain, ""));
        for phrase in BANNED.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            assert!(!help.contains(phrase), "{name}: {phrase:?} in {help}");
        }
    }
}
