//! The options of `export`, and of `extract` and `convert`.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args as ClapArgs, ValueEnum};
use makespan_export::{Format, Picture, Table};

use super::input::{FILES_OR_STORE, Input};
use crate::date::Date;

/// The format in which runs are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExportFormat {
    /// A text format.
    Of(Format),
    /// Events, compressed.
    JsonlGz,
    /// The JSON document as YAML.
    Yaml,
    /// A trace in Perfetto's own format.
    Perfetto,
    /// A report for paper.
    Pdf,
    /// The picture of an SVG file, as pixels.
    Png,
    /// The table of a CSV file, with types.
    Parquet,
}

/// Returns the description of a format in `--help`.
fn meaning(format: Format) -> &'static str {
    match format {
        Format::Markdown => "A report: summary, bottlenecks, insights, tasks, and Mermaid diagrams",
        Format::Csv => "One table, chosen by --table",
        Format::Json => "All events as one JSON document; every verb opens it",
        Format::Jsonl => "All events as JSON Lines; every verb opens it",
        Format::Svg => "A picture, chosen by --view",
        Format::Mermaid => "The graph as a Mermaid flowchart",
        Format::Gantt => "The timeline as a Mermaid Gantt chart",
        Format::Dot => "The graph for Graphviz",
        Format::GraphMl => "The graph for yEd, Gephi and networkx",
        Format::Positions => "The graph as JSON, with the positions of its drawing",
        Format::ChromeTrace => "A trace for Perfetto and chrome://tracing; every verb opens it",
        Format::Otlp => "Traces for OpenTelemetry collectors and Jaeger, as OTLP JSON",
        Format::Text => "The text notation: one line per attempt, for people; every verb opens it",
    }
}

impl ExportFormat {
    /// Whether its files are not text, which no terminal can show.
    pub(crate) fn is_binary(self) -> bool {
        match self {
            ExportFormat::JsonlGz
            | ExportFormat::Perfetto
            | ExportFormat::Pdf
            | ExportFormat::Png
            | ExportFormat::Parquet => true,
            ExportFormat::Of(_) | ExportFormat::Yaml => false,
        }
    }
}

impl ValueEnum for ExportFormat {
    fn value_variants<'a>() -> &'a [ExportFormat] {
        const ALL: [ExportFormat; 19] = [
            ExportFormat::Of(Format::Markdown),
            ExportFormat::Of(Format::Csv),
            ExportFormat::Parquet,
            ExportFormat::Of(Format::Json),
            ExportFormat::Of(Format::Jsonl),
            ExportFormat::JsonlGz,
            ExportFormat::Yaml,
            ExportFormat::Of(Format::Svg),
            ExportFormat::Png,
            ExportFormat::Pdf,
            ExportFormat::Of(Format::Mermaid),
            ExportFormat::Of(Format::Gantt),
            ExportFormat::Of(Format::Dot),
            ExportFormat::Of(Format::GraphMl),
            ExportFormat::Of(Format::Positions),
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
            ExportFormat::JsonlGz => {
                PossibleValue::new("jsonl.gz").help("All events as JSON Lines, compressed by gzip")
            }
            ExportFormat::Perfetto => PossibleValue::new("perfetto")
                .help("A trace in Perfetto's own format, with times in nanoseconds"),
            ExportFormat::Pdf => PossibleValue::new("pdf").help("A report, printed by an installed browser"),
            ExportFormat::Png => {
                PossibleValue::new("png").help("The picture of an SVG file as pixels, chosen by --view")
            }
            ExportFormat::Parquet => PossibleValue::new("parquet")
                .help("The table of a CSV file with types, for pandas, DuckDB and Spark, chosen by --table"),
            ExportFormat::Yaml => PossibleValue::new("yaml").help("The JSON document as YAML"),
        })
    }
}

/// Parses the name of a text format.
pub(crate) fn text_format(name: &str) -> Result<Format, String> {
    let known = || Format::ALL.iter().map(|f| f.name()).collect::<Vec<_>>().join(", ");
    Format::ALL.into_iter().find(|f| f.name() == name).ok_or_else(|| format!("possible formats: {}", known()))
}

/// Parses the scale of a picture.
fn scale(text: &str) -> Result<f32, String> {
    let number = text.parse::<f32>().ok().filter(|scale| (1.0..=4.0).contains(scale));
    number.ok_or_else(|| "enter a number from 1 to 4".to_owned())
}

/// The rows of a CSV or Parquet file.
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

