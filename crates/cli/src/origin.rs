//! Which importer a run came from. Where all files are of one format there is nothing to ask. Else the files of each
//! format are read once more for the ids of their runs: files of several formats in one go are few and small.

use std::collections::BTreeSet;

use makespan_format::{Event, EventSink};
use makespan_import::{FileVerdict, Options, REGISTRY, Source, Verdict, by_id, open, unpacked_name};
use makespan_model::Run;

/// The formats that were read, in the order of the registry, each with the ids of its runs.
pub(crate) struct Origins {
    formats: Vec<(&'static str, BTreeSet<String>)>,
    /// The files that were read, with their formats.
    files: Vec<(String, &'static str)>,
}

/// Keeps the ids of runs.
#[derive(Default)]
struct Ids(BTreeSet<String>);

impl EventSink for Ids {
    fn event(&mut self, event: Event<'_>) {
        if let Event::Run(run) = event {
            self.0.insert(run.id.into_owned());
        }
    }
}

impl Origins {
    /// What the verdicts on these sources say.
    pub(crate) fn new(sources: &[Source], files: &[FileVerdict], options: &Options<'_>) -> Origins {
        let read = |id: &str| files.iter().any(|f| f.kind == Verdict::Read && f.format == Some(id));
        let ids: Vec<&'static str> = REGISTRY.iter().map(|e| e.importer.id).filter(|id| read(id)).collect();
        let alone = ids.len() < 2;
        let runs_of = |id: &'static str| {
            let mut runs = Ids::default();
            if !alone {
                let own =
                    sources.iter().filter(|s| files.iter().any(|f| f.format == Some(id) && is_of(f, s)));
                open(own.cloned().collect(), options, &mut runs);
            }
            (id, runs.0)
        };
        let files = files.iter().filter(|f| f.kind == Verdict::Read);
        Origins {
            formats: ids.into_iter().map(runs_of).collect(),
            files: files.filter_map(|f| Some((f.name.clone(), f.format?))).collect(),
        }
    }

    /// The importer of a run; empty where nothing was read.
    pub(crate) fn of(&self, run: &Run) -> &'static str {
        if let [(only, _)] = self.formats.as_slice() {
            return only;
        }
        let matching = self.formats.iter().filter(|(_, ids)| ids.contains(&run.id));
        let mut candidates: Vec<&'static str> = matching.map(|(id, _)| *id).collect();
        if candidates.is_empty() {
            // Where two files had a run of the same id, the later one's got the name of its file behind its own.
            let named = self.files.iter().filter(|(name, _)| run.id.contains(&format!(" ({name}")));
            candidates.extend(named.max_by_key(|(name, _)| name.len()).map(|(_, id)| *id));
        }
        // A run that several formats contain has the format that its source names, otherwise the first one.
        let source = run.text(run.source).to_lowercase();
        let named = |id: &&&'static str| {
            let title = by_id(id).map_or("", |i| i.title).to_lowercase();
            [id, title.as_str()]
                .into_iter()
                .filter(|n| source.starts_with(n))
                .map(str::len)
                .max()
                .unwrap_or(0)
        };
        let best = candidates.iter().rev().max_by_key(named);
        best.or(candidates.first()).copied().unwrap_or_else(|| self.formats.first().map_or("", |(id, _)| id))
    }
}

/// Returns whether a verdict is on a source or on a member of it.
pub(crate) fn is_of(verdict: &FileVerdict, source: &Source) -> bool {
    let is_in = |name: &str| {
        verdict.name.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    is_in(&source.name) || is_in(unpacked_name(&source.name))
}
