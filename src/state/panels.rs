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
    /// The keys of actions.
    Keys,
    /// Alerts of the server.
    Alerts,
    /// The columns of a table, by its index among the given files.
    Columns(usize),
    /// Labels, parameters and metrics of the run.
    Properties(Chosen),
    /// The columns of the task table.
    TableColumns,
}

/// What a label, a parameter or a metric is chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chosen {
    /// The lanes of the timeline.
    Lanes,
    /// The colours of the pictures.
    Colours,
    /// A column of the task table.
    Column,
    /// The groups of the task table.
    Groups,
}

impl Chosen {
    /// Returns the title of the sheet.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Chosen::Lanes => "Lanes by label or parameter",
            Chosen::Colours => "Colour by label, parameter or metric",
            Chosen::Column => "Add a label, parameter or metric",
            Chosen::Groups => "Group by label or parameter",
        }
    }

    /// Returns whether metrics are offered.
    pub(crate) fn takes_numbers(self) -> bool {
        matches!(self, Chosen::Colours | Chosen::Column)
    }

    /// Returns the message if the run has none.
    pub(crate) fn missing(self) -> &'static str {
        match self.takes_numbers() {
            false => "The tasks of this run have no labels or parameters.",
            true => "The tasks of this run have no labels, parameters or metrics.",
        }
    }
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
