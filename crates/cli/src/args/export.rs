//! The options of `export`, and of `extract` and `convert`.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args as ClapArgs, ValueEnum};
use makespan_export::{Format, Picture, Table};

use super::input::Input;
use crate::date::Date;

/// In which format runs are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExportFormat {
    /// One that is text.
    Of(Format),
    /// Events, compressed.
    JsonlGz,
    /// The JSON document as YAML.
    Yaml,
    /// A trace in Perfetto's own format.
    Perfetto,
    /// A report on paper.
    Pdf,
}

/// What `--help` says of a format.
fn meaning(format: Format) -> &'static str {
    match format {
        Format::Markdown => "A report: summary, bottlenecks, insights, tasks, pictures that Mermaid draws",
        Format::Csv => "One table; see --table",
        Format::Json => "Events as one JSON document, which every verb opens",
        Format::Jsonl => "Events as JSON Lines, which every verb opens",
        Format::Svg => "A picture; see --view",
        Format::Mermaid => "The graph as a Mermaid flowchart",
        Format::Gantt => "The timeline as a Mermaid Gantt chart",
        Format::Dot => "The graph for Graphviz",
        Format::GraphMl => "The graph for yEd, Gephi and networkx",
        Format::ChromeTrace => "A trace for Perfetto and chrome://tracing, which every verb opens",
        Format::Otlp => "Traces for OpenTelemetry collectors and Jaeger, as OTLP JSON",
        Format::Text => "The text notation: one line per attempt, for people; every verb opens it",
    }
}

impl ExportFormat {
    /// Whether its files are not text, which no terminal can show.
    pub(crate) fn is_binary(self) -> bool {
        matches!(self, ExportFormat::JsonlGz | ExportFormat::Perfetto | ExportFormat::Pdf)
    }
}

impl ValueEnum for ExportFormat {
    fn value_variants<'a>() -> &'a [ExportFormat] {
        const ALL: [ExportFormat; 16] = [
            ExportFormat::Of(Format::Markdown),
            ExportFormat::Of(Format::Csv),
            ExportFormat::Of(Format::Json),
            ExportFormat::Of(Format::Jsonl),
            ExportFormat::JsonlGz,
            ExportFormat::Yaml,
            ExportFormat::Of(Format::Svg),
            ExportFormat::Pdf,
            ExportFormat::Of(Format::Mermaid),
            ExportFormat::Of(Format::Gantt),
            ExportFormat::Of(Format::Dot),
            ExportFormat::Of(Format::GraphMl),
            ExportFormat::Of(Format::ChromeTrace),
            ExportFormat::Perfetto,
            ExportFormat::Of(Format::Otlp),
            ExportFormat::Of(Format::Text),
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match *self {
            ExportFormat::Of(format) => PossibleValue::new(format.name()).help(meaning(format)),
            ExportFormat::JsonlGz => PossibleValue::new("jsonl.gz").help("The same, compressed"),
            ExportFormat::Perfetto => PossibleValue::new("perfetto")
                .help("A trace in Perfetto's own format, with times in nanoseconds"),
            ExportFormat::Pdf => PossibleValue::new("pdf").help("A report, printed by an installed browser"),
            ExportFormat::Yaml => PossibleValue::new("yaml").help("The JSON document as YAML"),
        })
    }
}

/// One of the formats that are text.
pub(crate) fn text_format(name: &str) -> Result<Format, String> {
    let known = || Format::ALL.iter().map(|f| f.name()).collect::<Vec<_>>().join(", ");
    Format::ALL.into_iter().find(|f| f.name() == name).ok_or_else(|| format!("possible formats: {}", known()))
}

/// The rows of a CSV file.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum TableArg {
    /// One row per task
    #[default]
    Tasks,
    /// One row per attempt
    Attempts,
    /// One row per measured value
    Metrics,
    /// One row per run, with its totals
    Runs,
}

impl From<TableArg> for Table {
    fn from(table: TableArg) -> Table {
        match table {
            TableArg::Tasks => Table::Tasks,
            TableArg::Attempts => Table::Attempts,
            TableArg::Metrics => Table::Metrics,
            TableArg::Runs => Table::Runs,
        }
    }
}

/// What an SVG file shows.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum PictureArg {
    /// Tasks and their dependencies
    #[default]
    Graph,
    /// Attempts over time
    Timeline,
}

impl From<PictureArg> for Picture {
    fn from(picture: PictureArg) -> Picture {
        match picture {
            PictureArg::Graph => Picture::Graph,
            PictureArg::Timeline => Picture::Timeline,
        }
    }
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  makespan export nightly.jsonl --format markdown -o nightly.md
  makespan export runs/ --format csv --table runs --from 2026-01-01 -o january.csv
  makespan export 3f2a --format svg --view timeline -o timeline.svg
docs/exports.md describes each format. Events of runs in the store are written as they are kept there.")]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) input: Input,
    /// The format [default: by the ending of the file, else jsonl]
    #[arg(long, value_enum)]
    format: Option<ExportFormat>,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The rows of a CSV file
    #[arg(long, value_enum, default_value_t)]
    pub(crate) table: TableArg,
    /// Leave CSV cells unchanged that a spreadsheet would execute as formulas
    #[arg(long)]
    pub(crate) csv_raw: bool,
    /// What an SVG file shows
    #[arg(long, value_enum, default_value_t)]
    pub(crate) view: PictureArg,
    /// The colours of pictures: light, dark, high-contrast, high-contrast-dark
    #[arg(long, default_value = "light")]
    pub(crate) theme: String,
    /// Export only run N, the first being 1
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<usize>,
    /// Only runs that started at or after this date: 2026-01-05, or with a time
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<Date>,
    /// Only runs that started before this moment, or on this day or before it
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<Date>,
    /// Replace secrets by [redacted] (docs/reports.md describes what is found)
    #[arg(long)]
    pub(crate) redact: bool,
}

impl ExportArgs {
    /// The format that was asked for, else the one that the file's ending names.
    pub(crate) fn format(&self) -> ExportFormat {
        let name =
            self.output.as_ref().map_or_else(String::new, |path| path.to_string_lossy().to_lowercase());
        self.format.unwrap_or_else(|| match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("gz") => ExportFormat::JsonlGz,
            Some("yaml" | "yml") => ExportFormat::Yaml,
            Some("pdf") => ExportFormat::Pdf,
            Some("pftrace" | "perfetto-trace") => ExportFormat::Perfetto,
            _ => ExportFormat::Of(Format::of_file(&name).unwrap_or(Format::Jsonl)),
        })
    }

    /// Whether some of the runs are to be left out.
    pub(crate) fn chooses(&self) -> bool {
        self.run.is_some() || self.from.is_some() || self.to.is_some()
    }
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "A report holds all events of its runs; this is `export --format jsonl` for reports.")]
pub(crate) struct ExtractArgs {
    #[command(flatten)]
    pub(crate) input: Input,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ConvertArgs {
    #[command(flatten)]
    pub(crate) input: Input,
    /// The format
    #[arg(long, value_parser = text_format)]
    pub(crate) to: Format,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace secrets by [redacted] (docs/reports.md describes what is found)
    #[arg(long)]
    pub(crate) redact: bool,
}
