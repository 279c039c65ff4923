//! Answers: pictures, tables and sections, and changes of a view. Numbers in tables are values that painters format.

use std::ops::Range;

use makespan_import::Choices;
use makespan_model::Status;
use makespan_scene::{Role, Scene};
use makespan_views::chart::{self, Chart, Choice};
use makespan_views::gesture::{Frame, Movement};
use makespan_views::tasks::OpenGroup;
use makespan_views::timeline::Lanes;
use makespan_views::{Coloured, ListedProperty, Section, Table, ViewState};
use serde::{Deserialize, Serialize};

/// An answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
// One at a time, and never a list of them.
#[allow(clippy::large_enum_variant)]
pub enum Answer {
    /// To [`Question::Shell`](crate::Question::Shell).
    Shell(Shell),
    /// To [`Question::Picture`](crate::Question::Picture).
    Picture(Picture),
    /// To [`Question::Map`](crate::Question::Map).
    Map(Scene),
    /// To [`Question::Counters`](crate::Question::Counters).
    Counters(Scene),
    /// To [`Question::Export`](crate::Question::Export) and [`Question::TableText`](crate::Question::TableText).
    Exported(Exported),
    /// To [`Question::Preview`](crate::Question::Preview).
    Preview(Scene),
    /// To [`Question::Overlay`](crate::Question::Overlay).
    Overlay(Overlay),
    /// To [`Question::Rows`](crate::Question::Rows).
    Rows(Rows),
    /// To [`Question::Page`](crate::Question::Page), [`Question::Details`](crate::Question::Details) and
    /// [`Question::Area`](crate::Question::Area).
    Page(Page),
    /// To [`Question::Find`](crate::Question::Find), the best first.
    Found(Vec<FoundItem>),
    /// To [`Question::Charts`](crate::Question::Charts).
    Charts(Charts),
    /// To [`Question::Touch`](crate::Question::Touch).
    Turn(Turn),
    /// To [`Question::Columns`](crate::Question::Columns).
    Columns(Columns),
    /// To [`Question::Properties`](crate::Question::Properties).
    Properties(Properties),
    /// To [`Question::Formats`](crate::Question::Formats): the title of each format, and how to get such a file.
    Formats(Vec<(String, String)>),
    /// To [`Question::Complete`](crate::Question::Complete).
    Completions(Vec<Completion>),
    /// Nothing to ask about: no run is open, or not the requested one.
    Nothing,
}

/// Indices of the runs of the baseline and of the candidate, older first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sides {
    /// A.
    pub baseline: Vec<usize>,
    /// B.
    pub candidate: Vec<usize>,
}

impl Sides {
    /// Returns the runs that represent their sides if two are compared: the newest of each.
    pub fn pair(&self) -> Option<(usize, usize)> {
        Some((*self.baseline.last()?, *self.candidate.last()?))
    }
}

/// An item found for a text in the palette.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundItem {
    /// Its name.
    pub title: String,
    /// Its kind and state, in a few words.
    pub about: String,
    /// Its link.
    pub leads: Leads,
}

/// The link of an item of the palette.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leads {
    /// A task, by index.
    Task(u32),
    /// A query as the filter.
    Query(String),
    /// An open run, by number.
    Run(usize),
}

/// An open run in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedRun {
    /// Its number in the session.
    pub number: usize,
    /// Its name, unique among the open runs.
    pub name: String,
}

/// The parts around the views.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shell {
    /// The open runs nearest to the current one, in the order of opening, and the two that are compared: at most
    /// [`LISTED`](crate::LISTED), however many are open.
    pub runs: Vec<ListedRun>,
    /// Number of open runs.
    pub run_count: usize,
    /// Title of the current run.
    pub title: String,
    /// Number of its tasks.
    pub tasks: usize,
    /// Number of tasks per status, by [`Status`](makespan_model::Status) as a number.
    pub statuses: [u32; Status::COUNT],
    /// The error of the filter, if it is invalid.
    pub filter_error: Option<String>,
    /// Number of tasks that match the filter, if there is one.
    pub passing: Option<usize>,
    /// The counts in the status line.
    pub line: String,
    /// Number of diagnostics of the run that are warnings or errors.
    pub diagnostics: usize,
    /// Whether the unit of numeric times is uncertain.
    pub unit_in_doubt: bool,
    /// Number of tables among the files opened last whose columns can be mapped.
    pub tables: usize,
    /// Number of files that were not read.
    pub unread: usize,
    /// Index of the selected task.
    pub selected: Option<u32>,
    /// Description of the selected task, for screen readers.
    pub selected_about: String,
    /// Description of the area of the filter.
    pub area: Option<String>,
    /// The markers of the run by time: index in the view, and time and note as text.
    pub markers: Vec<(usize, String, String)>,
    /// The lanes of its timeline.
    pub lanes: Lanes,
    /// Whether earlier runs of the same workflow are open.
    pub has_runs_before: bool,
    /// The first measures of the run: key and title.
    pub measures: Vec<(String, String)>,
    /// Which of the listed runs are compared.
    pub sides: Sides,
    /// Total number of runs of the baseline and of the candidate.
    pub side_sizes: (usize, usize),
    /// The listed runs, the oldest first.
    pub by_age: Vec<usize>,
}

