//! Questions. Each one contains the state of the view, so that answers depend on nothing else.

use std::ops::Range;

use makespan_export::Format;
use makespan_import::Change;
use makespan_scene::Hit;
use makespan_views::ViewState;
use makespan_views::heatmap::Way;
use makespan_views::timeline::{DrawnArea, LaneAct};
use serde::{Deserialize, Serialize};

/// Width and height of a picture, px.
pub type Size = (f32, f32);

/// A question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Question {
    /// The parts around the views: names of the runs, counts, the filter's error.
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
    /// The strip of the whole run above the timeline, or the small map of a graph, without the visible part.
    Map {
        /// The state of the view.
        view: ViewState,
        /// The size of the strip, or that of the graph's window, from which the size of the map follows.
        size: Size,
    },
    /// The counters above the timeline, for the visible part: tasks running and queued, and metrics over time.
    Counters {
        /// The state of the view.
        view: ViewState,
        /// Width, px.
        width: f32,
    },
    /// The overlay of the picture for this pointer and this focus.
    Overlay {
        /// The state of the view.
        view: ViewState,
        /// Size of the picture, px.
        size: Size,
        /// The pointer and the focus.
        pointer: Pointer,
    },
    /// Rows of the table of the view: all tasks, or the data of the picture.
    Rows {
        /// The state of the view.
        view: ViewState,
        /// The rows, from 0.
        range: Range<usize>,
    },
    /// The sections of a view that is a page.
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
    /// The contents of the filter's area, in sections.
    Area {
        /// The state of the view.
        view: ViewState,
        /// What is being drawn, which then counts instead.
        drawn: Option<DrawnArea>,
    },
    /// Tasks, steps, runs and a query that match a text of the palette.
    Find {
        /// The state of the view.
        view: ViewState,
        /// The typed text.
        text: String,
    },
    /// The charts of the run, and the current one.
    Charts {
        /// The state of the view.
        view: ViewState,
    },
    /// The effect of a click, a key or a choice on the view.
    Touch {
        /// The state of the view.
        view: ViewState,
        /// Size of the picture.
        size: Size,
        /// The interaction.
        touch: Touch,
    },
    /// The picture of the view, or its run, as a file.
    Export {
        /// The format; SVG is the picture.
        format: Format,
        /// The state of the view.
        view: ViewState,
        /// Its size.
        size: Size,
        /// The name of the theme.
        theme: String,
    },
    /// The table of the view as text for spreadsheets.
    TableText {
        /// The state of the view.
        view: ViewState,
        /// For the clipboard: with tabs, and of bounded length.
        copied: bool,
    },
    /// The timeline of what has been read of the files that are being opened.
    Preview {
        /// Its size.
        size: Size,
    },
    /// The possible meanings of a table's columns, and its first rows as tasks.
    Columns {
        /// The index of the table; see [`FileReport::table`](crate::FileReport::table).
        table: usize,
        /// The initial mapping, in the form of the option `--map`; a guess if it is empty.
        mapping: String,
        /// Changes to it, in order.
        changes: Vec<Change>,
    },
    /// The labels, parameters and metrics of the run whose names contain a text.
    Properties {
        /// The state of the view.
        view: ViewState,
        /// The typed text.
        text: String,
        /// Whether to list metrics.
        numbers: bool,
    },
    /// The formats that can be opened.
    Formats,
    /// Suggestions at the cursor of a query.
    Complete {
        /// The number of the run.
        run: usize,
        /// The text typed so far.
        text: String,
        /// Position of the cursor, as a byte of the text.
        cursor: usize,
    },
}

/// The positions of the pointer and of the keyboard focus on a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pointer {
    /// Position of the pointer, px.
    pub at: Option<(f32, f32)>,
    /// The shape there.
    pub hit: Hit,
    /// The focused cell: row and column.
    pub focus: Option<(usize, usize)>,
    /// The range that is being selected: two corners, px.
    pub picked: Option<((f32, f32), (f32, f32))>,
}

/// A click on a picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Press {
    /// px.
    pub x: f32,
    /// px.
    pub y: f32,
    /// The shape there.
    pub hit: Hit,
    /// Whether it is the second of a double click, which shows the hit shape in full.
    pub double: bool,
}

/// An interaction whose effect depends on the run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Touch {
    /// A click on the picture.
    Press(Press),
    /// A row of a table or a name was clicked: a task of the run, or in a comparison a row of the matching.
    Row(u32),
    /// Select a neighbour.
    Next(Neighbour),
    /// Move the selected task into the picture.
    Reveal,
    /// Zoom to the selected task; if it is already shown that way, show everything.
    Fit,
    /// Move the focus from a cell to the next one.
    Focus(Option<(usize, usize)>, Way),
    /// Open the focused cell.
    Enter(usize, usize),
    /// Expand the selected group of the graph, or collapse the one that contains the selection.
    Expand(bool),
    /// Return the command that runs the focus of the graph, otherwise the selection, otherwise the failures again.
    Rerun,
    /// Switch to the next grouping of lanes.
    NextLanes,
    /// Change a lane of the timeline, by its number, or the one that keys apply to.
    Lane(Option<u32>, LaneAct),
    /// Select the area that was drawn over the timeline.
    Area(DrawnArea),
    /// Fold the gaps of the timeline, or show them.
    Gaps,
    /// Add a marker to the timeline: at a position of the picture, px, or at the selection.
    Mark(Option<(f32, f32)>),
    /// Swap baseline and candidate.
    Swap,
    /// Make the current run the baseline.
    Baseline,
    /// Assign a run to a side: the run's number, and whether it is the candidate's.
    Side(usize, bool),
    /// Assign a run to the next side: A, B, neither.
    NextSide(usize),
    /// Compare the older half of the runs with the newer half.
    Halves,
}

/// A neighbour of a task.
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
    /// The dependency that it waited for longest.
    Cause,
    /// The first task that waited for it.
    Effect,
    /// The next failed task by start.
    NextFailure,
    /// The previous failed task by start.
    PreviousFailure,
    /// The next task by start that matches the filter.
    NextMatch,
    /// The previous one.
    PreviousMatch,
    /// The next task of the critical path, wrapping around.
    NextCritical,
}
