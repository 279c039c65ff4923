//! Converts runs to the formats of other programs. This crate uses no disk: the caller decides where the result goes.
//! Formats that need large crates are features: `png` and `parquet`.
//!
//! ```
//! use makespan_analysis::Facts;
//! use makespan_export::{Format, Options, export};
//! let run = makespan_model::notation::run("fetch 0..4 w1\nalign 4..9 w1 fetch").unwrap();
//! let facts = Facts::new(run.into());
//! let dot = export(&[&facts], Format::Dot, &Options::default()).unwrap();
//! assert!(dot.text.contains("0 -> 1"));
//! ```

mod chrome;
mod csv;
mod document;
mod dot;
mod error;
mod gantt;
mod graphml;
mod markdown;
mod mermaid;
mod options;
mod otlp;
#[cfg(feature = "parquet")]
mod parquet;
mod perfetto;
mod picture;
#[cfg(feature = "png")]
mod png;
mod positions;
pub mod protobuf;
mod report;
mod rows;
mod shown;
mod tables;
mod xml;

use makespan_analysis::Facts;
use makespan_model::notation;
use makespan_scene::counted;

pub use csv::is_formula;
pub use document::document;
pub use error::ExportError;
pub use markdown::{inline, sections};
pub use options::{Format, Options, Picture, Table};
#[cfg(feature = "parquet")]
pub use parquet::parquet;
pub use perfetto::perfetto;
#[cfg(feature = "png")]
pub use png::{png, rasterise};
pub use positions::positions;
pub use shown::ShownTable;
pub use xml::xml;

/// One or several runs as the text of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// The content.
    pub text: String,
    /// What the format cannot represent, as sentences; empty if nothing important is missing.
    pub notes: Vec<String>,
}

/// Writes runs in a format. The same runs give the same bytes. The cost is that of the facts that the format contains,
/// and otherwise linear in the number of events.
///
/// # Errors
///
/// [`ExportError`] if there are no runs, or the format cannot represent what was requested.
pub fn export(runs: &[&Facts], format: Format, options: &Options) -> Result<Exported, ExportError> {
    let mut notes = Vec::new();
    let text = match (runs, format) {
        ([], _) => return Err(ExportError::NoRun),
        ([one], Format::Svg) => picture::svg(one, options, &mut notes)?,
        (all, Format::Svg) => return Err(ExportError::OneRun(format.title(), all.len())),
        (all, Format::Markdown) => report::report(all),
        (all, Format::Csv) => csv::csv(all, options),
        (all, Format::Json) => {
            let lines: Vec<(&str, String)> =
                all.iter().map(|f| (f.run().id.as_str(), f.run().to_jsonl())).collect();
            document(lines.iter().map(|(id, lines)| (*id, lines.as_str())))
        }
        (all, Format::Jsonl) => all.iter().map(|f| f.run().to_jsonl()).collect(),
        (all, Format::Text) => all.iter().map(|f| notation::write(f.run())).collect(),
        (all, Format::Mermaid) => {
            let drawn = mermaid::flowchart(all);
            notes.extend(drawn.notes);
            if drawn.is_too_large {
                notes.push(
                    "the flowchart is too large for the default limits of Mermaid; raise `maxEdges` and `maxTextSize`"
                        .to_owned(),
                );
            }
            drawn.text
        }
        (all, Format::Gantt) => gantt::gantt(all, &mut notes),
        (all, Format::Dot) => dot::dot(all, &options.theme),
        (all, Format::GraphMl) => graphml::graphml(all),
        ([one], Format::Positions) => positions::first(one)?,
        (all, Format::Positions) => return Err(ExportError::OneRun(format.title(), all.len())),
        (all, Format::ChromeTrace) => chrome::trace(all, &mut notes),
        (all, Format::Otlp) => otlp::otlp(all, &mut notes),
    };
    if format.holds_graph_only() {
        let cycles: usize = runs.iter().map(|f| f.run().cut.len()).sum();
        if cycles > 0 {
            notes.push(format!("{} that close cycles are drawn dashed", counted(cycles, "dependency")));
        }
    }
    Ok(Exported { text, notes })
}
