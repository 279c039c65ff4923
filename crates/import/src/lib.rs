//! Converts run files of other systems to events.
//!
//! [`open()`] takes files as bytes and sends their events to a sink. Formats are detected by content: every importer of
//! the [`registry`] examines the beginning of a file ([`Head`]) and returns how certain it is. A bad record becomes a
//! diagnostic and reading continues; a bad file becomes a verdict and the others are read.
//!
//! ```
//! use makespan_import::{open, Options, Source, Verdict};
//! let file = Source::new("run.json", br#"{"tasks":[{"id":"a","start":0,"end":9}]}"#.to_vec());
//! let mut runs = makespan_model::RunsBuilder::new();
//! let outcome = open(vec![file], &Options::default(), &mut runs);
//! assert_eq!(outcome.files[0].kind, Verdict::Read);
//! assert_eq!(outcome.files[0].format, Some("plain"));
//! ```

pub mod airflow;
mod archive;
pub mod argo;
pub mod cargo;
pub mod chrome_trace;
pub mod circleci;
mod coloured;
pub mod cromwell;
pub mod dagster;
pub mod dbt;
mod document;
mod draft;
mod encoding;
pub mod error;
mod files;
mod gather;
pub mod github;
pub mod gitlab;
pub mod gradle;
pub mod graflow;
pub mod hosted;
mod ids;
pub mod importer;
pub mod jaeger;
pub mod jenkins;
pub mod joblog;
pub mod json;
pub mod junit;
pub mod kailash;
mod known;
pub mod langfuse;
pub mod langsmith;
pub mod limits;
mod lines;
pub mod luigi;
pub mod makespan;
pub mod mapping;
pub mod metaflow;
pub mod mlflow;
pub mod moe;
pub mod mpt;
pub mod nextflow;
mod opening;
pub mod openlineage;
pub mod otlp;
mod outcome;
mod pairs;
mod parquet;
pub mod perfetto;
pub mod plain;
pub mod playwright;
pub mod prefect;
mod protobuf;
pub mod registry;
pub mod ro_crate;
pub mod slurm;
pub mod snakemake;
pub mod sniff;
pub mod sqlite;
pub mod table;
pub mod tally;
pub mod tekton;
pub mod temporal;
pub mod testing;
pub mod text;
mod times;
pub mod turborepo;
pub mod unit;
pub mod wfcommons;
mod yaml;
pub mod zipkin;

pub use archive::{Decoders, unpacked_name};
pub use files::{FileVerdict, Outcome, Verdict};
pub use importer::{
    Claim, ClaimedFile, FileReader, Fixed, Importer, InUnit, Mapped, Options, ReadError, Source, Unit, Utc,
    Zone,
};
pub use makespan::read_events;
pub use mapping::Mapping;
pub use opening::{Opening, Progress, Settings, open};
pub use registry::{ALL, Importers, OWN, REGISTRY, by_id};
pub use sniff::{Head, JsonKind, Member, Shape};
pub use table::{Change, Choices, ColumnChoice, Similarity, TableSample, Tables, WordChoice};
