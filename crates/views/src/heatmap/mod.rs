//! Matrices of coloured cells: tasks by measure, tasks by run, workers over time, days of runs.
//!
//! A [`Matrix`] can compute any of its cells; only the rows and columns that a [`Frame`] shows are requested, so a
//! hundred thousand rows scroll as easily as ten. Every cell has an exact text ([`tip`]), for the pointer and the
//! keyboard ([`neighbour`]), and the whole matrix is also available as a table ([`twin`]).
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

/// The header of a row or a column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    /// Its text.
    pub text: String,
    /// The status whose sign it shows.
    pub status: Option<Role>,
    /// Its tooltip; may be empty.
    pub exact: String,
}

/// The fill of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// A colour that represents a value.
    Value(Role),
    /// Hatched: the value is unknown. This is never a colour of the scale.
    Unknown,
    /// Empty: there is nothing that could have a value.
    Nothing,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its colour.
    pub fill: Fill,
    /// A few characters, drawn if there is room; may be empty.
    pub text: String,
    /// The status whose sign it shows.
    pub sign: Option<Role>,
    /// The exact value as text.
    pub exact: String,
}

impl Entry {
    /// Creates a cell with an unknown value.
    pub fn unknown() -> Entry {
        Entry { fill: Fill::Unknown, text: String::new(), sign: None, exact: "unknown".to_owned() }
    }

    /// Creates an empty cell.
    pub fn nothing(exact: impl Into<String>) -> Entry {
        Entry { fill: Fill::Nothing, text: String::new(), sign: None, exact: exact.into() }
    }
}

/// The kind of column labels.
#[derive(Clone, Debug, PartialEq)]
pub enum Columns {
    /// Each column has its own header.
    Heads,
    /// Labels at some positions along the columns: text and column (with fractions).
    Marks(Vec<(f64, String)>),
}

/// The link of a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Lead {
    /// A task of the current run.
    Task(TaskId),
    /// A task of one of the open runs.
    TaskOfRun(usize, TaskId),
    /// Some of the open runs.
    Runs(Vec<usize>),
    /// A worker in a time span (ns since the epoch).
    Worker(String, (i64, i64)),
}

/// Rows and columns of cells. Rows are requested when they become visible, so answers must be fast.
pub trait Matrix {
    /// Returns its title.
    fn title(&self) -> &str;
    /// Returns what the rows are.
    fn corner(&self) -> &str;
    /// Returns the number of rows.
    fn rows(&self) -> usize;
    /// Returns the number of columns.
    fn columns(&self) -> usize;
    /// Returns the header of a row.
    fn row(&self, row: usize) -> Head;
    /// Returns the header of a column.
    fn column(&self, column: usize) -> Head;
    /// Returns the kind of column labels in the picture.
    fn column_labels(&self) -> Columns {
        Columns::Heads
    }
    /// Returns the cells of a row in a range of columns.
    fn entries(&self, row: usize, columns: Range<usize>) -> Vec<Entry>;
    /// Returns the meaning of the colours.
    fn legend(&self) -> Vec<LegendPart>;
    /// Returns remarks.
    fn notes(&self) -> Vec<String>;
    /// Returns the link of a cell.
    fn lead(&self, row: usize, column: usize) -> Option<Lead>;
    /// Returns the preferred width of a column, px; `None` if the columns share the available width.
    fn column_width(&self) -> Option<f32> {
        None
    }
}