/// A picture, and the size of its table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// The picture.
    pub scene: Scene,
    /// The part of the data that it shows.
    pub frame: Frame,
    /// Description for readers who cannot see it.
    pub label: String,
    /// Remark beside it.
    pub about: String,
    /// The reason why there is none; then the scene is empty.
    pub missing: Option<String>,
    /// The meaning of its colours, if that is a picture of its own.
    pub legend: Option<Scene>,
    /// The meaning of task colours, if it is not the status.
    pub colours: Vec<Coloured>,
    /// A title above it, and notes on how to read it.
    pub head: Option<(String, Vec<String>)>,
    /// Number of rows of its table.
    pub rows: usize,
    /// Number of idle gaps that can be folded.
    pub gaps: usize,
}

/// The overlay of a picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Overlay {
    /// The marks.
    pub scene: Scene,
    /// Description of what is under the pointer.
    pub about: String,
    /// Tooltip of what is under the pointer or focused.
    pub tip: Option<Tip>,
}

/// A tooltip.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tip {
    /// Lines.
    pub text: String,
    /// Left, top, right and bottom of its subject, px.
    pub beside: (f32, f32, f32, f32),
}

/// Rows of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rows {
    /// The rows.
    pub table: Table,
    /// The rows among them that stand for groups of tasks.
    pub groups: Vec<OpenGroup>,
    /// Index of the first of them.
    pub first: usize,
    /// Total number of rows.
    pub count: usize,
    /// The link of the marked row's cells.
    pub marked: Option<u32>,
    /// Index of the marked row.
    pub place: Option<usize>,
}

impl Rows {
    /// Returns the range of these rows.
    pub fn range(&self) -> Range<usize> {
        self.first..self.first + self.table.rows.len()
    }
}

/// A page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// Title, or the result as a sentence.
    pub title: String,
    /// Description in a line; may be empty.
    pub subtitle: String,
    /// Status: colour and word.
    pub status: Option<(Role, String)>,
    /// Cautions to read first.
    pub cautions: Vec<String>,
    /// Remarks on the result.
    pub notes: Vec<String>,
    /// The sections.
    pub sections: Vec<Section>,
}

/// The charts of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Charts {
    /// The charts that can be drawn, and those that cannot, with the reason.
    pub list: Vec<Chart>,
    /// Number of further charts that are not listed.
    pub left_out: usize,
    /// The current chart.
    pub choice: Choice,
    /// The known measures: key and title.
    pub measures: Vec<(String, String)>,
    /// Its picture, or the reason why it cannot be drawn.
    pub picture: Result<chart::Picture, String>,
}

/// The effect of an interaction: the changed view, and side effects.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// The view before.
    pub before: ViewState,
    /// The view after.
    pub after: ViewState,
    /// The focused cell.
    pub focus: Option<(usize, usize)>,
    /// How the picture moves, if nothing was hit that could be shown in full.
    pub movement: Option<Movement>,
    /// A short message.
    pub said: Option<String>,
    /// Text for the clipboard.
    pub copied: Option<String>,
    /// Whether it is an undo step.
    pub is_step: bool,
}

/// A file to be saved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Exported {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub kind: String,
    /// Its content.
    pub text: String,
    /// Its size for people, such as a number of rows; may be empty.
    pub about: String,
}

/// A suggestion at the cursor of a query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Completion {
    /// The range that it replaces, in bytes of the text.
    pub replace: Range<usize>,
    /// The text.
    pub insert: String,
    /// Its description.
    pub about: String,
}

/// Progress of opening files.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Name of the file that is being read.
    pub file: String,
    /// Bytes read, of all files.
    pub bytes: u64,
    /// Tasks found.
    pub tasks: usize,
    /// Estimated peak memory of the runs in bytes, once it can be estimated.
    pub expected_memory: Option<u64>,
}

/// The result of opening files.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// Number of runs that are open now.
    pub runs: usize,
    /// Number of the first new run, or of the one that was already open.
    pub first: usize,
    /// Number of runs in the files.
    pub found: usize,
    /// Number of those that were not open before.
    pub added: usize,
    /// The result of each file.
    pub files: Vec<FileReport>,
    /// Title of the first new run, and its number of tasks.
    pub title: String,
    /// The reason why the given mapping was not used.
    pub bad_mapping: Option<String>,
}

/// The columns of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Columns {
    /// The name of the file.
    pub file: String,
    /// Number of further tables given with it, which the same mapping reads.
    pub others: usize,
    /// The possible and the current choices.
    pub choices: Choices,
    /// The first rows as tasks.
    pub preview: Table,
    /// The number of tasks as text; empty if there are none.
    pub about: String,
    /// Problems.
    pub problems: Vec<String>,
}

/// Labels, parameters and metrics of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Properties {
    /// The first of them.
    pub list: Vec<ListedProperty>,
    /// Number of further ones.
    pub left_out: usize,
}

/// The result of one file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FileReport {
    /// Its name.
    pub name: String,
    /// The format it was recognised as.
    pub format: Option<String>,
    /// The reason why it was not read; empty if it was.
    pub error: String,
    /// Byte at which reading stopped.
    pub offset: Option<u64>,
    /// The formats that were tried, each with the reason why it did not match.
    pub tried: Vec<(String, String)>,
    /// Its index among the tables whose columns can be mapped, if it is one.
    pub table: Option<usize>,
    /// Whether it looks like tasks, but only a mapping can define the meaning of its columns.
    pub is_doubtful: bool,
}
