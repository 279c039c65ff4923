//! The choices of a comparison that a link contains, each with all its values and their names.

use serde::{Deserialize, Serialize};

/// The parts of a comparison, in reading order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Part {
    /// The result in a sentence, the figures, and the parts of the difference.
    #[default]
    Summary,
    /// All tasks with both durations.
    Tasks,
    /// One graph of the tasks and dependencies of both runs.
    Graph,
    /// The attempts of one run overlaid on those of the other.
    Timeline,
    /// The contribution of each step.
    Steps,
    /// Parameters and labels that differ.
    Parameters,
    /// Sets of runs: shifts with their intervals.
    Statistics,
    /// Task by task over many runs.
    Trend,
}

impl Part {
    /// All parts, in reading order.
    pub const ALL: [Part; 8] = [
        Part::Summary,
        Part::Tasks,
        Part::Graph,
        Part::Timeline,
        Part::Steps,
        Part::Parameters,
        Part::Statistics,
        Part::Trend,
    ];

    /// Returns the name in links and test ids.
    pub fn name(self) -> &'static str {
        match self {
            Part::Summary => "summary",
            Part::Tasks => "tasks",
            Part::Graph => "graph",
            Part::Timeline => "timeline",
            Part::Steps => "steps",
            Part::Parameters => "parameters",
            Part::Statistics => "statistics",
            Part::Trend => "trend",
        }
    }

    /// Returns its title.
    pub fn title(self) -> &'static str {
        match self {
            Part::Summary => "Summary",
            Part::Tasks => "Tasks",
            Part::Graph => "Graph",
            Part::Timeline => "Timeline",
            Part::Steps => "Steps",
            Part::Parameters => "Parameters",
            Part::Statistics => "Statistics",
            Part::Trend => "Trend",
        }
    }
}

/// Which of the two runs a picture shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Mode {
    /// Both in one.
    #[default]
    Union,
    /// Only the baseline, with the positions of the combined graph.
    A,
    /// Only the candidate, with the positions of the combined graph.
    B,
}

impl Mode {
    /// All modes, in the order in which the key cycles through them.
    pub const ALL: [Mode; 3] = [Mode::Union, Mode::A, Mode::B];

    /// Returns the name in links.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Union => "union",
            Mode::A => "a",
            Mode::B => "b",
        }
    }

    /// Returns its title.
    pub fn title(self) -> &'static str {
        match self {
            Mode::Union => "Both",
            Mode::A => "A alone",
            Mode::B => "B alone",
        }
    }

    /// Returns whether something that is in run A, in run B, or in both is shown.
    pub fn shows(self, in_a: bool, in_b: bool) -> bool {
        match self {
            Mode::Union => in_a || in_b,
            Mode::A => in_a,
            Mode::B => in_b,
        }
    }
}

/// How two timelines are aligned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Alignment {
    /// At the starts of the runs.
    #[default]
    Start,
    /// At the starts of a task that both runs have.
    Task,
}

impl Alignment {
    /// All alignments, in the order in which the key cycles through them.
    pub const ALL: [Alignment; 2] = [Alignment::Start, Alignment::Task];

    /// Returns the name in links.
    pub fn name(self) -> &'static str {
        match self {
            Alignment::Start => "start",
            Alignment::Task => "task",
        }
    }

    /// Returns its title.
    pub fn title(self) -> &'static str {
        match self {
            Alignment::Start => "Start of the run",
            Alignment::Task => "Selected task",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_modes_show_their_runs() {
        let mut names = Part::ALL.map(Part::name).to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Part::ALL.len());
        let only_a = Mode::ALL.map(|m| m.shows(true, false));
        assert_eq!(only_a, [true, true, false]);
        assert_eq!(Mode::ALL.map(|m| m.shows(false, true)), [true, false, true]);
    }
}
