//! What a link holds of a comparison: plain choices, each with all its values and their names.

use serde::{Deserialize, Serialize};

/// The parts of a comparison, in the order in which they are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Part {
    /// The answer in a sentence, the figures, and what the difference is made of.
    #[default]
    Summary,
    /// All tasks with both durations.
    Tasks,
    /// One graph of the tasks and dependencies of both runs.
    Graph,
    /// The attempts of one run over those of the other.
    Timeline,
    /// What each step contributes.
    Steps,
    /// Parameters and labels that differ.
    Parameters,
    /// Several runs against several: shifts with their intervals.
    Statistics,
    /// Task by task over many runs.
    Trend,
}

impl Part {
    /// All parts, in the order in which they are read.
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

    /// The name in links and test ids.
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

    /// What people read.
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

/// Which of two runs a picture shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Mode {
    /// Both in one.
    #[default]
    Union,
    /// The baseline alone, at the places it has in the union.
    A,
    /// The candidate alone, at the places it has in the union.
    B,
}

impl Mode {
    /// All modes, in the order in which the key goes through them.
    pub const ALL: [Mode; 3] = [Mode::Union, Mode::A, Mode::B];

    /// The name in links.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Union => "union",
            Mode::A => "a",
            Mode::B => "b",
        }
    }

    /// What people read.
    pub fn title(self) -> &'static str {
        match self {
            Mode::Union => "Both",
            Mode::A => "A alone",
            Mode::B => "B alone",
        }
    }

    /// Whether what is in run A, in run B, or in both is shown.
    pub fn shows(self, in_a: bool, in_b: bool) -> bool {
        match self {
            Mode::Union => in_a || in_b,
            Mode::A => in_a,
            Mode::B => in_b,
        }
    }
}

/// Which moments of two runs are laid over each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Alignment {
    /// Their starts.
    #[default]
    Start,
    /// The starts of one task that both have.
    Task,
}

impl Alignment {
    /// All of them, in the order in which the key goes through them.
    pub const ALL: [Alignment; 2] = [Alignment::Start, Alignment::Task];

    /// The name in links.
    pub fn name(self) -> &'static str {
        match self {
            Alignment::Start => "start",
            Alignment::Task => "task",
        }
    }

    /// What people read.
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
    fn names_are_unique_and_modes_show_what_they_say() {
        let mut names = Part::ALL.map(Part::name).to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Part::ALL.len());
        let only_a = Mode::ALL.map(|m| m.shows(true, false));
        assert_eq!(only_a, [true, true, false]);
        assert_eq!(Mode::ALL.map(|m| m.shows(false, true)), [true, false, true]);
    }
}
