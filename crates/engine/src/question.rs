//! What can be asked. Each question carries the state of the view it is about, so that answers depend on nothing else.

use std::ops::Range;

use makespan_export::Format;
use makespan_import::Change;
use makespan_scene::Hit;
use makespan_views::ViewState;
use makespan_views::heatmap::Way;
use makespan_views::timeline::LaneAct;
use serde::{Deserialize, Serialize};

/// Width and height of a picture, px.
pub type Size = (f32, f32);

/// A question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Question {
    /// What stands around the views: names of the runs, counts, the filter's error.
    Shell {
        /// The state of the view.
        view: ViewState,
    },
    /// The picture of the view.
    Picture {
        /// The state of the view.
        view: ViewState,
        /// Its size.
        size: Size,
    },
    /// The strip of the whole run above the timeline, or the small map of a graph, without the part that is seen.
    Map {
        /// The state of the view.
        view: ViewState,
        /// The size of the strip, or that of the window of the graph, from which the map gets its own.
        size: Size,
    },
    /// The counters above the timeline, for the part that is seen: what ran, was queued and was measured at each moment.
    Counters {
        /// The state of the view.
        view: ViewState,
        /// Width, px.
        width: f32,
    },
    /// What lies on top of the picture for this pointer and this focus.
    Overlay {
        /// The state of the view.
        view: ViewState,
        /// Size of the picture.
        size: Size,
        /// Where the pointer and the focus are.
        pointer: Pointer,
    },
    /// Rows of the table of the view: all tasks, or what the picture shows.
    Rows {
        /// The state of the view.
        view: ViewState,
        /// Which rows, from 0.
        range: Range<usize>,
    },
    /// The sections of a view that is read like a page.
    Page {
        /// The state of the view.
        view: ViewState,
        /// The width of its pictures, px.
        width: f32,
    },
    /// Everything known of the selected task.
    Details {
        /// The state of the view.
        view: ViewState,
    },
    /// What the area of the view's filter holds, in sections.
    Area {
        /// The state of the view.
        view: ViewState,
    },
    /// Tasks, steps, runs and a query that a text of the palette means.
    Find {
        /// The state of the view.
        view: ViewState,
        /// What was typed.
        text: String,
    },
    /// The charts of the run, and the one that is shown.
    Charts {
        /// The state of the view.
        view: ViewState,
    },
    /// What a press, a key or a choice does to the view.
    Touch {
        /// The state of the view.
        view: ViewState,
        /// Size of the picture.
        size: Size,
        /// What was done.
        touch: Touch,
    },
    /// The picture of the view, or the run that it shows, as a file.
    Export {
        /// In which format; SVG is the picture.
        format: Format,
        /// The state of the view.
        view: ViewState,
        /// Its size.
        size: Size,
        /// The name of the theme whose colours it has.
        theme: String,
    },
    /// The timeline of what has been read of the files that are being opened.
    Preview {
        /// Its size.
        size: Size,
    },
    /// What the columns of a table that was given may stand for, and its first rows as tasks.
    Columns {
        /// Which of the tables; see [`FileReport::table`](crate::FileReport::table).
        table: usize,
        /// The mapping to begin with, as the option `--map` takes it; a guess if it is empty.
        mapping: String,
        /// What was changed of it since, in order.
        changes: Vec<Change>,
    },
    /// The formats that can be opened.
    Formats,
    /// What could stand at the cursor of a query.
    Complete {
        /// Which run it is about.
        run: usize,
        /// The text typed so far.
        text: String,
        /// Byte of the text at which the cursor stands.
        cursor: usize,
    },
}

/// Where the pointer is on a picture, and where the focus of the keyboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pointer {
    /// Place of the pointer, px.
    pub at: Option<(f32, f32)>,
    /// What lies there.
    pub hit: Hit,
    /// The cell that has the focus: row and column.
    pub focus: Option<(usize, usize)>,
    /// The range that is being picked: two corners, px.
    pub picked: Option<((f32, f32), (f32, f32))>,
}

/// A press on a picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Press {
    /// px.
    pub x: f32,
    /// px.
    pub y: f32,
    /// What lies there.
    pub hit: Hit,
    /// Whether it is the second of two: what was pressed is to be shown in full.
    pub double: bool,
}

/// What was done to a view, where the run decides what comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Touch {
    /// A press on the picture.
    Press(Press),
    /// A row of a table or a name was chosen: a task of the run, or in a comparison a row of the matching.
    Row(u32),
    /// The selection goes on to what lies next.
    Next(Neighbour),
    /// The selected task is brought into the picture.
    Reveal,
    /// The selected task is shown as large as the picture allows; where it is already, everything is shown.
    Fit,
    /// The focus moves from a cell to the next one.
    Focus(Option<(usize, usize)>, Way),
    /// The cell with the focus is opened.
    Enter(usize, usize),
    /// The selected group of the graph is expanded, or the one that contains the selection collapsed.
    Expand(bool),
    /// The command that runs again what the graph has in focus, or else what is selected, or else what failed.
    Rerun,
    /// The timeline goes on to the next kind of lanes.
    NextLanes,
    /// Something is done to a lane of the timeline, by its number, or to the one that keys are about.
    Lane(Option<u32>, LaneAct),
    /// The timeline folds the gaps of the run, or no longer.
    Gaps,
    /// A moment of the timeline is marked: the one at a place of the picture, px, or else that of the selection.
    Mark(Option<(f32, f32)>),
    /// Baseline and candidate change places.
    Swap,
    /// The run that is shown becomes the baseline.
    Baseline,
    /// A run takes a side: the run's number, and whether it is the candidate's.
    Side(usize, bool),
    /// A run goes on to the next side: A, B, neither.
    NextSide(usize),
    /// The older half of the runs is compared with the newer half.
    Halves,
}

/// What lies next to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Neighbour {
    /// Earlier on its row.
    Earlier,
    /// Later on its row.
    Later,
    /// On the row above.
    Above,
    /// On the row below.
    Below,
    /// What it depended on and waited for longest.
    Cause,
    /// The first that waited for it.
    Effect,
    /// The next failed task by start.
    NextFailure,
    /// The failed task before it.
    PreviousFailure,
    /// The next task by start that passes the filter.
    NextMatch,
    /// The one before.
    PreviousMatch,
    /// The next task of the critical path; after its last one the first.
    NextCritical,
}
