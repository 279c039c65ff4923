//! What is answered: pictures, tables and sections, and changes of a view. Numbers in tables are values; painters write
//! them.

use std::ops::Range;

use makespan_import::Choices;
use makespan_model::Status;
use makespan_scene::{Role, Scene};
use makespan_views::chart::{self, Chart, Choice};
use makespan_views::gesture::{Frame, Movement};
use makespan_views::timeline::Lanes;
use makespan_views::{Coloured, Section, Table, ViewState};
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
    /// To [`Question::Export`](crate::Question::Export).
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
    /// To [`Question::Formats`](crate::Question::Formats): what each is called, and how such a file is made.
    Formats(Vec<(String, String)>),
    /// To [`Question::Complete`](crate::Question::Complete).
    Completions(Vec<Completion>),
    /// There is nothing to ask about: no run is open, or not the one that was asked about.
    Nothing,
}

/// The runs of the baseline and of the candidate, by their places in the session, older first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sides {
    /// A.
    pub baseline: Vec<usize>,
    /// B.
    pub candidate: Vec<usize>,
}

impl Sides {
    /// The two that stand for their sides where two are compared: the newest of each.
    pub fn pair(&self) -> Option<(usize, usize)> {
        Some((*self.baseline.last()?, *self.candidate.last()?))
    }
}

/// Something that a text of the palette means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundItem {
    /// Its name.
    pub title: String,
    /// What it is and how it stands, in a few words.
    pub about: String,
    /// What it leads to.
    pub leads: Leads,
}

/// What an item of the palette leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leads {
    /// A task, by index.
    Task(u32),
    /// A query as the filter.
    Query(String),
    /// An open run, by number.
    Run(usize),
}

/// An open run in a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedRun {
    /// Its place in the session.
    pub number: usize,
    /// What it is called; no two runs have the same name.
    pub name: String,
}

/// What stands around the views.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shell {
    /// The open runs nearest to the one shown, in the order of opening, and the two that are compared: at most
    /// [`LISTED`](crate::LISTED), however many are open.
    pub runs: Vec<ListedRun>,
    /// How many runs are open.
    pub run_count: usize,
    /// What the run that is shown is called.
    pub title: String,
    /// Its tasks.
    pub tasks: usize,
    /// How many tasks have each status, by [`Status`](makespan_model::Status) as a number.
    pub statuses: [u32; Status::COUNT],
    /// What is wrong with the filter.
    pub filter_error: Option<String>,
    /// How many tasks pass the filter, where there is one.
    pub passing: Option<usize>,
    /// The line of counts at the foot of the page.
    pub line: String,
    /// Diagnostics of the run's file that are more than remarks.
    pub diagnostics: usize,
    /// Whether numbers that stand for times may count something else than what they were read as.
    pub unit_in_doubt: bool,
    /// How many of the files that were opened last are tables whose columns can be mapped.
    pub tables: usize,
    /// Files that were not read.
    pub unread: usize,
    /// Index of the selected task.
    pub selected: Option<u32>,
    /// The selected task in a line, to be announced.
    pub selected_about: String,
    /// The area of the filter in words.
    pub area: Option<String>,
    /// The markers of the run by time: the place of each in the view, when it is, and its note, both in words.
    pub markers: Vec<(usize, String, String)>,
    /// The lanes of its timeline.
    pub lanes: Lanes,
    /// Whether runs of the same workflow before it are open.
    pub has_runs_before: bool,
    /// The first measures of the run: key and title.
    pub measures: Vec<(String, String)>,
    /// Which of the listed runs are compared.
    pub sides: Sides,
    /// How many runs the baseline and the candidate have in all.
    pub side_sizes: (usize, usize),
    /// The listed runs, the oldest first.
    pub by_age: Vec<usize>,
}

/// A picture and what its table holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// The picture.
    pub scene: Scene,
    /// Which part of what it shows.
    pub frame: Frame,
    /// What it is, for whoever does not see it.
    pub label: String,
    /// What has to be said beside it.
    pub about: String,
    /// Why there is none; then the scene is empty.
    pub missing: Option<String>,
    /// What its colours mean, where that is a picture of its own.
    pub legend: Option<Scene>,
    /// What the colours of tasks mean, where that is not their status.
    pub colours: Vec<Coloured>,
    /// A title above it, and sentences that say how to read it.
    pub head: Option<(String, Vec<String>)>,
    /// Rows of the table of the same.
    pub rows: usize,
    /// How many gaps in which nothing ran could be folded.
    pub gaps: usize,
}

