//! Order and colours of a matrix, as plain choices with names for links.

use serde::{Deserialize, Serialize};

macro_rules! choices {
    ($(#[$doc:meta])* $name:ident, $count:literal: $first:ident $first_name:literal $first_doc:literal,
        $($rest:ident $rest_name:literal $rest_doc:literal,)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            #[doc = $first_doc]
            #[default]
            $first,
            $(#[doc = $rest_doc] $rest,)*
        }

        impl $name {
            /// All values, the default first.
            pub const ALL: [$name; $count] = [$name::$first, $($name::$rest),*];

            /// Returns the name in links.
            pub fn name(self) -> &'static str {
                match self { $name::$first => $first_name, $($name::$rest => $rest_name,)* }
            }
        }
    };
}

choices! {
    /// The kinds of matrix.
    MatrixKind, 4:
    Tasks "tasks" "Tasks by measure.",
    Runs "runs" "Tasks by run.",
    Workers "workers" "Workers over time.",
    Calendar "calendar" "Days of runs.",
}

impl MatrixKind {
    /// Returns the title.
    pub fn title(self) -> &'static str {
        match self {
            MatrixKind::Tasks => "Tasks by measure",
            MatrixKind::Runs => "Tasks by run",
            MatrixKind::Workers => "Workers over time",
            MatrixKind::Calendar => "Runs by day",
        }
    }
}

choices! {
    /// How the values of a column of measures become colours.
    Normal, 2:
    Range "range" "From the lowest to the highest value of the column.",
    Rank "rank" "By the rank among the values of the column; equal values share a rank.",
}

choices! {
    /// What rows of tasks are ordered by.
    RowOrder, 4:
    Start "start" "First start.",
    Name "name" "Name, numbers in it by value.",
    Column "column" "The value of one column.",
    Alike "alike" "Similar rows next to each other.",
}

choices! {
    /// What colours the cells of tasks by run.
    RunColour, 4:
    Status "status" "Status of the task.",
    Duration "duration" "Its duration.",
    Change "change" "Duration relative to the median of the row.",
    Attempts "attempts" "Number of attempts.",
}

choices! {
    /// What rows of tasks by run are ordered by.
    LineOrder, 3:
    Given "given" "As given.",
    Failed "failed" "Tasks that failed in the most runs first.",
    Change "change" "Largest change of the latest duration from the median first.",
}

choices! {
    /// What rows of workers are ordered by.
    WorkerOrder, 2:
    Name "name" "Name, numbers in it by value.",
    Busiest "busiest" "Longest busy time first.",
}

choices! {
    /// What colours the days of a calendar.
    DayColour, 3:
    Failures "failures" "Whether runs failed.",
    Makespan "makespan" "The median makespan.",
    Count "count" "Number of runs.",
}

/// Options of the matrix of tasks by measure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TasksOptions {
    /// Keys of measures, from left to right; if empty, those in which tasks differ.
    pub columns: Vec<String>,
    /// How values become colours.
    pub normal: Normal,
    /// Whether the scale is logarithmic, for [`Normal::Range`].
    pub log: bool,
    /// The order of the rows.
    pub order: RowOrder,
    /// The measure of [`RowOrder::Column`].
    pub by: String,
    /// Whether to reverse the order; unknown values still come last.
    pub descending: bool,
}

/// Options of the matrix of tasks by run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RunsOptions {
    /// What colours the cells.
    pub colour: RunColour,
    /// The order of the rows.
    pub order: LineOrder,
}
