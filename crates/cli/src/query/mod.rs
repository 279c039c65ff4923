//! `makespan query`: which tasks of the runs an expression means.

mod answer;

use std::io::Write as _;
use std::path::PathBuf;

use makespan_analysis::Facts;
use makespan_analysis::query::{Query, QueryContext, QueryError};
use makespan_import::Zone as _;
use makespan_model::{Run, TaskId};
use makespan_scene::{count, counted, visible};
use makespan_server::documents;
use makespan_views::Look;
use makespan_views::tasks::{self, Sort, order};

use answer::Answer;

use crate::args::{Input, QueryArgs};
use crate::config::Config;
use crate::failure::Failure;
use crate::load::load;
use crate::output::{clean, inert_json, print, print_foreign};
use crate::page::line;
use crate::terminal::{Terminal, clipped, columns};
use crate::zone::NamedZone;

/// The most columns of an expression that are shown with what is wrong with it.
const SHOWN: usize = 76;

/// Prints the tasks that an expression means, for people or for programs.
pub(crate) fn run(args: &QueryArgs, config: &Config) -> Result<(), Failure> {
    let zone = &config.zone(args.zone.as_ref())?;
    let words = args.words.split_last().filter(|(_, files)| !files.is_empty());
    let (expression, files) = words.ok_or(Failure::NoExpression)?;
    let expression = expression.to_string_lossy();
    let wrong = |error: &QueryError| Failure::Query(marked(&expression, error));
    // Before anything is read: a wrong expression is reported at once.
    let query = Query::parse(&expression).map_err(|error| wrong(&error))?;
    let mut runs = load(
        &Input {
            files: files.iter().map(PathBuf::from).collect(),
            zone: args.zone.clone(),
            unit: args.unit,
            map: args.map.clone(),
        },
        config,
    )?;
    if let Some(number) = args.run {
        let count = runs.len();
        let place = number.checked_sub(1).filter(|at| *at < count);
        runs = vec![runs.swap_remove(place.ok_or(Failure::NoSuchRun { number, count })?)];
    }
    let mut answers = Vec::new();
    let mut errors = Vec::new();
    for loaded in runs {
        let facts = Facts::new(loaded.run);
        let context = QueryContext { utc_offset: utc_offset(facts.run(), zone) };
        match query.mask(&facts, context) {
            Ok(mask) => {
                let found = order(&facts, Some(&mask), &Sort::default());
                answers.push(Answer { facts, tasks: found.into_iter().map(TaskId).collect() });
            }
            Err(error) => errors.push((facts.run().title().to_owned(), error)),
        }
    }
    match errors.first() {
        // Runs of several engines record different metrics: those that know this one answer.
        Some(_) if !answers.is_empty() => {
            for (title, error) in &errors {
                let text = format!("{title} is left out: {error}");
                let _ = writeln!(std::io::stderr(), "makespan: warning: {}", clean(&text));
            }
        }
        Some((_, error)) => return Err(wrong(error)),
        None => {}
    }
    if args.ids {
        let ids = answers.iter().flat_map(|a| a.tasks.iter().map(|t| a.facts.run().task_id(*t)));
        return print_foreign(&ids.flat_map(|id| [id, "\n"]).collect::<String>());
    }
    if args.json {
        let lines =
            answers.iter().map(|a| documents::tasks(&query, &a.facts, &a.tasks, 0..a.tasks.len()) + "\n");
        return print(&inert_json(&lines.collect::<String>()));
    }
    let terminal = Terminal::of_stdout();
    let shown: Vec<String> = answers.iter().map(|a| page(&query, a, terminal)).collect();
    print(&shown.join("\n"))
}

/// One line on what was asked, then the tasks as the app shows them.
fn page(query: &Query, answer: &Answer, terminal: Terminal) -> String {
    let run = answer.facts.run();
    let counts = format!("{} of {}", count(answer.tasks.len() as u64), counted(run.task_count(), "task"));
    let asked = if query.is_empty() { String::new() } else { format!(": {query}") };
    let head = line(&clean(&format!("{}  {counts}{asked}", run.title())), terminal);
    if answer.tasks.is_empty() {
        return head + "\n";
    }
    let places: Vec<u32> = answer.tasks.iter().map(|t| t.0).collect();
    let table = tasks::table(&answer.facts, &places, 0..places.len(), &Look::PLAIN);
    format!("{head}\n\n{}", terminal.table(&table))
}

/// Seconds east of UTC of the zone that was named, when the run began.
fn utc_offset(run: &Run, zone: &NamedZone) -> i32 {
    let start = run.extent().map_or(0, |e| e.0).div_euclid(1_000_000_000);
    // The offset depends on the clock there, and that on the offset: one correction settles all but an hour a year.
    zone.offset(start.saturating_add(i64::from(zone.offset(start))))
}

/// What is wrong, and the expression with marks under the place.
fn marked(text: &str, error: &QueryError) -> String {
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or("");
    let (before, at, after) =
        (part(0..error.at.start), part(error.at.clone()), part(error.at.end..text.len()));
    let (before, at) = (visible(before), visible(at));
    // Of a long expression what stands around the place.
    let mut left = SHOWN / 2;
    let fits = |c: &char| {
        let rest = left.checked_sub(columns(c.encode_utf8(&mut [0; 4])));
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    let kept: usize = before.chars().rev().take_while(fits).map(char::len_utf8).sum();
    let cut = if kept < before.len() { "…" } else { "" };
    let head = format!("{cut}{}", &before[before.len() - kept..]);
    let at = clipped(&at, SHOWN / 2);
    let tail =
        clipped(&visible(after), (SHOWN - columns(&head).min(SHOWN)).saturating_sub(columns(&at)).max(8));
    let marks = "^".repeat(columns(&at).max(1));
    format!("{}\n  {head}{at}{tail}\n  {}{marks}", clean(&error.to_string()), " ".repeat(columns(&head)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn shown(text: &str) -> String {
        marked(text, &Query::parse(text).unwrap_err())
    }

    #[test]
    fn marks_are_below_the_invalid_part() {
        let expected = "`10` cannot be compared with this; expected a duration such as 1m30s or 250ms or a statistic such as \
             p95\n  数据 dur>10 x\n           ^^";
        assert_eq!(shown("数据 dur>10 x"), expected);
        assert!(shown("a and").ends_with("\n  a and\n       ^"));
        let long = shown(&format!("{} dur>10 {}", "a".repeat(500), "b".repeat(500)));
        let lines: Vec<&str> = long.lines().collect();
        assert!(lines[1].starts_with("  …aaa") && lines[1].ends_with("bbb…"), "{long}");
        assert!(columns(lines[1]) <= SHOWN + 4, "{long}");
        let place = lines[2].find('^').unwrap();
        assert_eq!(lines[1].chars().skip(place).take(2).collect::<String>(), "10");
        assert!(!shown("\u{1b}[2J\u{202e} dur>1\u{9b}").contains(['\u{1b}', '\u{202e}', '\u{9b}']));
    }
}
