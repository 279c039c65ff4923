//! Foreign text, made fit for a terminal.

use std::borrow::Cow;

use makespan_scene::visible;

/// The longest foreign text in a line for people, in characters.
const SHOWN: usize = 300;

/// Foreign text for a terminal: hidden characters (escape sequences, direction overrides) as visible escapes, and not
/// endlessly long.
pub(crate) fn clean(text: &str) -> String {
    let text = without_marks(visible(text), "\\u{23}");
    match text.char_indices().nth(SHOWN) {
        None => text.into_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}

/// Foreign text of several lines for a terminal: as [`clean`] does, but for its line breaks and its length.
pub(crate) fn inert(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(|line| defused(&visible(line)).into_owned()).collect();
    lines.join("\n")
}

/// A message of several lines that may quote arguments: a line break within an argument does not begin a line.
pub(crate) fn quoting(message: &str, arguments: impl Iterator<Item = String>) -> String {
    let mut message = message.to_owned();
    for argument in arguments {
        let value = argument.split_once('=').map(|(_, value)| value);
        for quoted in [Some(argument.as_str()), value].into_iter().flatten() {
            let shown = visible(quoted);
            if shown != quoted {
                message = message.replace(quoted, &shown);
            }
        }
    }
    inert(&message)
}

/// A line that services which run builds take for nothing but text. In the log of a build, GitHub obeys lines that begin
/// with `::`, and Azure Pipelines, GitHub and TeamCity obey `##vso[`, `##[` and `##teamcity[` anywhere in a line.
pub(crate) fn defused(line: &str) -> Cow<'_, str> {
    let line = without_marks(Cow::Borrowed(line), "\\u{23}");
    let text = line.trim_start();
    if !text.starts_with("::") {
        return line;
    }
    let at = line.len() - text.len();
    Cow::Owned(format!("{}\\u{{3a}}{}", &line[..at], &line[at + 1..]))
}

/// The text with the second `#` of each `##name[` written in another way.
fn without_marks<'t>(text: Cow<'t, str>, hash: &str) -> Cow<'t, str> {
    let is_mark = |rest: &str| rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).starts_with('[');
    if !text.match_indices("##").any(|(at, _)| is_mark(text[at + 1..].trim_start_matches('#'))) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = &*text;
    while let Some(at) = rest.find("##") {
        let (before, behind) = rest.split_at(at + 1);
        out.push_str(before);
        rest = behind;
        let next = &rest[1..];
        if is_mark(next) {
            out.push_str(hash);
            rest = next;
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The same of JSON ([`makespan_server::documents::inert_json`]), in which what services take for a command is written in
/// another way as well.
pub(crate) fn inert_json(json: &str) -> String {
    without_marks(Cow::Owned(makespan_server::documents::inert_json(json)), "\\u0023").into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn arguments_quoted_in_a_message_begin_no_line() {
        let arguments = ["--from=\n::add-mask::x", "a\u{202e}b"].map(str::to_owned);
        let message = "error: invalid value '\n::add-mask::x'\n  tip: a\u{202e}b";
        let shown = quoting(message, arguments.into_iter());
        assert_eq!(shown, "error: invalid value '\\n::add-mask::x'\n  tip: a\\u{202e}b");
        assert_eq!(quoting("a\nb", std::iter::empty()), "a\nb");
    }

    #[test]
    fn ci_services_find_no_commands_in_foreign_text() {
        for (text, shown) in [
            ("::error::x", "\\u{3a}:error::x"),
            ("  ::add-mask::x", "  \\u{3a}:add-mask::x"),
            ("a ##vso[task.setvariable x]", "a #\\u{23}vso[task.setvariable x]"),
            ("###[error]##[group]", "##\\u{23}[error]#\\u{23}[group]"),
            ("##TeamCity[x", "#\\u{23}TeamCity[x"),
            ("a::b ## heading [x] #[y]", "a::b ## heading [x] #[y]"),
        ] {
            assert_eq!(defused(text), shown);
        }
        assert_eq!(inert("a\n::error::\n"), "a\n\\u{3a}:error::\n");
        assert_eq!(clean("##vso[x]"), "#\\u{23}vso[x]");
        let json = inert_json("{\"name\":\"##vso[x]\"}");
        assert!(!json.contains("##"));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap()["name"], "##vso[x]");
    }

    #[test]
    fn terminals_find_no_commands_in_foreign_text() {
        assert_eq!(clean("a\u{1b}]52;c;x\u{7}\u{202e}"), "a\\u{1b}]52;c;x\\u{7}\\u{202e}");
        assert_eq!(clean(&"x".repeat(1000)).chars().count(), SHOWN + 1);
        let json = serde_json::to_string_pretty(&["\u{9b}2J", "\u{202e}\u{e0001}", "plain ü\n"]).unwrap();
        let inert = inert_json(&json);
        assert!(!inert.contains(['\u{9b}', '\u{202e}', '\u{e0001}']));
        let (before, after): (Vec<String>, Vec<String>) =
            (serde_json::from_str(&json).unwrap(), serde_json::from_str(&inert).unwrap());
        assert_eq!(before, after);
    }
}
