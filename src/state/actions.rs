//! The only table of actions: keys, labels, and what they dispatch. The key handler, the help sheet and the tooltips
//! are generated from it. Readers may give actions other keys ([`super::keys`]).

use makespan_engine::{Format, Neighbour, Turn};
use makespan_import::Unit;
use makespan_views::chart::Choice;
use makespan_views::compare::{Alignment, Mode, Part};
use makespan_views::filter::Filter;
use makespan_views::gesture::Movement;
use makespan_views::graph::{Drawing, Grouping};
use makespan_views::heatmap::Heating;
use makespan_views::tasks::{ColumnAct, Field};
use makespan_views::timeline::{DrawnArea, LaneAct, Lanes};
use makespan_views::{Colouring, TimeMode, View, ViewState};

use super::combo::Combo;
use super::drag::Drag;
use super::markers::MarkerAct;
use super::panels::Chosen;
use crate::worker::Grown;

/// Everything that a reader can do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    /// Shows a view.
    Show(View),
    /// Changes what a view shows.
    Set(Setting),
    /// Moves within the picture.
    Move(Movement),
    /// Brings the selected task into view.
    Focus,
    /// Zooms to the area of the filter; if it is already shown, shows everything.
    FocusArea,
    /// Draws an area of the timeline; `None` stops drawing.
    Pick(Option<DrawnArea>),
    /// Selects an area of the timeline.
    SelectArea(DrawnArea),
    /// Undoes the last change of the view.
    Undo,
    /// Redoes a change.
    Redo,
    /// A gesture has ended.
    Settled,
    /// The address was changed from outside.
    Follow(Box<ViewState>),
    /// Selects the task of a table row or a name, or nothing.
    Select(Option<u32>),
    /// Selects a neighbour: along the row or the dependencies.
    Next(Neighbour),
    /// Expands the selected group of the graph, or collapses the one around the selection.
    Expand(bool),
    /// Changes the focus of the graph.
    Narrow(Narrowing),
    /// The engine's response to an interaction.
    Turned(Box<Turn>),
    /// Shows or hides the durations of tasks in earlier runs on the timeline.
    Before,
    /// Shows or hides the counters above the timeline.
    Counters,
    /// Opens the files again with numeric times in this unit; `None` detects it from format and size.
    ReadAs(Option<Unit>),
    /// Opens the sheet that maps the columns of a table, by its index among the given files; or closes it.
    Columns(Option<usize>),
    /// Opens the sheet of the columns of the task table, or closes it.
    TableColumns,
    /// Opens the list of labels, parameters and metrics, or closes it.
    Properties(Option<Chosen>),
    /// Opens the files again with this mapping for tables.
    ReadBy(String),
    /// Gives a key to an action, by its index in [`ACTIONS`], or takes it away.
    Key(usize, Option<Combo>),
    /// Gives all actions their default keys.
    DefaultKeys,
    /// Opens the sheet of keys, or closes it.
    KeySheet,
    /// Shows or hides the critical path.
    Critical,
    /// Switches to the next grouping of lanes.
    Lanes,
    /// Changes a lane of the timeline, by its number, or the current one.
    Lane(Option<u32>, LaneAct),
    /// Opens the menu of a lane at a position of the picture, or closes it.
    LaneMenu(Option<(u32, f64, f64)>),
    /// Marks the moment under the pointer, otherwise that of the selection.
    Mark,
    /// Changes a marker.
    Marker(MarkerAct),
    /// Folds or shows the gaps of the timeline in which nothing runs.
    Gaps,
    /// Switches to the next time format.
    Time,
    /// Switches to the next theme.
    Theme,
    /// Switches between the picture and its table.
    Twin,
    /// Focuses the filter.
    Search,
    /// Opens or closes the panel of details.
    Details,
    /// Opens or closes the help sheet.
    Help,
    /// Opens or closes the palette.
    Palette,
    /// Opens or closes the settings.
    Settings,
    /// Opens or closes the alerts of the server.
    Alerts,
    /// Closes what is open, one step at a time.
    Back,
    /// Switches the graph between layers and matrix.
    Matrix,
    /// Shows or hides the small map of the graph.
    Map,
    /// Opens the file dialog.
    Open,
    /// Copies the link to this view.
    CopyLink,
    /// Copies the engine's command that runs the focus, the selection or the failures again.
    CopyRerun,
    /// Copies the current picture.
    CopyPicture,
    /// Saves the current picture as SVG.
    SavePicture,
    /// Saves the current picture as PNG, with two pixels for each of the screen.
    SavePixels,
    /// Saves the current run (for SVG, its picture) as a file.
    Save(Format),
    /// Saves the table of the view as CSV, or copies it.
    TableText {
        /// Copies it.
        copied: bool,
    },
    /// Saves a report of the current run, or of all open runs.
    SaveReport {
        /// All open runs.
        all: bool,
    },
    /// Copies a link that contains the current run.
    LinkRun,
    /// Shows the view of a finding: its view, lanes, filter, selection and window; everything else stays.
    Go(Box<ViewState>),
    /// Swaps baseline and candidate.
    Swap,
    /// Switches between both runs, A alone and B alone.
    Mode,
    /// Makes the current run the baseline.
    Baseline,
    /// Shows another of the open runs.
    ShowRun(usize),
    /// Closes the current run.
    CloseRun,
    /// Goes back to the first page.
    Close,
    /// A growing run has new events, or its connection was lost or restored.
    Grew(Box<Grown>),
}

