//! The function from a question to an answer.

use makespan_analysis::query::complete;
use makespan_import::registry::Entry;

use makespan_views::Section;

use crate::answer::{Answer, Completion, Page};
use crate::columns::columns_of;
use crate::question::Question;
use crate::session::Session;
use crate::{chart, export, find, page, picture, properties, rows, shell, turn};

impl Session {
    /// Answers a question.
    pub fn answer(&self, question: &Question) -> Answer {
        let answered = match question {
            Question::Shell { view } => apart(|| Some(Answer::Shell(shell::shell(self, view)))),
            Question::Picture { view, size } => {
                apart(|| picture::shown(self, view).map(|s| Answer::Picture(s.picture(*size))))
            }
            Question::Map { view, size } => apart(|| picture::map(self, view, *size).map(Answer::Map)),
            Question::Counters { view, width } => {
                apart(|| picture::timeline::tracks(self, view, *width).map(Answer::Counters))
            }
            Question::Overlay { view, size, pointer } => {
                apart(|| picture::shown(self, view).map(|s| Answer::Overlay(s.overlay(*size, pointer))))
            }
            Question::Rows { view, range } => {
                apart(|| rows::rows(self, view, range.clone()).map(Answer::Rows))
            }
            Question::Page { view, width } => apart(|| page::page(self, view, *width).map(bounded)),
            Question::Details { view } => apart(|| page::details(self, view).map(bounded)),
            Question::Area { view, drawn } => apart(|| page::area(self, view, drawn.as_ref()).map(bounded)),
            Question::Find { view, text } => apart(|| find::find(self, view, text).map(Answer::Found)),
            Question::Charts { view } => apart(|| chart::charts(self, view).map(Answer::Charts)),
            Question::Touch { view, size, touch } => {
                apart(|| turn::turn(self, view, *size, touch).map(Answer::Turn))
            }
            Question::Export { format, view, size, theme } => {
                apart(|| export::export(self, *format, view, *size, theme).map(Answer::Exported))
            }
            Question::TableText { view, copied } => {
                apart(|| export::table_text(self, view, *copied).map(Answer::Exported))
            }
            Question::Preview { size } => {
                apart(|| self.opening().and_then(|opening| opening.preview(*size)).map(Answer::Preview))
            }
            Question::Columns { table, mapping, changes } => {
                apart(|| columns_of(self, *table, mapping, changes).map(Answer::Columns))
            }
            Question::Properties { view, text, numbers } => {
                apart(|| properties::properties(self, view, text, *numbers).map(Answer::Properties))
            }
            Question::Formats => {
                let of = |e: &Entry| (e.importer.title.to_owned(), e.importer.how.to_owned());
                Some(Answer::Formats(self.importers().entries.iter().map(of).collect()))
            }
            Question::Complete { run, text, cursor } => apart(|| self.completions(*run, text, *cursor)),
        };
        answered.unwrap_or(Answer::Nothing)
    }

    fn completions(&self, run: usize, text: &str, cursor: usize) -> Option<Answer> {
        let open = self.run(run)?;
        let completion = |c: makespan_analysis::query::Completion| Completion {
            replace: c.replace,
            insert: c.insert,
            about: c.about.to_owned(),
        };
        Some(Answer::Completions(complete(text, cursor, &open.facts).into_iter().map(completion).collect()))
    }
}

/// Keeps each branch in a function of its own. Merged into one, as an optimiser for size does, they would be 90 kB of
/// WebAssembly, which takes a browser a quarter of a second to optimise when one of its loops is hot.
#[inline(never)]
fn apart(answer: impl FnOnce() -> Option<Answer>) -> Option<Answer> {
    answer()
}

/// Limits a page, because painters build an element for each row.
fn bounded(mut page: Page) -> Answer {
    page.sections = page.sections.into_iter().map(Section::for_page).collect();
    Answer::Page(page)
}
