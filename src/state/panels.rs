//! The parts of the page around the views: sheets, menus, and what is known of a growing run.

use makespan_views::timeline::DrawnArea;

/// A sheet over the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sheet {
    /// Keys, the syntax of the filter, the glossary.
    Help,
    /// Commands, and the contents of the run.
    Palette,
    /// Settings.
    Settings,
    /// Alerts of the server.
    Alerts,
    /// The columns of a table, by its index among the given files.
    Columns(usize),
}

/// The state of the page besides the view.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Panels {
    /// The open sheet.
    pub(crate) sheet: Option<Sheet>,
    /// The area of the timeline that is being drawn.
    pub(crate) picking: Option<DrawnArea>,
    /// Whether the details are closed although a task is selected.
    pub(crate) no_details: bool,
    /// The menu of a lane: its number, and its position on the picture, px.
    pub(crate) lane_menu: Option<(u32, f64, f64)>,
    /// The marker whose note is shown, by its index in the view.
    pub(crate) marker: Option<usize>,
    /// The focused cell of a matrix.
    pub(crate) focus: Option<(usize, usize)>,
}

/// The state of a growing run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Growth {
    /// Number of events so far; 0 if only the size of the file is known.
    pub(crate) events: u64,
    /// Time of the last event, ms since the epoch; 0 before the first.
    pub(crate) heard: f64,
    /// Whether the connection to the server is lost.
    pub(crate) is_lost: bool,
    /// Whether the run has finished.
    pub(crate) is_over: bool,
}
