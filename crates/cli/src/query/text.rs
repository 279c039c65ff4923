//! The answer for people: the columns of the table of tasks, as wide as the terminal.

use makespan_analysis::query::Query;
use makespan_model::TaskId;
use makespan_scene::{Role, count, glyph_char};
use makespan_views::tasks;
use makespan_views::{Align, Look, status_role};

use super::answer::Answer;
use crate::output::clean;
use crate::terminal::{Terminal, clipped, columns, fitted, right};

/// What parts columns.
const GAP: &str = "  ";
/// No column is made narrower than that.
const NARROW: usize = 8;

/// One line on what was asked, then one line a task.
pub(super) fn table(query: &Query, answer: &Answer, terminal: Terminal) -> String {
    let run = answer.facts.run();
    let counts = format!("{} of {} tasks", count(answer.tasks.len() as u64), count(run.task_count() as u64));
    let asked = if query.is_empty() { String::new() } else { format!(": {query}") };
    let head = clipped(&clean(&format!("{}  {counts}{asked}", run.title())), terminal.width);
    if answer.tasks.is_empty() {
        return head + "\n";
    }
    let about = tasks::columns();
    let wait = &answer.facts.waiting().wait;
    let rows: Vec<Vec<String>> = answer.tasks.iter().map(|t| row(answer, wait, *t)).collect();
    let widest =
        |i: usize| rows.iter().map(|r| columns(&r[i])).max().unwrap_or(0).max(columns(&about[i].title));
    let is_text: Vec<bool> = about.iter().map(|c| c.align == Align::Left).collect();
    let widths = narrowed((0..about.len()).map(widest).collect(), &is_text, terminal.width);
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let set = |(i, text): (usize, &str)| {
            if is_text[i] { fitted(text, widths[i]) } else { right(text, widths[i]) }
        };
        let cells: Vec<String> = cells.enumerate().map(set).collect();
        cells.join(GAP).trim_end().to_owned()
    };
    let mut out = format!("{head}\n\n");
    let titles = line(&mut about.iter().map(|c| c.title.as_ref()));
    out.push_str(&format!("{GAP}{}\n", terminal.paint(Role::TextMuted, &titles)));
    for row in &rows {
        out.push_str(&format!("{GAP}{}\n", line(&mut row.iter().map(String::as_str))));
    }
    out
}

/// The cells of a task, as the app shows them.
fn row(answer: &Answer, wait: &[i64], task: TaskId) -> Vec<String> {
    let run = answer.facts.run();
    let mut cells: Vec<String> =
        tasks::row(run, wait, task, &Look::PLAIN).iter().map(|c| clean(&c.text)).collect();
    let sign = glyph_char(status_role(run.tasks.status[task.index()]));
    if let Some(status) = cells.first_mut() {
        status.insert_str(0, &format!("{sign} "));
    }
    cells
}

/// The widths, with those of texts taken back, the widest first, until a line fits into `room` or all are narrow.
fn narrowed(mut widths: Vec<usize>, is_text: &[bool], room: usize) -> Vec<usize> {
    let gaps = GAP.len() * widths.len();
    let mut excess = (widths.iter().sum::<usize>() + gaps).saturating_sub(room);
    // The first column is the status, which says less when it is cut than any other.
    let mut texts: Vec<usize> = (1..widths.len()).filter(|i| is_text[*i]).collect();
    while excess > 0 {
        texts.sort_by_key(|i| std::cmp::Reverse(widths[*i]));
        let Some(&first) = texts.first().filter(|i| widths[**i] > NARROW) else { break };
        let next = texts.get(1).map_or(0, |i| widths[*i]).clamp(NARROW, widths[first] - 1);
        let taken = (widths[first] - next).min(excess);
        widths[first] -= taken;
        excess -= taken;
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_texts_are_narrowed_first() {
        let is_text = [true, true, true, false];
        assert_eq!(narrowed(vec![10, 30, 20, 5], &is_text, 80), [10, 30, 20, 5]);
        assert_eq!(narrowed(vec![10, 30, 20, 5], &is_text, 63), [10, 20, 20, 5]);
        assert_eq!(narrowed(vec![10, 30, 20, 5], &is_text, 53), [10, 15, 15, 5]);
        assert_eq!(narrowed(vec![10, 30, 20, 50], &is_text, 20), [10, NARROW, NARROW, 50]);
        assert_eq!(narrowed(vec![10, 4, 4, 50], &is_text, 20), [10, 4, 4, 50]);
    }
}
