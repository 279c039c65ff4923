//! Formats, and options of an export.

use makespan_scene::Theme;
use serde::{Deserialize, Serialize};

/// An export format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Format {
    /// A report as Markdown.
    Markdown,
    /// One table.
    Csv,
    /// The events as one JSON document.
    Json,
    /// The events, one per line.
    Jsonl,
    /// A picture.
    Svg,
    /// The graph as a Mermaid flowchart.
    Mermaid,
    /// The timeline as a Mermaid Gantt chart.
    Gantt,
    /// The graph in the language of Graphviz.
    Dot,
    /// The graph as XML.
    GraphMl,
    /// The graph as JSON, with the positions of its drawing.
    Positions,
    /// The Trace Event format.
    ChromeTrace,
    /// The text notation.
    Text,
    /// Traces in the JSON form of OTLP.
    Otlp,
}

impl Format {
    /// All formats, in the order of menus.
    pub const ALL: [Format; 13] = [
        Format::Markdown,
        Format::Csv,
        Format::Json,
        Format::Jsonl,
        Format::Svg,
        Format::Mermaid,
        Format::Gantt,
        Format::Dot,
        Format::GraphMl,
        Format::Positions,
        Format::ChromeTrace,
        Format::Otlp,
        Format::Text,
    ];

    /// Returns the name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Markdown => "markdown",
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Svg => "svg",
            Format::Mermaid => "mermaid",
            Format::Gantt => "gantt",
            Format::Dot => "dot",
            Format::GraphMl => "graphml",
            Format::Positions => "positions",
            Format::ChromeTrace => "chrome-trace",
            Format::Text => "text",
            Format::Otlp => "otlp",
        }
    }

    /// Returns the title that people read.
    pub fn title(self) -> &'static str {
        match self {
            Format::Markdown => "Markdown",
            Format::Csv => "CSV",
            Format::Json => "JSON",
            Format::Jsonl => "JSON Lines",
            Format::Svg => "SVG",
            Format::Mermaid => "Mermaid flowchart",
            Format::Gantt => "Mermaid Gantt chart",
            Format::Dot => "DOT",
            Format::GraphMl => "GraphML",
            Format::Positions => "JSON with positions",
            Format::ChromeTrace => "Chrome trace",
            Format::Text => "Text notation",
            Format::Otlp => "OpenTelemetry traces (OTLP JSON)",
        }
    }

    /// Returns the file extension, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Format::Markdown => "md",
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Svg => "svg",
            Format::Mermaid => "mmd",
            Format::Gantt => "gantt.mmd",
            Format::Dot => "dot",
            Format::GraphMl => "graphml",
            Format::Positions => "positions.json",
            Format::ChromeTrace => "trace.json",
            Format::Text => "txt",
            Format::Otlp => "otlp.json",
        }
    }

    /// Returns the media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Markdown => "text/markdown",
            Format::Csv => "text/csv",
            Format::Json | Format::Positions | Format::ChromeTrace | Format::Otlp => "application/json",
            Format::Jsonl => "application/x-ndjson",
            Format::Svg => "image/svg+xml",
            Format::Mermaid | Format::Gantt | Format::Text => "text/plain",
            Format::Dot => "text/vnd.graphviz",
            Format::GraphMl => "application/graphml+xml",
        }
    }

    /// Returns the format for a file name: the one with the longest matching extension. Case is ignored.
    pub fn of_file(name: &str) -> Option<Format> {
        let name = name.to_lowercase();
        let endings = Format::ALL.iter().map(|f| (f.ending(), *f)).chain([
            ("markdown", Format::Markdown),
            ("mermaid", Format::Mermaid),
            ("gv", Format::Dot),
            ("ndjson", Format::Jsonl),
        ]);
        let fits = |ending: &str| name.strip_suffix(ending).is_some_and(|rest| rest.ends_with('.'));
        endings.filter(|(ending, _)| fits(ending)).max_by_key(|(ending, _)| ending.len()).map(|(_, f)| f)
    }

    /// Returns whether the format represents only tasks and dependencies.
    pub(crate) fn holds_graph_only(self) -> bool {
        matches!(self, Format::Mermaid | Format::Dot)
    }
}

/// The rows of a CSV file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Table {
    /// Tasks.
    #[default]
    Tasks,
    /// Attempts.
    Attempts,
    /// Measured values.
    Metrics,
    /// Runs, with their totals.
    Runs,
}

/// What an SVG file shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Picture {
    /// Tasks and their dependencies.
    #[default]
    Graph,
    /// Attempts over time.
    Timeline,
}

/// Options of an export.
#[derive(Clone, Debug)]
pub struct Options {
    /// The rows of a CSV file.
    pub table: Table,
    /// Whether cells that a spreadsheet would execute as formulas are left unchanged.
    pub csv_raw: bool,
    /// What an SVG file shows.
    pub picture: Picture,
    /// The colours of pictures.
    pub theme: Theme,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            table: Table::default(),
            csv_raw: false,
            picture: Picture::default(),
            theme: Theme::light(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_ending_decides() {
        assert_eq!(Format::of_file("A.GANTT.MMD"), Some(Format::Gantt));
        assert_eq!(Format::of_file("a.mmd"), Some(Format::Mermaid));
        assert_eq!(Format::of_file("x.trace.json"), Some(Format::ChromeTrace));
        assert_eq!(Format::of_file("x.json"), Some(Format::Json));
        assert_eq!(Format::of_file("x.otlp.json"), Some(Format::Otlp));
        assert_eq!((Format::of_file("json"), Format::of_file("x.pdf")), (None, None));
        for format in Format::ALL {
            assert_eq!(Format::of_file(&format!("run.{}", format.ending())), Some(format));
        }
    }
}
