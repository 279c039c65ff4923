//! The importers, in the order that decides between equal claims.

use crate::archive::{DECODERS, Decoders};
use crate::importer::Importer;
use crate::table::{TABLES, Tables};

/// The relation of a format's files to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A run may consist of several files: all are read together.
    Together,
    /// Each file is read separately; runs with the same id in several files are one run.
    Stream,
    /// Each file is read separately; its runs are separate even if another file has runs with the same ids.
    Alone,
}

/// An entry of the registry.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The importer.
    pub importer: &'static Importer,
    /// The relation of its files to each other.
    pub scope: Scope,
}

impl Entry {
    /// Returns whether the runs of such a file are separate even if another file has runs with the same ids.
    pub(crate) fn is_alone(&self, part: &str) -> bool {
        self.scope == Scope::Alone || part == crate::makespan::PACKED
    }

    /// Returns whether such a file may belong to a run with other files of its format.
    pub(crate) fn is_together(&self, part: &str) -> bool {
        self.needs_others(part) || COMPANIONS.iter().any(|(_, of)| part == *of)
    }

    /// Returns whether such a file has to be read together with others.
    pub(crate) fn needs_others(&self, part: &str) -> bool {
        self.scope == Scope::Together || COMPANIONS.iter().any(|(companion, _)| part == *companion)
    }
}

/// Files with the dependencies of runs of other files, in formats whose runs are otherwise complete in one file; and the
/// files of these runs.
const COMPANIONS: &[(&str, &str)] = &[
    (crate::chrome_trace::ACTIONS, crate::chrome_trace::PROFILE),
    (crate::joblog::GRAPH, crate::joblog::NINJA),
    (crate::turborepo::GRAPH, crate::turborepo::NX),
];

/// All importers.
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
    Entry { importer: &crate::luigi::IMPORTER, scope: Scope::Together },
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

/// A set of importers.
#[derive(Clone, Copy, Debug)]
pub struct Importers {
    /// Its entries, in the order that decides between equal claims.
    pub entries: &'static [Entry],
    /// Advice about a file that none of them reads, if there is any.
    pub otherwise: Option<&'static str>,
    /// The mapping of table columns, if it is available.
    pub tables: Option<&'static Tables>,
    /// The decoders of what Makespan itself does not write, if they are available.
    pub decoders: Option<&'static Decoders>,
}

/// All importers.
pub static ALL: Importers =
    Importers { entries: REGISTRY, otherwise: None, tables: Some(&TABLES), decoders: Some(&DECODERS) };

/// Importers of what Makespan itself writes. A report contains only these, because every importer makes it larger;
/// therefore no code that they use may refer to the others.
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
    decoders: None,
};

/// Returns the importer with this id.
pub fn by_id(id: &str) -> Option<&'static Importer> {
    REGISTRY.iter().map(|e| e.importer).find(|i| i.id == id)
}
