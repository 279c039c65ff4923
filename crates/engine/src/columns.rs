//! Mapping the columns of a table: the choices, and a preview of the first rows.

use std::rc::Rc;
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_import::{Change, Mapped, Settings, TableSample, Zone};
use makespan_model::{Run, RunsBuilder, Severity};
use makespan_scene::counted;
use makespan_views::tasks::{Field, Sort, columns, order, table};
use makespan_views::{Look, Table};

use crate::answer::Columns;
use crate::opening::Folding;
use crate::session::Session;

/// Number of tasks in the preview.
const SHOWN: usize = 8;

/// Maximum number of problems listed.
const LISTED: usize = 6;

/// Returns the columns of a table, by its index among the given files, for a mapping and changes to it.
pub(crate) fn columns_of(session: &Session, place: usize, text: &str, changes: &[Change]) -> Option<Columns> {
    let tables = session.importers().tables?;
    let (file, sample) = session.tables().get(place)?;
    let (chosen, problem) = match (tables.choose)(sample, text, changes) {
        Ok(chosen) => (Ok(chosen), None),
        // An invalid mapping, for example from a link, is replaced by the guess.
        Err(why) => ((tables.choose)(sample, "", changes), Some(why)),
    };
    let mut columns =
        Columns { file: file.clone(), others: session.tables().len() - 1, ..Columns::default() };
    columns.problems.extend(problem);
    match chosen {
        Err(why) => columns.problems.push(why),
        Ok((_, choices)) if choices.text.is_empty() => {
            columns.problems.push("Choose the column that holds the id or the name of the tasks.".to_owned());
            columns.choices = choices;
        }
        Ok((mapping, choices)) => {
            let zone = Mapped { zone: session.zone(), mapping };
            preview(session, file, sample, Rc::new(zone), &mut columns);
            columns.choices = choices;
        }
    }
    Some(columns)
}

/// Reads the beginning of the table as a run.
fn preview(
    session: &Session,
    file: &str,
    sample: &TableSample,
    zone: Rc<dyn Zone + '_>,
    columns: &mut Columns,
) {
    let settings = Settings { zone, files: Some(1), importers: session.importers() };
    let mut opening = makespan_import::Opening::new(settings);
    let mut folding = Folding(RunsBuilder::new());
    let bytes = match sample.is_whole {
        true => &*sample.bytes,
        // The last line of the beginning may be cut.
        false => sample.bytes.rsplitn(2, |byte| *byte == b'\n').last().unwrap_or_default(),
    };
    opening.begin(file, Some(bytes.len() as u64));
    opening.push(bytes, &mut folding);
    opening.end(&mut folding);
    let outcome = opening.finish(&mut folding);
    let Some(run) = folding.0.finish().0.into_iter().next() else {
        columns.problems.extend(outcome.files.into_iter().map(|file| file.error.unwrap_or(file.reason)));
        return;
    };
    let run = Arc::new(run);
    columns.preview = rows(Arc::clone(&run));
    columns.about = match sample.is_whole {
        true => counted(run.task_count(), "task"),
        false => format!("{} in the first {} KiB", counted(run.task_count(), "task"), bytes.len() >> 10),
    };
    // Problems caused by cutting the sample are not problems of the file.
    let is_ours = |code: &str| !sample.is_whole && matches!(code, "truncated" | "bad-row" | "cut");
    let problems = run.diagnostics.iter().filter(|d| d.severity != Severity::Info && !is_ours(&d.code));
    let sentence = |d: &makespan_model::Diagnostic| match d.count {
        1 => d.message.clone(),
        n => format!("{} ({n} times)", d.message),
    };
    columns.problems.extend(problems.take(LISTED).map(sentence));
}

/// Returns the first tasks as a table, without facts about the whole run.
fn rows(run: Arc<Run>) -> Table {
    let facts = Facts::new(run);
    let order = order(&facts, None, &Sort::default());
    let mut table = table(&facts, &order, 0..SHOWN, &Look::default());
    let wait = columns().iter().position(|column| column.key == Field::Wait.name());
    if let Some(wait) = wait {
        table.columns.remove(wait);
        table.rows.iter_mut().for_each(|row| drop(row.remove(wait)));
    }
    table
}
