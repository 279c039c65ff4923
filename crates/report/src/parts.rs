//! The parts of a report, which can be selected.

/// A part that a report shows. The data of a report is always complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Figures and statuses.
    Summary,
    /// Tasks that failed, and errors.
    Failures,
    /// Findings.
    Findings,
    /// Comparisons of runs of one workflow, and charts over all runs.
    Comparison,
    /// Attempts over time.
    Timeline,
    /// Tasks and their dependencies.
    Graph,
    /// Where the time went: critical path, waits, steps, workers, parameters, problems of the file.
    Analysis,
    /// Charts and matrices.
    Charts,
    /// All tasks.
    Tasks,
}

impl Part {
    /// All parts, in their order.
    pub const ALL: [Part; 9] = [
        Part::Summary,
        Part::Failures,
        Part::Findings,
        Part::Comparison,
        Part::Timeline,
        Part::Graph,
        Part::Analysis,
        Part::Charts,
        Part::Tasks,
    ];

    /// Returns the name on the command line and in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Part::Summary => "summary",
            Part::Failures => "failures",
            Part::Findings => "findings",
            Part::Comparison => "comparison",
            Part::Timeline => "timeline",
            Part::Graph => "graph",
            Part::Analysis => "analysis",
            Part::Charts => "charts",
            Part::Tasks => "tasks",
        }
    }

    /// Returns the title that people read.
    pub fn title(self) -> &'static str {
        match self {
            Part::Summary => "Summary",
            Part::Failures => "Failures",
            Part::Findings => "Findings",
            Part::Comparison => "Comparison",
            Part::Timeline => "Timeline",
            Part::Graph => "Graph",
            Part::Analysis => "Analysis",
            Part::Charts => "Charts",
            Part::Tasks => "All tasks",
        }
    }

    /// Returns the part that a section of the overview belongs to, by the id of the section.
    pub(crate) fn of_section(id: &str) -> Part {
        match id {
            "figures" | "statuses" => Part::Summary,
            "failures" => Part::Failures,
            "findings" => Part::Findings,
            _ => Part::Analysis,
        }
    }
}
