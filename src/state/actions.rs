//! The one table of actions: keys, words, and what is dispatched. The key handler, the help sheet and the tooltips are
//! made from it.

use makespan_engine::{Format, Neighbour, Turn};
use makespan_import::Unit;
use makespan_views::chart::Choice;
use makespan_views::compare::{Alignment, Mode, Part};
use makespan_views::filter::Filter;
use makespan_views::gesture::Movement;
use makespan_views::graph::{Drawing, Grouping};
use makespan_views::heatmap::Heating;
use makespan_views::timeline::{LaneAct, Lanes};
use makespan_views::{Area, Colouring, TimeMode, View, ViewState};

use super::markers::MarkerAct;
use super::settings::Drag;
use crate::worker::Grown;

/// What a person can ask for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    /// Shows a view.
    Show(View),
    /// Chooses what a view shows.
    Set(Setting),
    /// Moves within the picture.
    Move(Movement),
    /// Brings the selected task into view.
    Focus,
    /// Shows the area of the filter as large as the picture allows; where it is already, everything.
    FocusArea,
    /// An area of the timeline is being drawn, or no longer.
    Pick(Option<Area>),
    /// An area of the timeline is selected.
    SelectArea(Area),
    /// Goes back to what was shown before.
    Undo,
    /// Goes forth again.
    Redo,
    /// A gesture has come to rest.
    Settled,
    /// The address was changed from outside.
    Follow(Box<ViewState>),
    /// Selects what a row of a table or a name leads to; or nothing.
    Select(Option<u32>),
    /// Selects what lies next: along the row or the dependencies.
    Next(Neighbour),
    /// Expands the selected group of the graph, or collapses the one around the selection.
    Expand(bool),
    /// Changes which part of the graph is in focus.
    Narrow(Narrowing),
    /// What the engine made of something that was done.
    Turned(Box<Turn>),
    /// Shows in the timeline what tasks took in the runs before, or no longer.
    Before,
    /// Shows or hides the counters above the timeline.
    Counters,
    /// Opens the files again with numbers that stand for times in this unit; `None` judges them by format and size.
    ReadAs(Option<Unit>),
    /// Opens the sheet that maps the columns of a table, by its place among those that were given; or closes it.
    Columns(Option<usize>),
    /// Opens the files again with tables read by this mapping.
    ReadBy(String),
    /// Marks the critical path or no longer.
    Critical,
    /// Goes through the ways to group lanes.
    Lanes,
    /// Does something to a lane of the timeline, by its number, or to the one that keys are about.
    Lane(Option<u32>, LaneAct),
    /// Opens the menu of a lane at a place of the picture, or closes it.
    LaneMenu(Option<(u32, f64, f64)>),
    /// Marks the moment under the pointer, or else that of the selection.
    Mark,
    /// Does something to a marker.
    Marker(MarkerAct),
    /// Folds the gaps of the timeline in which nothing runs, or no longer.
    Gaps,
    /// Goes through the ways to write times.
    Time,
    /// Goes through the themes.
    Theme,
    /// Shows the table in place of the picture.
    Twin,
    /// Moves to the filter.
    Search,
    /// Opens or closes the panel of details.
    Details,
    /// Opens or closes the sheet of keys.
    Help,
    /// Opens or closes the palette.
    Palette,
    /// Opens or closes the settings.
    Settings,
    /// Opens or closes the alerts of the server.
    Alerts,
    /// Steps back out of what is open.
    Back,
    /// Draws the graph in layers or as a matrix.
    Matrix,
    /// Shows or hides the small map of the graph.
    Map,
    /// Asks for files.
    Open,
    /// Copies the link to what is seen.
    CopyLink,
    /// Copies the engine's command that runs again what is in focus, selected or failed.
    CopyRerun,
    /// Copies the picture that is seen.
    CopyPicture,
    /// Saves the picture that is seen as SVG.
    SavePicture,
    /// Saves the run that is seen, or of SVG its picture, as a file of that format.
    Save(Format),
    /// Saves a report of the shown run, or of all open ones.
    SaveReport {
        /// All open runs.
        all: bool,
    },
    /// Copies a link that contains the shown run.
    LinkRun,
    /// Shows what a finding is about: view, lanes, filter, selection and window of that state; the rest stays.
    Go(Box<ViewState>),
    /// Baseline and candidate change places.
    Swap,
    /// Both runs, one alone, the other alone.
    Mode,
    /// The run that is shown becomes the baseline.
    Baseline,
    /// Shows another of the open runs.
    ShowRun(usize),
    /// Closes the run that is shown.
    CloseRun,
    /// Goes back to the first page.
    Close,
    /// A run that grows is newer, or its connection broke or is back.
    Grew(Box<Grown>),
}

