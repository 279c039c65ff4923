//! The one function from a question to an answer.

use makespan_analysis::query::complete;
use makespan_import::registry::Entry;

use makespan_views::Section;

use crate::answer::{Answer, Completion, Page};
use crate::question::Question;
use crate::session::Session;
use crate::{chart, export, find, page, picture, rows, shell, turn};

impl Session {
    /// Answers a question.
    pub fn answer(&self, question: &Question) -> Answer {
        let answered = match question {
            Question::Shell { view } => Some(Answer::Shell(shell::shell(self, view))),
            Question::Picture { view, size } => {
                picture::shown(self, view).map(|s| Answer::Picture(s.picture(*size)))
            }
            Question::Map { view, size } => picture::timeline::map(self, view, *size).map(Answer::Map),
            Question::Counters { view, width } => {
                picture::timeline::tracks(self, view, *width).map(Answer::Counters)
            }
            Question::Overlay { view, size, pointer } => {
                picture::shown(self, view).map(|s| Answer::Overlay(s.overlay(*size, pointer)))
            }
            Question::Rows { view, range } => rows::rows(self, view, range.clone()).map(Answer::Rows),
            Question::Page { view, width } => page::page(self, view, *width).map(bounded),
            Question::Details { view } => page::details(self, view).map(bounded),
            Question::Area { view } => page::area(self, view).map(bounded),
            Question::Find { view, text } => find::find(self, view, text).map(Answer::Found),
            Question::Charts { view } => chart::charts(self, view).map(Answer::Charts),
            Question::Touch { view, size, touch } => turn::turn(self, view, *size, touch).map(Answer::Turn),
            Question::Export { format, view, size, theme } => {
                export::export(self, *format, view, *size, theme).map(Answer::Exported)
            }
            Question::Preview { size } => {
                self.opening().and_then(|opening| opening.preview(*size)).map(Answer::Preview)
            }
            Question::Formats => {
                let of = |e: &Entry| (e.importer.title.to_owned(), e.importer.how.to_owned());
                Some(Answer::Formats(self.importers().entries.iter().map(of).collect()))
            }
            Question::Complete { run, text, cursor } => self.run(*run).map(|open| {
                let all = complete(text, *cursor, &open.facts).into_iter();
                Answer::Completions(
                    all.map(|c| Completion {
                        replace: c.replace,
                        insert: c.insert,
                        about: c.about.to_owned(),
                    })
                    .collect(),
                )
            }),
        };
        answered.unwrap_or(Answer::Nothing)
    }
}

/// The page with as much as one shows: whoever paints builds an element for each row.
fn bounded(mut page: Page) -> Answer {
    page.sections = page.sections.into_iter().map(Section::for_page).collect();
    Answer::Page(page)
}
