//! Searches the palette's text: tasks, steps, open runs, a query. One pass over the names, and a bounded answer.

use std::collections::HashSet;

use makespan_analysis::query::{Query, QueryContext};
use makespan_format::clip_chars;
use makespan_model::{Order as _, StrId, TaskId};
use makespan_scene::{counted, visible};
use makespan_views::{ViewState, exactly};

use crate::answer::{FoundItem, Leads};
use crate::picture::timeline::described;
use crate::run::OpenRun;
use crate::session::Session;

/// Maximum number of items of each kind.
const MOST: usize = 12;

/// Maximum length of a search text, characters.
const LONGEST: usize = 200;

/// The kinds of items; the first character of a text may select one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Any,
    Task,
    Run,
    Query,
}

/// Returns how well a name matches a text in lower case, 0 is best: equal, begins with it, has a word that begins with
/// it, contains it. `None` if it does not contain it.
fn fit(name: &str, text: &str) -> Option<u32> {
    if text.is_empty() {
        return Some(3);
    }
    let at = position(name, text)?;
    let is_whole = at == 0 && name.len() == text.len();
    let begins = at == 0 || !name[..at].ends_with(char::is_alphanumeric);
    Some(if is_whole { 0 } else { u32::from(at > 0) + u32::from(!begins) + 1 })
}

/// Returns the position of a text in lower case within a name, ignoring case. ASCII, as nearly all names are, is
/// compared in place.
fn position(name: &str, text: &str) -> Option<usize> {
    if name.is_ascii() {
        let (name, text) = (name.as_bytes(), text.as_bytes());
        return name.windows(text.len()).position(|part| part.eq_ignore_ascii_case(text));
    }
    let lower = name.to_lowercase();
    // Lower case may be longer or shorter, so a position is only valid if it is a boundary in the name, too.
    lower.find(text).map(|at| if name.is_char_boundary(at) { at } else { 0 })
}

/// Returns the best items: by match, then the shorter name, then their order.
fn best<T: Copy + Ord>(all: impl Iterator<Item = (T, u32, usize)>) -> Vec<T> {
    let mut kept: Vec<(u32, usize, T)> = Vec::with_capacity(MOST * 4);
    for (item, fit, length) in all {
        kept.push((fit, length, item));
        if kept.len() == MOST * 4 {
            kept.order_by(Ord::cmp);
            kept.truncate(MOST);
        }
    }
    kept.order_by(Ord::cmp);
    kept.truncate(MOST);
    kept.into_iter().map(|(_, _, item)| item).collect()
}

/// Searches a text: a leading `#` selects tasks, `@` runs, `:` a query. `None` if no run is open. O(tasks) in the
/// length of their names.
pub(crate) fn find(session: &Session, view: &ViewState, text: &str) -> Option<Vec<FoundItem>> {
    let open = session.run(view.run)?;
    let text = clip_chars(text.trim(), LONGEST);
    let (kind, text) = match text.chars().next() {
        Some('#') => (Kind::Task, text[1..].trim()),
        Some('@') => (Kind::Run, text[1..].trim()),
        Some(':') => (Kind::Query, text[1..].trim()),
        _ => (Kind::Any, text),
    };
    let lower = text.to_lowercase();
    let is = |wanted: Kind| kind == Kind::Any || kind == wanted;
    let mut out = Vec::new();
    if text.is_empty() && kind != Kind::Run {
        return Some(out);
    }
    if is(Kind::Task) {
        out.extend(tasks(open, &lower));
    }
    if kind == Kind::Any {
        out.extend(steps(open, &lower));
    }
    if is(Kind::Run) && (session.labels().len() > 1 || kind == Kind::Run) {
        out.extend(runs(session, view, &lower));
    }
    if is(Kind::Query) {
        out.extend(query(open, text));
    }
    Some(out)
}

fn tasks<'o>(open: &'o OpenRun, lower: &str) -> impl Iterator<Item = FoundItem> + use<'o> {
    let run = &open.run;
    let fits = run.task_ids().filter_map(|task| {
        let (name, id) = (run.task_name(task), run.task_id(task));
        let by_name = fit(name, lower);
        let by_id = if id == name { None } else { fit(id, lower) };
        Some((task.0, by_name.into_iter().chain(by_id).min()?, name.len()))
    });
    best(fits).into_iter().map(|task| FoundItem {
        title: visible(clip_chars(run.task_name(TaskId(task)), LONGEST)).into_owned(),
        about: format!("task · {}", described(open, TaskId(task))),
        leads: Leads::Task(task),
    })
}

fn steps(open: &OpenRun, lower: &str) -> Vec<FoundItem> {
    let run = &open.run;
    let names: HashSet<StrId> = run.tasks.step.iter().copied().filter(|s| !s.is_empty()).collect();
    let fits = names.iter().filter_map(|s| Some((run.text(*s), fit(run.text(*s), lower)?)));
    let found = best(fits.map(|(name, fit)| (name, fit, name.len())));
    let of = |name: &str| run.tasks.step.iter().filter(|s| run.text(**s) == name).count();
    let item = |name: &str| FoundItem {
        title: visible(clip_chars(name, LONGEST)).into_owned(),
        about: format!("step · {}", counted(of(name), "task")),
        leads: Leads::Query(exactly("step", name)),
    };
    found.into_iter().map(item).collect()
}

fn runs(session: &Session, view: &ViewState, lower: &str) -> Vec<FoundItem> {
    let labels = session.labels();
    let fits = labels.iter().enumerate().filter(|(i, _)| *i != view.run);
    let fits = fits.filter_map(|(i, name)| Some((i, fit(name, lower)?, name.len())));
    let item = |number: usize| FoundItem {
        title: labels[number].clone(),
        about: "run".to_owned(),
        leads: Leads::Run(number),
    };
    best(fits).into_iter().map(item).collect()
}

/// Returns the text as a filter, if it is a query that matches some tasks of the run.
fn query(open: &OpenRun, text: &str) -> Option<FoundItem> {
    let query = Query::parse(text).ok()?;
    query.check(&open.facts).ok()?;
    let mask = query.mask(&open.facts, QueryContext::default()).ok()?;
    let count = mask.iter().filter(|passes| **passes).count();
    (count > 0).then(|| FoundItem {
        title: text.to_owned(),
        about: format!("filter · {}", counted(count, "task")),
        leads: Leads::Query(text.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_comes_first() {
        let order = |names: &[&str], text: &str| -> Vec<usize> {
            let fits = names.iter().enumerate().filter_map(|(i, n)| Some((i, fit(n, text)?, n.len())));
            best(fits)
        };
        let names = ["realign", "step_align", "Align", "align_all", "other"];
        assert_eq!(order(&names, "align"), [2, 3, 1, 0]);
        assert_eq!(order(&["İstanbul", "STRASSE", "straße"], "straße"), [2]);
        let many: Vec<String> = (0..1000).map(|i| format!("t{i}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let found = order(&many, "t7");
        assert_eq!((found.len(), found[0], found[1]), (MOST, 7, 70));
    }
}