/// What an SVG or PNG file shows.
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
#[command(mut_arg("files", |files| files.required(false).help(FILES_OR_STORE)))]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Format to write [default: from the file extension of the output, or jsonl]
    #[arg(long, value_enum)]
    format: Option<ExportFormat>,
    /// File to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Table to write as CSV or Parquet
    #[arg(long, value_enum, default_value_t)]
    pub(crate) table: TableArg,
    /// Write CSV cells unchanged even if a spreadsheet would execute them as formulas
    #[arg(long)]
    pub(crate) csv_raw: bool,
    /// Picture to draw as SVG or PNG
    #[arg(long, value_enum, default_value_t)]
    pub(crate) view: PictureArg,
    /// Pixels of a PNG per px of the SVG, from 1 to 4
    #[arg(long, value_name = "N", default_value = "2", value_parser = scale)]
    pub(crate) scale: f32,
    /// Colours of pictures: light, dark, high-contrast, or high-contrast-dark
    #[arg(long, default_value = "light")]
    pub(crate) theme: String,
    /// Export only the Nth run of several, counted from 1
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<usize>,
    /// Include only runs that started at or after DATE: 2026-01-05, or a date with a time
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<Date>,
    /// Include only runs that started before DATE; a date without a time includes that day
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<Date>,
    /// Replace secrets with [redacted] (see docs/reports.md)
    #[arg(long)]
    pub(crate) redact: bool,
}

impl ExportArgs {
    /// Returns the requested format, or the one that the file's extension stands for; JSON Lines for standard output and
    /// for files without an extension.
    ///
    /// # Errors
    ///
    /// The unknown extension, if there is one.
    pub(crate) fn format(&self) -> Result<ExportFormat, String> {
        if let Some(format) = self.format {
            return Ok(format);
        }
        let name = self.output.as_ref().and_then(|path| path.file_name());
        let name = name.map_or_else(String::new, |name| name.to_string_lossy().to_lowercase());
        let parts = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty());
        Ok(match parts.map(|(_, ending)| ending) {
            Some("gz") => match name.strip_suffix(".gz").and_then(Format::of_file) {
                None | Some(Format::Jsonl) => ExportFormat::JsonlGz,
                Some(other) => return Err(format!("{}.gz", other.ending())),
            },
            Some("yaml" | "yml") => ExportFormat::Yaml,
            Some("pdf") => ExportFormat::Pdf,
            Some("png") => ExportFormat::Png,
            Some("parquet") => ExportFormat::Parquet,
            Some("pftrace" | "perfetto-trace") => ExportFormat::Perfetto,
            Some(ending) => ExportFormat::Of(Format::of_file(&name).ok_or_else(|| ending.to_owned())?),
            None => ExportFormat::Of(Format::Jsonl),
        })
    }

    /// Returns whether only some of the runs are exported.
    pub(crate) fn chooses(&self) -> bool {
        self.run.is_some() || self.from.is_some() || self.to.is_some()
    }
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ExtractArgs {
    #[command(flatten)]
    pub(crate) input: Input,
    /// File to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ConvertArgs {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Format to write
    #[arg(long, value_parser = text_format)]
    pub(crate) to: Format,
    /// File to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace secrets with [redacted] (see docs/reports.md)
    #[arg(long)]
    pub(crate) redact: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DrawArgs {
    /// Pixels per px
    #[arg(long, value_name = "N", default_value = "2", value_parser = scale)]
    pub(crate) scale: f32,
    /// File to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Only {
        #[command(flatten)]
        export: ExportArgs,
    }

    fn of(words: &[&str]) -> Result<ExportFormat, String> {
        Only::try_parse_from([&["export", "run.jsonl"], words].concat()).unwrap().export.format()
    }

    #[test]
    fn the_extension_decides_and_an_unknown_one_is_refused() {
        for plain in [&[][..], &["-o", "-"], &["-o", "a.b/out"], &["-o", ".runs"]] {
            assert_eq!(of(plain), Ok(ExportFormat::Of(Format::Jsonl)), "{plain:?}");
        }
        assert_eq!(of(&["-o", "A.Parquet"]), Ok(ExportFormat::Parquet));
        assert_eq!(of(&["-o", "a.jsonl.gz"]), Ok(ExportFormat::JsonlGz));
        assert_eq!(of(&["-o", "a.csv", "--format", "json"]), Ok(ExportFormat::Of(Format::Json)));
        assert_eq!(of(&["-o", "a.xyz"]), Err("xyz".to_owned()));
        assert_eq!(of(&["-o", "a.csv.gz"]), Err("csv.gz".to_owned()));
    }
}