/// A change of the focus of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Narrowing {
    /// Extends the focus by one dependency before or after it, or by all of them.
    Hop {
        /// Before it, rather than after it.
        before: bool,
        /// All of them, rather than one.
        all: bool,
    },
    /// Only the selection.
    Isolate,
    /// Failed tasks and their neighbours.
    Failed,
    /// Tasks between two tasks: the first call remembers one, the second sets the focus.
    Between,
    /// Everything.
    Clear,
}

/// An option of a view.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Setting {
    /// The filter.
    Filter(Filter),
    /// Grouping of the timeline's lanes.
    Lanes(Lanes),
    /// What the nodes of the graph represent.
    Nodes(Grouping),
    /// How the graph is drawn.
    Drawing(Drawing),
    /// What colours mean.
    Colours(Colouring),
    /// The clicked column of the task table, by its key.
    Sort(String),
    /// A change to the columns of the task table.
    Column(ColumnAct),
    /// What the rows of the task table are grouped by.
    RowsBy(Option<Field>),
    /// Expands a group of rows by its name, or collapses it.
    RowGroup(String),
    /// The chart.
    Chart(Choice),
    /// The matrix.
    Heat(Heating),
    /// The part of the comparison.
    Part(Part),
    /// Which runs the graph of a comparison shows.
    Mode(Mode),
    /// The alignment of two timelines.
    Alignment(Alignment),
    /// The compared measure.
    Measure(String),
    /// The theme, by its name.
    Theme(String),
    /// The time format.
    Time(TimeMode),
    /// The effect of a drag on the timeline.
    Drag(Drag),
    /// Whether single-character keys are active.
    Keys(bool),
    /// Whether open files are kept for a reload.
    Keep(bool),
    /// Whether a large graph has a small map.
    Map(bool),
}

/// An entry of the table.
pub(crate) struct Bound {
    /// The key as in the event: `KeyboardEvent.code` for letters, so that the position counts, not the label.
    pub(crate) code: &'static str,
    /// Whether Shift is pressed.
    pub(crate) shift: bool,
    /// Whether Ctrl (or Command) is pressed.
    pub(crate) ctrl: bool,
    /// The only view in which it applies; there it takes precedence over other actions of the key.
    pub(crate) only: Option<View>,
    /// The key's label on the help sheet.
    pub(crate) keys: &'static str,
    /// Description on the help sheet.
    pub(crate) about: &'static str,
    /// Heading on the help sheet.
    pub(crate) group: &'static str,
    /// The action.
    pub(crate) action: Action,
}

const fn key(
    code: &'static str,
    keys: &'static str,
    group: &'static str,
    about: &'static str,
    action: Action,
) -> Bound {
    Bound { code, shift: false, ctrl: false, only: None, keys, about, group, action }
}

const fn shift(mut bound: Bound) -> Bound {
    bound.shift = true;
    bound
}

const fn ctrl(mut bound: Bound) -> Bound {
    bound.ctrl = true;
    bound
}

const fn within(view: View, mut bound: Bound) -> Bound {
    bound.only = Some(view);
    bound
}

const fn hop(before: bool, all: bool) -> Action {
    Action::Narrow(Narrowing::Hop { before, all })
}