/// A change of the focus of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Narrowing {
    /// One dependency more: before what is in focus or after it, and whether all of them.
    Hop {
        /// Before it.
        before: bool,
        /// All of them.
        all: bool,
    },
    /// The selection alone.
    Isolate,
    /// What failed and its neighbours.
    Failed,
    /// What lies between two tasks: first one is remembered, then another.
    Between,
    /// Everything.
    Clear,
}

/// A choice of what a view shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Setting {
    /// The filter.
    Filter(Filter),
    /// Lanes of the timeline.
    Lanes(Lanes),
    /// What the nodes of the graph stand for.
    Nodes(Grouping),
    /// How the graph is drawn.
    Drawing(Drawing),
    /// What colours mean.
    Colours(Colouring),
    /// The column of the table of tasks that was pressed, by its key.
    Sort(String),
    /// The chart.
    Chart(Choice),
    /// The matrix.
    Heat(Heating),
    /// The part of the comparison.
    Part(Part),
    /// Which runs the graph of a comparison shows.
    Mode(Mode),
    /// Where timelines lie over each other.
    Alignment(Alignment),
    /// The measure that is compared.
    Measure(String),
    /// The theme, by its name.
    Theme(String),
    /// How times are written.
    Time(TimeMode),
    /// What a drag does on the timeline.
    Drag(Drag),
    /// Whether keys of a single character do something.
    Keys(bool),
    /// Whether a graph that is larger than its window has a small map.
    Map(bool),
}

/// One line of the table.
pub(crate) struct Bound {
    /// Key as the event names it: `KeyboardEvent.code` for letters, so that the place counts and not the print.
    pub(crate) code: &'static str,
    /// Whether Shift is held.
    pub(crate) shift: bool,
    /// Whether Ctrl (or Command) is held.
    pub(crate) ctrl: bool,
    /// The only view in which it holds; there it goes before what the key does elsewhere.
    pub(crate) only: Option<View>,
    /// What people read on the sheet.
    pub(crate) keys: &'static str,
    /// What it does.
    pub(crate) about: &'static str,
    /// Under which heading it stands.
    pub(crate) group: &'static str,
    /// What it dispatches.
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

/// All actions that have a key.
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
        "show all lanes in their own order",
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

/// The action of a key in a view, if it has one.
pub(crate) fn find(view: View, code: &str, key: &str, shift: bool, ctrl: bool) -> Option<Action> {
    // `?` and `/` lie on other keys in other layouts: the print counts for them.
    let (code, shift) = match key {
        "?" => ("Slash", true),
        "/" => ("Slash", false),
        "[" => ("BracketLeft", false),
        "]" => ("BracketRight", false),
        _ => (code, shift),
    };
    let bound = ACTIONS.iter().filter(|b| b.code == code && b.shift == shift && b.ctrl == ctrl);
    let bound = bound.filter(|b| b.only.is_none_or(|only| only == view));
    bound.max_by_key(|b| b.only.is_some()).map(|b| b.action.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things() {
        for (i, a) in ACTIONS.iter().enumerate() {
            for b in &ACTIONS[i + 1..] {
                let of = |bound: &Bound| (bound.code, bound.shift, bound.ctrl, bound.only);
                assert!(of(a) != of(b), "{} is bound twice", a.keys);
            }
        }
        let find = |code, key, shift, ctrl| super::find(View::Graph, code, key, shift, ctrl);
        assert_eq!(find("Minus", "?", true, false), Some(Action::Help));
        assert_eq!(find("KeyC", "c", false, false), Some(Action::Critical));
        assert_eq!(find("KeyC", "c", false, true), None);
        assert_eq!(find("KeyM", "m", false, false), Some(Action::Matrix));
        assert_eq!(super::find(View::Timeline, "KeyM", "m", false, false), Some(Action::Mark));
    }
}
