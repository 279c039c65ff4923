//! Matrices of coloured cells: tasks by measure, tasks by run, workers over time, days of runs.
//!
//! A [`Matrix`] answers for any of its cells; only the rows and columns that a [`Frame`] shows are ever asked for, so
//! that a hundred thousand rows scroll as easily as ten. Every cell has its exact words ([`tip`]), for a pointer as for
//! the keyboard ([`neighbour`]), and the whole is a table too ([`twin`]).
//!
//! ```
//! use makespan_views::{Subject, heatmap};
//! let run = makespan_model::notation::run("fetch 0..4 w1\nalign 4..9 w1 fetch\nsort 4..5 w2 fetch").unwrap();
//! let facts = makespan_analysis::Facts::new(std::sync::Arc::new(run));
//! let matrix = heatmap::Tasks::new(&Subject::of(&facts), &heatmap::TasksOptions::default()).unwrap();
//! let frame = heatmap::Frame::fit(&matrix, 600.0, 400.0);
//! let (row, column) = heatmap::cell_at(&matrix, &frame, frame.left() + 1.0, frame.top() + 1.0).unwrap();
//! assert!(heatmap::tip(&matrix, row, column).starts_with("fetch\nDuration"));
//! ```

mod calendar;
mod choice;
mod frame;
mod legend;
mod options;
mod order;
mod picture;
mod runs;
mod tasks;
mod twin;
mod workers;

use std::ops::Range;

use makespan_model::TaskId;
use makespan_scene::Role;

pub use calendar::Calendar;
pub use choice::{Heating, Which};
pub use frame::{Frame, Way, cell_at, neighbour};
pub use legend::LegendPart;
pub use options::{
    DayColour, LineOrder, MatrixKind, Normal, RowOrder, RunColour, RunsOptions, TasksOptions, WorkerOrder,
};
pub use picture::{overlay, scene};
pub use runs::{LinedUp, Runs};
pub use tasks::Tasks;
pub use twin::{tip, twin};
pub use workers::Workers;

/// The head of a row or a column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    /// What it is called.
    pub text: String,
    /// The status it tells of, shown as its sign.
    pub status: Option<Role>,
    /// More about it, for whoever asks; may be empty.
    pub exact: String,
}

/// What a cell is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// A colour that stands for a value.
    Value(Role),
    /// There is a value and it is not known: hatched, never a colour of the scale.
    Unknown,
    /// There is nothing to have a value.
    Nothing,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its colour.
    pub fill: Fill,
    /// A few characters, written where there is room; may be empty.
    pub text: String,
    /// The status whose sign it bears.
    pub sign: Option<Role>,
    /// The exact value in words.
    pub exact: String,
}

impl Entry {
    /// A cell of which nothing is known.
    pub fn unknown() -> Entry {
        Entry { fill: Fill::Unknown, text: String::new(), sign: None, exact: "unknown".to_owned() }
    }

    /// A cell where there is nothing.
    pub fn nothing(exact: impl Into<String>) -> Entry {
        Entry { fill: Fill::Nothing, text: String::new(), sign: None, exact: exact.into() }
    }
}

/// How columns are labelled.
#[derive(Clone, Debug, PartialEq)]
pub enum Columns {
    /// Each by its own head.
    Heads,
    /// By some places along all of them: what stands there, and at which column (with fractions).
    Marks(Vec<(f64, String)>),
}

/// Where a cell leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Lead {
    /// A task of the run that is looked at.
    Task(TaskId),
    /// A task of one of the open runs.
    TaskOfRun(usize, TaskId),
    /// Some of the open runs.
    Runs(Vec<usize>),
    /// A worker within a part of time (ns since the epoch).
    Worker(String, (i64, i64)),
}

/// Rows and columns of cells. Rows are asked for as they are seen, so answers have to be quick.
pub trait Matrix {
    /// What it shows.
    fn title(&self) -> &str;
    /// What the rows are.
    fn corner(&self) -> &str;
    /// How many rows.
    fn rows(&self) -> usize;
    /// How many columns.
    fn columns(&self) -> usize;
    /// The head of a row.
    fn row(&self, row: usize) -> Head;
    /// The head of a column.
    fn column(&self, column: usize) -> Head;
    /// How the columns are labelled in the picture.
    fn column_labels(&self) -> Columns {
        Columns::Heads
    }
    /// The cells of a row, as many as there are columns in the range.
    fn entries(&self, row: usize, columns: Range<usize>) -> Vec<Entry>;
    /// What the colours mean.
    fn legend(&self) -> Vec<LegendPart>;
    /// What has to be said about it.
    fn notes(&self) -> Vec<String>;
    /// Where a cell leads to.
    fn lead(&self, row: usize, column: usize) -> Option<Lead>;
    /// The width that suits a column, px; `None` where the columns share what there is.
    fn column_width(&self) -> Option<f32> {
        None
    }
}