const VIEWS: &str = "Views";
const MOVE: &str = "Zoom and move";
const SELECT: &str = "Selection";
const SHOW: &str = "Display";
const MARKERS: &str = "Markers";
const GRAPH: &str = "Graph";
const COMPARE: &str = "Comparison";
const PAGE: &str = "The page";

/// All actions with a key.
pub(crate) static ACTIONS: &[Bound] = &[
    key("Digit1", "1", VIEWS, "Overview", Action::Show(View::Overview)),
    key("Digit2", "2", VIEWS, "Graph", Action::Show(View::Graph)),
    key("Digit3", "3", VIEWS, "Timeline", Action::Show(View::Timeline)),
    key("Digit4", "4", VIEWS, "Heatmap", Action::Show(View::Heatmap)),
    key("Digit5", "5", VIEWS, "Compare", Action::Show(View::Compare)),
    key("Digit6", "6", VIEWS, "Table", Action::Show(View::Table)),
    key("Digit7", "7", VIEWS, "Charts", Action::Show(View::Charts)),
    key("KeyV", "V", VIEWS, "show the picture as a table, and back", Action::Twin),
    key("KeyW", "W", MOVE, "zoom in", Action::Move(Movement::ZoomMiddle(1.5))),
    key("KeyS", "S", MOVE, "zoom out", Action::Move(Movement::ZoomMiddle(1.0 / 1.5))),
    key("KeyA", "A", MOVE, "move left", Action::Move(Movement::Pan(-0.15, 0.0))),
    key("KeyD", "D", MOVE, "move right", Action::Move(Movement::Pan(0.15, 0.0))),
    shift(key("KeyW", "Shift W", MOVE, "zoom in four times as far", Action::Move(Movement::ZoomMiddle(5.0)))),
    shift(key(
        "KeyS",
        "Shift S",
        MOVE,
        "zoom out four times as far",
        Action::Move(Movement::ZoomMiddle(0.2)),
    )),
    shift(key(
        "KeyA",
        "Shift A",
        MOVE,
        "move left four times as far",
        Action::Move(Movement::Pan(-0.6, 0.0)),
    )),
    shift(key(
        "KeyD",
        "Shift D",
        MOVE,
        "move right four times as far",
        Action::Move(Movement::Pan(0.6, 0.0)),
    )),
    key("PageUp", "Page up", MOVE, "move up", Action::Move(Movement::Pan(0.0, -0.8))),
    key("PageDown", "Page down", MOVE, "move down", Action::Move(Movement::Pan(0.0, 0.8))),
    key("Digit0", "0", MOVE, "show everything", Action::Move(Movement::Fit)),
    key("Home", "Home", MOVE, "show everything", Action::Move(Movement::Fit)),
    key("KeyF", "F", MOVE, "zoom to the selected task or area; again to show everything", Action::Focus),
    ctrl(key("KeyZ", "Ctrl Z", MOVE, "undo the last change of the view", Action::Undo)),
    shift(ctrl(key("KeyZ", "Ctrl Shift Z", MOVE, "redo the change", Action::Redo))),
    key("Backspace", "Backspace", MOVE, "undo the last change of the view", Action::Undo),
    key("ArrowLeft", "←", SELECT, "earlier on the row", Action::Next(Neighbour::Earlier)),
    key("ArrowRight", "→", SELECT, "later on the row", Action::Next(Neighbour::Later)),
    key("ArrowUp", "↑", SELECT, "row above", Action::Next(Neighbour::Above)),
    key("ArrowDown", "↓", SELECT, "row below", Action::Next(Neighbour::Below)),
    key("BracketLeft", "[", SELECT, "task that the selected one waited for", Action::Next(Neighbour::Cause)),
    key(
        "BracketRight",
        "]",
        SELECT,
        "task that waited for the selected one",
        Action::Next(Neighbour::Effect),
    ),
    key("KeyU", "U", GRAPH, "focus: one more dependency before it", hop(true, false)),
    key("KeyJ", "J", GRAPH, "focus: one more dependency after it", hop(false, false)),
    shift(key("KeyU", "Shift U", GRAPH, "focus: all tasks before it", hop(true, true))),
    shift(key("KeyJ", "Shift J", GRAPH, "focus: all tasks after it", hop(false, true))),
    shift(key("KeyI", "Shift I", GRAPH, "focus: the selection only", Action::Narrow(Narrowing::Isolate))),
    key("KeyE", "E", GRAPH, "expand the selected group or lane", Action::Expand(true)),
    shift(key(
        "KeyE",
        "Shift E",
        GRAPH,
        "collapse the group or lane around the selection",
        Action::Expand(false),
    )),
    key("KeyN", "N", SELECT, "next failed task", Action::Next(Neighbour::NextFailure)),
    shift(key("KeyN", "Shift N", SELECT, "previous failed task", Action::Next(Neighbour::PreviousFailure))),
    key("Escape", "Esc", SELECT, "go back: close, clear or deselect", Action::Back),
    key("KeyC", "C", SHOW, "critical path", Action::Critical),
    shift(key(
        "KeyC",
        "Shift C",
        SELECT,
        "next task of the critical path",
        Action::Next(Neighbour::NextCritical),
    )),
    shift(key("KeyB", "Shift B", SHOW, "durations in earlier runs", Action::Before)),
    shift(key("KeyM", "Shift M", SHOW, "counters above the timeline", Action::Counters)),
    key("KeyG", "G", SHOW, "lanes by task, worker, step, status, nested", Action::Lanes),
    key("KeyP", "P", SHOW, "pin the lane to the top, or unpin it", Action::Lane(None, LaneAct::Pin)),
    shift(key("KeyH", "Shift H", SHOW, "hide the lane", Action::Lane(None, LaneAct::Hide))),
    shift(key(
        "KeyG",
        "Shift G",
        SHOW,
        "show all lanes in their default order",
        Action::Lane(None, LaneAct::ShowAll),
    )),
    key("KeyH", "H", SHOW, "fold gaps in which nothing runs", Action::Gaps),
    key("KeyT", "T", SHOW, "times: relative, UTC, local", Action::Time),
    key("KeyM", "M", GRAPH, "matrix of dependencies, or layers", Action::Matrix),
    shift(key("KeyV", "Shift V", GRAPH, "map of a graph that is larger than the window", Action::Map)),
    within(
        View::Timeline,
        key(
            "KeyM",
            "M",
            MARKERS,
            "on the timeline: mark the moment under the pointer, with a note",
            Action::Mark,
        ),
    ),
    key("KeyK", "K", MARKERS, "next marker", Action::Marker(MarkerAct::Next(true))),
    shift(key("KeyK", "Shift K", MARKERS, "previous marker", Action::Marker(MarkerAct::Next(false)))),
    key("Delete", "Del", MARKERS, "remove the chosen marker", Action::Marker(MarkerAct::Remove(None))),
    key("Slash", "/", SHOW, "filter", Action::Search),
    ctrl(key("KeyK", "Ctrl K", PAGE, "commands, tasks, steps, runs", Action::Palette)),
    shift(ctrl(key("KeyP", "Ctrl Shift P", PAGE, "commands, tasks, steps, runs", Action::Palette))),
    key("F1", "F1", PAGE, "commands, tasks, steps, runs", Action::Palette),
    key("KeyI", "I", SHOW, "details", Action::Details),
    key("KeyX", "X", COMPARE, "swap A and B", Action::Swap),
    shift(key("KeyX", "Shift X", COMPARE, "both, A alone, B alone", Action::Mode)),
    key("KeyB", "B", COMPARE, "use this run as the baseline", Action::Baseline),
    shift(key("KeyT", "Shift T", PAGE, "theme: light, dark, high contrast", Action::Theme)),
    ctrl(key("KeyO", "Ctrl O", PAGE, "open files", Action::Open)),
    ctrl(key("KeyS", "Ctrl S", PAGE, "save a report of this run", Action::SaveReport { all: false })),
    shift(ctrl(key(
        "KeyS",
        "Ctrl Shift S",
        PAGE,
        "save a report of all open runs",
        Action::SaveReport { all: true },
    ))),
    shift(key(
        "KeyR",
        "Shift R",
        PAGE,
        "copy the command that runs the focus, the selection or the failures again",
        Action::CopyRerun,
    )),
    key("KeyY", "Y", PAGE, "copy the link to this view", Action::CopyLink),
    shift(key("KeyL", "Shift L", PAGE, "copy a link that contains this run", Action::LinkRun)),
    shift(key("KeyY", "Shift Y", PAGE, "copy the picture", Action::CopyPicture)),
    key("KeyL", "L", PAGE, "alerts of the server", Action::Alerts),
    ctrl(key("Comma", "Ctrl ,", PAGE, "settings", Action::Settings)),
    shift(key("Slash", "?", PAGE, "keys, filter syntax and glossary", Action::Help)),
];