/// What lies on top of a picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Overlay {
    /// The marks.
    pub scene: Scene,
    /// What is under the pointer, in a line.
    pub about: String,
    /// What is under the pointer or has the focus, beside it.
    pub tip: Option<Tip>,
}

/// Words beside a place of a picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tip {
    /// Lines.
    pub text: String,
    /// Left, top, right and bottom of what it is about, px.
    pub beside: (f32, f32, f32, f32),
}

/// Rows of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rows {
    /// The rows.
    pub table: Table,
    /// The first of them, from 0.
    pub first: usize,
    /// How many there are in all.
    pub count: usize,
    /// What the cells of the marked row lead to.
    pub marked: Option<u32>,
    /// Where the marked row stands, from 0.
    pub place: Option<usize>,
}

impl Rows {
    /// The range that is held.
    pub fn range(&self) -> Range<usize> {
        self.first..self.first + self.table.rows.len()
    }
}

/// A page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// What it is about, or the answer that it gives.
    pub title: String,
    /// What it is of, in a line; may be empty.
    pub subtitle: String,
    /// What became of it: the colour and the word.
    pub status: Option<(Role, String)>,
    /// What has to be known before the rest is read.
    pub cautions: Vec<String>,
    /// What may be said about the answer.
    pub notes: Vec<String>,
    /// The sections.
    pub sections: Vec<Section>,
}

/// The charts of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Charts {
    /// Those that there are, and those that there are not, each with why.
    pub list: Vec<Chart>,
    /// How many more there are than are listed.
    pub left_out: usize,
    /// The one that is shown.
    pub choice: Choice,
    /// The measures that are known: key and title.
    pub measures: Vec<(String, String)>,
    /// It, or why it cannot be drawn.
    pub picture: Result<chart::Picture, String>,
}

/// What comes of something that was done: the fields of the view that changed, and what else has to happen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// The view as it was asked about.
    pub before: ViewState,
    /// The view as it is to be.
    pub after: ViewState,
    /// The cell that has the focus now.
    pub focus: Option<(usize, usize)>,
    /// How the picture moves: nothing was hit by what would else show it in full.
    pub movement: Option<Movement>,
    /// Something to say for a moment.
    pub said: Option<String>,
    /// Text for the clipboard.
    pub copied: Option<String>,
    /// Whether it is a step that the reader may want to go back from.
    pub is_step: bool,
}

/// A file to be saved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Exported {
    /// A name for it.
    pub name: String,
    /// Its media type.
    pub kind: String,
    /// Its content.
    pub text: String,
}

/// Something that could stand at the cursor of a query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Completion {
    /// What it takes the place of, in bytes of the text.
    pub replace: Range<usize>,
    /// The text.
    pub insert: String,
    /// What it is.
    pub about: String,
}

/// How far opening files got.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Name of the file that is being read.
    pub file: String,
    /// Bytes read, of all files.
    pub bytes: u64,
    /// Tasks found.
    pub tasks: usize,
    /// Bytes of memory that the runs are going to take at their peak, once that can be estimated.
    pub expected_memory: Option<u64>,
}

/// What came of opening files.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// Runs that are open now.
    pub runs: usize,
    /// The first of the new ones, or the one that was open already.
    pub first: usize,
    /// How many runs the files hold.
    pub found: usize,
    /// How many of them were not open before.
    pub added: usize,
    /// What became of each file.
    pub files: Vec<FileReport>,
    /// Title and tasks of the first new run.
    pub title: String,
    /// Why the mapping that tables were to be read by was not used.
    pub bad_mapping: Option<String>,
}

/// The columns of a table that was given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Columns {
    /// The name of the file.
    pub file: String,
    /// How many more tables were given with it; the same mapping reads them.
    pub others: usize,
    /// What can be chosen, and what is chosen.
    pub choices: Choices,
    /// The first rows as tasks.
    pub preview: Table,
    /// How many tasks there are; empty if there are none.
    pub about: String,
    /// What is wrong.
    pub problems: Vec<String>,
}

/// What became of one file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FileReport {
    /// Its name.
    pub name: String,
    /// The format it was recognised as.
    pub format: Option<String>,
    /// Why it was not read; empty where it was.
    pub error: String,
    /// Byte at which reading stopped.
    pub offset: Option<u64>,
    /// The formats that were tried, each with why it was not that.
    pub tried: Vec<(String, String)>,
    /// Its place among the tables whose columns can be mapped, if it is one.
    pub table: Option<usize>,
    /// Whether it looks like tasks, and only a mapping tells for certain what its columns mean.
    pub is_doubtful: bool,
}
