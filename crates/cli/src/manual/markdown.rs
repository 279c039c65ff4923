//! A verb as a page in Markdown, from the definitions that its help is made from.

use clap::{Arg, Command};

/// Renders the page of a command: what it does, how it is called, its options, examples and exit codes. Verbs below it
/// follow as sections; those of the program itself have pages of their own, to which it links.
pub(super) fn page(command: &Command, path: &str) -> String {
    let mut out = String::new();
    section(&mut out, command, path, 1);
    out.truncate(out.trim_end().len());
    out + "\n"
}

/// The name of the file of a page.
pub(super) fn file_name(path: &str) -> String {
    path.replace(' ', "-") + ".md"
}

/// The verbs below a command that people see.
pub(super) fn verbs(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|verb| !verb.is_hide_set() && verb.get_name() != "help")
}

fn section(out: &mut String, command: &Command, path: &str, level: usize) {
    let heading = "#".repeat(level);
    out.push_str(&format!("{heading} {path}\n\n"));
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    prose(out, &about, level);
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim();
    out.push_str(&format!("```\n{usage}\n```\n\n"));
    let arguments = |is_positional: bool| {
        let shown = move |argument: &&Arg| {
            let own = !matches!(argument.get_id().as_str(), "help" | "version");
            own && !argument.is_hide_set() && argument.is_positional() == is_positional
        };
        command.get_arguments().filter(shown)
    };
    for (title, is_positional) in [("Arguments", true), ("Options", false)] {
        let mut items = arguments(is_positional).map(item).peekable();
        if items.peek().is_some() {
            out.push_str(&format!("{heading}# {title}\n\n"));
            items.for_each(|text| out.push_str(&text));
            out.push('\n');
        }
    }
    let after = command.get_after_long_help().or(command.get_after_help());
    prose(out, &after.map(ToString::to_string).unwrap_or_default(), level);
    let is_program = level == 1 && !path.contains(' ');
    if is_program {
        out.push_str("## Verbs\n\n");
    }
    for verb in verbs(command) {
        let path = format!("{path} {}", verb.get_name());
        if is_program {
            let about = verb.get_about().map(ToString::to_string).unwrap_or_default();
            out.push_str(&format!("- [`{path}`]({}): {}\n", file_name(&path), escaped(&about)));
        } else {
            section(out, verb, &path, level + 1);
        }
    }
}

/// An argument as an item of a list.
fn item(argument: &Arg) -> String {
    let names: Vec<&str> =
        argument.get_value_names().unwrap_or_default().iter().map(clap::builder::Str::as_str).collect();
    let takes = argument.get_action().takes_values();
    let value = names.join(" ");
    let mut calls = Vec::new();
    if argument.is_positional() {
        calls.push(value.clone());
    }
    calls.extend(argument.get_short().map(|short| format!("-{short}")));
    calls.extend(argument.get_long().map(|long| format!("--{long}")));
    if takes
        && !argument.is_positional()
        && let Some(last) = calls.last_mut()
    {
        *last += &format!(" {value}");
    }
    let calls: Vec<String> = calls.iter().map(|call| format!("`{}`", call.trim())).collect();
    let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut text = format!("- {}: {}", calls.join(", "), indented(&escaped(help.trim())));
    let defaults: Vec<String> =
        argument.get_default_values().iter().map(|v| format!("`{}`", v.to_string_lossy())).collect();
    if takes && !defaults.is_empty() && !argument.is_hide_default_value_set() {
        text.push_str(&format!(" (default: {})", defaults.join(", ")));
    }
    text.push('\n');
    if takes && !argument.is_hide_possible_values_set() {
        for value in argument.get_possible_values().iter().filter(|value| !value.is_hide_set()) {
            let meaning = value.get_help().map(|help| format!(": {}", escaped(&help.to_string())));
            text.push_str(&format!("  - `{}`{}\n", value.get_name(), meaning.unwrap_or_default()));
        }
    }
    text
}

/// Text of a help page: what is indented is a block of code, and a line above it that ends with a colon is its title.
fn prose(out: &mut String, text: &str, level: usize) {
    let mut lines = text.trim_end().lines().peekable();
    while let Some(line) = lines.next() {
        let is_code = |line: &str| line.starts_with("  ");
        if is_code(line) {
            out.push_str(&format!("```\n{}\n", &line[2..]));
            while let Some(next) = lines.next_if(|next| is_code(next)) {
                out.push_str(&format!("{}\n", &next[2..]));
            }
            out.push_str("```\n\n");
        } else if let Some(title) =
            line.strip_suffix(':').filter(|_| lines.peek().is_some_and(|next| is_code(next)))
        {
            out.push_str(&format!("{}# {title}\n\n", "#".repeat(level)));
        } else if !line.trim().is_empty() {
            out.push_str(&escaped(line.trim()));
            while let Some(next) = lines.next_if(|next| !next.trim().is_empty() && !is_code(next)) {
                out.push(' ');
                out.push_str(&escaped(next.trim()));
            }
            out.push_str("\n\n");
        }
    }
}

/// Later paragraphs of an item belong to it.
fn indented(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join("\n  ")
}

/// The text without what Markdown takes for markup, but for code between backticks.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for (place, part) in text.split('`').enumerate() {
        if place > 0 {
            out.push('`');
        }
        for c in part.chars() {
            if place % 2 == 0 && matches!(c, '<' | '*' | '_' | '[' | '\\') {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use clap::{Arg, ArgAction, Command};

    use super::*;

    #[test]
    fn a_page_has_every_argument_and_the_examples_as_code() {
        let command = Command::new("cook")
            .about("Cook <one> dish")
            .arg(Arg::new("dish").value_name("DISH").required(true).help("What to cook"))
            .arg(
                Arg::new("heat")
                    .short('x')
                    .long("heat")
                    .value_name("N")
                    .default_value("2")
                    .help("Heat, as in `a*b`"),
            )
            .arg(Arg::new("secret").long("secret").hide(true).action(ArgAction::SetTrue))
            .after_help("Examples:\n  cook soup\n  cook -x 3 tea\n\nExit codes: 0 it is warm.")
            .subcommand(Command::new("later").about("Cook later"));
        let expected = "# kitchen cook\n\nCook \\<one> dish\n\n```\ncook [OPTIONS] <DISH> [COMMAND]\n```\n\n## Arguments\n\n\
                        - `DISH`: What to cook\n\n## Options\n\n- `-x`, `--heat N`: Heat, as in `a*b` (default: `2`)\n\n\
                        ## Examples\n\n```\ncook soup\ncook -x 3 tea\n```\n\nExit codes: 0 it is warm.\n\n\
                        ## kitchen cook later\n\nCook later\n\n```\nlater\n```\n";
        assert_eq!(page(&command, "kitchen cook"), expected);
        let kitchen = Command::new("kitchen").about("Where one cooks").subcommand(command);
        let expected = "# kitchen\n\nWhere one cooks\n\n```\nkitchen [COMMAND]\n```\n\n## Verbs\n\n\
                        - [`kitchen cook`](kitchen-cook.md): Cook \\<one> dish\n";
        assert_eq!(page(&kitchen, "kitchen"), expected);
    }
}
