//! Holds open runs, and answers a [`Question`] about them with an [`Answer`].
//!
//! For front ends that do not hold the runs themselves: the app, whose runs are in a worker or on a server. Reports and
//! the program, which hold the runs, paint the same sections and scenes of `makespan_views` directly. Questions and
//! answers are values with a compact binary form ([`encode`], [`decode`]). A [`Session`] uses no browser, terminal or
//! socket; the same questions give the same answers everywhere.
//!
//! ```
//! use std::rc::Rc;
//! use makespan_engine::{Answer, Question, Session};
//! use makespan_views::{View, ViewState};
//!
//! let mut session = Session::new(Rc::new(makespan_import::Utc));
//! let opened = session.open(vec![("run.txt".to_owned(), b"fetch 0..4 w1\nalign 4..9 w1 fetch".to_vec())]);
//! assert_eq!(opened.runs, 1);
//! let view = ViewState { view: View::Timeline, ..ViewState::default() };
//! let Answer::Picture(picture) = session.answer(&Question::Picture { view, size: (800.0, 300.0) }) else { return };
//! assert_eq!(picture.rows, 2);
//! ```

mod answer;
mod answering;
mod chart;
mod columns;
mod compared;
mod export;
mod find;
mod growing;
mod kept;
mod live;
mod neighbour;
mod opening;
mod page;
mod picture;
mod properties;
mod question;
mod rows;
mod run;
mod session;
mod shell;
mod turn;
mod wire;

pub use answer::{
    Answer, Charts, Columns, Completion, Exported, FileReport, FoundItem, Leads, ListedRun, Opened, Overlay,
    Page, Picture, Progress, Properties, Rows, Shell, Sides, Tip, Turn,
};
pub use makespan_export::Format;
pub use makespan_import::{Change, Choices, ColumnChoice, WordChoice};
pub use question::{Neighbour, Pointer, Press, Question, Size, Touch};
pub use session::Session;
pub use shell::LISTED;
pub use wire::{VERSION, WireError, decode, encode};
