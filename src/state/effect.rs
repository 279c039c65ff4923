//! What an action asks of the world outside the state.

use makespan_engine::{Format, Touch};
use makespan_import::Unit;

/// Effects outside the state.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    /// The link has changed; the flag is whether this is an undo step.
    Link(bool),
    /// The link has changed and may change further: it is written when the gesture has ended.
    LinkSoon,
    /// Send an interaction to the engine.
    Touch(Touch),
    /// Mark the moment under the pointer.
    Mark,
    /// Show a short message.
    Say(String),
    /// Store a choice for the next visit: its name and value.
    Remember(&'static str, &'static str),
    /// Store the reader's keys for the next visit.
    RememberKeys(String),
    /// Focus the filter.
    FocusFilter,
    /// Choose and remember the next theme.
    Theme,
    /// Open the file dialog.
    AskFiles,
    /// Keep the open files for a reload, or forget them.
    KeepOpen(bool),
    /// Copy the address.
    CopyLink,
    /// Copy a text.
    Copy(String),
    /// Copy the picture.
    CopyPicture,
    /// Save the run, or its picture, as a file.
    Save(Format),
    /// Save the picture as pixels.
    SavePixels,
    /// Save the table of the view, or copy it.
    TableText {
        /// Copy it.
        copied: bool,
    },
    /// Write a report of the current run, or of all, and save it.
    SaveReport(bool),
    /// Copy a link that contains the current run.
    LinkRun,
    /// Request the shown parts again, because the run has new events.
    Refresh,
    /// Open the files again with numeric times in this unit.
    ReadAs(Option<Unit>),
    /// Open the files again with the view's mapping for tables.
    ReadBy,
    /// Close all runs.
    Close,
    /// Close one run.
    CloseRun(usize),
}
