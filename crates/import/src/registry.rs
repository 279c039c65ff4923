//! The importers, in the order in which equal claims are decided.

use crate::importer::Importer;
use crate::table::{TABLES, Tables};

/// How files of a format relate to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The files of a run are many: all are read in one go.
    Together,
    /// Each file is read by itself; runs of the same id in several files are one run.
    Stream,
    /// Each file is read by itself; its runs are its own, even if another file has runs of the same id.
    Alone,
}

/// A line of the registry.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The importer.
    pub importer: &'static Importer,
    /// How its files relate to each other.
    pub scope: Scope,
}

impl Entry {
    /// Whether the runs of such a file are its own, even if another file has runs of the same id.
    pub(crate) fn is_alone(&self, part: &str) -> bool {
        self.scope == Scope::Alone || part == crate::makespan::PACKED
    }
}

/// Every importer there is.
pub static REGISTRY: &[Entry] = &[
    Entry { importer: &crate::makespan::MAKESPAN, scope: Scope::Stream },
    Entry { importer: &crate::document::DOCUMENT, scope: Scope::Alone },
    Entry { importer: &crate::kailash::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::moe::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::mpt::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::graflow::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::graflow::lineage::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::dbt::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::airflow::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::perfetto::IMPORTER, scope: Scope::Alone },
    Entry { importer: &crate::otlp::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::nextflow::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::github::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::argo::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::snakemake::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::gitlab::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::jaeger::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::zipkin::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::langfuse::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::circleci::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::junit::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::slurm::IMPORTER, scope: Scope::Alone },
    Entry { importer: &crate::prefect::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::dagster::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::mlflow::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::tekton::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::temporal::IMPORTER, scope: Scope::Alone },
    Entry { importer: &crate::openlineage::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::jenkins::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::hosted::BUILDKITE, scope: Scope::Together },
    Entry { importer: &crate::hosted::AZURE, scope: Scope::Alone },
    Entry { importer: &crate::hosted::BITBUCKET, scope: Scope::Together },
    Entry { importer: &crate::langsmith::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::playwright::PLAYWRIGHT, scope: Scope::Alone },
    Entry { importer: &crate::playwright::ALLURE, scope: Scope::Together },
    Entry { importer: &crate::luigi::IMPORTER, scope: Scope::Alone },
    Entry { importer: &crate::metaflow::IMPORTER, scope: Scope::Together },
    Entry { importer: &crate::ro_crate::IMPORTER, scope: Scope::Alone },
    Entry { importer: &crate::cargo::IMPORTER, scope: Scope::Alone },
    Entry { importer: &crate::cromwell::IMPORTER, scope: Scope::Alone },
    Entry { importer: &crate::turborepo::IMPORTER, scope: Scope::Alone },
    Entry { importer: &crate::gradle::IMPORTER, scope: Scope::Alone },
    Entry { importer: &crate::joblog::IMPORTER, scope: Scope::Alone },
    Entry { importer: &crate::wfcommons::IMPORTER, scope: Scope::Alone },
    Entry { importer: &crate::chrome_trace::CHROME_TRACE, scope: Scope::Alone },
    Entry { importer: &crate::plain::PLAIN, scope: Scope::Alone },
    Entry { importer: &crate::table::IMPORTER, scope: Scope::Alone },
    Entry { importer: &crate::text::TEXT, scope: Scope::Alone },
];

/// The importers that are asked what a file is.
#[derive(Clone, Copy, Debug)]
pub struct Importers {
    /// In the order in which equal claims are decided.
    pub entries: &'static [Entry],
    /// What to do with a file that none of them reads, if there is anything to do.
    pub otherwise: Option<&'static str>,
    /// What maps the columns of tables that none of them is sure of, if that is possible.
    pub tables: Option<&'static Tables>,
}

/// Every importer there is.
pub static ALL: Importers = Importers { entries: REGISTRY, otherwise: None, tables: Some(&TABLES) };

/// Those of what Makespan itself writes. A report carries them alone, since every importer makes it larger; for that, no
/// code that they reach may name the others.
pub static OWN: Importers = Importers {
    entries: &[
        Entry { importer: &crate::makespan::MAKESPAN, scope: Scope::Stream },
        Entry { importer: &crate::document::DOCUMENT, scope: Scope::Alone },
        Entry { importer: &crate::text::TEXT, scope: Scope::Alone },
    ],
    otherwise: Some(
        "a report opens only reports and files that Makespan wrote; open others in the app or with the program",
    ),
    tables: None,
};

/// The importer of that id.
pub fn by_id(id: &str) -> Option<&'static Importer> {
    REGISTRY.iter().map(|e| e.importer).find(|i| i.id == id)
}
