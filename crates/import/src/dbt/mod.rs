//! dbt: `run_results.json` (v1 to v6) with `manifest.json` (v1 to v12) for the dependencies, and `sources.json`.
//!
//! A result becomes a task with the id of its dbt node. Results and manifest are paired by invocation, otherwise by
//! folder, otherwise by the most common ids, and a mismatch is reported. What `dbt retry` ran again becomes further
//! attempts in the earlier run, if that is among the files.

mod emit;
mod files;
mod graph;

use std::borrow::Cow;
use std::rc::Rc;

use makespan_format::{Diagnostic, Event, EventSink, Fields, Json, RunInfo, Severity, Status, Task};
use makespan_model::{HashMap, HashSet, Order as _};

use crate::gather::{Ordinals, lacks};
use crate::ids::Ids;
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::{read_all, report_all};
use crate::pairs::folder;
use crate::sniff::{Head, JsonKind};
use crate::tally::Tally;
use crate::times::Clock;
use files::{Catalog, Manifest, Results, Row};

/// Reads files that dbt writes to `target`.
pub const IMPORTER: Importer = Importer {
    id: "dbt",
    title: "dbt",
    parts: &["run-results", "sources", "manifest", "catalog"],
    how: "`dbt build` writes `target/run_results.json`; add `target/manifest.json` for the dependencies, `target/catalog.json` \
          for sizes of tables",
    lossy: "queue times, earlier attempts, times of skipped nodes; dependencies, unless the manifest is given",
    sniff,
    read,
    stream: whole,
};

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let shape = &head.shape;
    if shape.root != JsonKind::Object {
        return None;
    }
    let has = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
    let is_dbt = shape.inner_has("metadata", "dbt_schema_version");
    let result = |key: &str| shape.inner_has("results", key);
    if is_dbt && has("/run-results/v") {
        claim(97, "run-results", "metadata with the schema of dbt's run results")
    } else if is_dbt && has("/sources/v") {
        claim(97, "sources", "metadata with the schema of dbt's source freshness")
    } else if is_dbt && (has("/manifest/v") || shape.has("parent_map")) {
        claim(97, "manifest", "metadata with the schema of dbt's manifest")
    } else if is_dbt && has("/catalog/v") {
        claim(97, "catalog", "metadata with the schema of dbt's catalog")
    } else if result("unique_id") && result("timing") && result("thread_id") {
        claim(85, "run-results", "results with unique_id, timing and thread_id")
    } else if shape.has("nodes") && shape.has("macros") && shape.has("parent_map") {
        claim(85, "manifest", "an object with nodes, macros and parent_map")
    } else {
        None
    }
}

/// A manifest that is to be shown by itself, or results with what was run again after them.
struct Group<'t, 'a> {
    results: Vec<Results<'t, 'a>>,
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let pages = read_all(parts);
    let mut manifests = Vec::new();
    let (mut all, mut catalogs) = (Vec::new(), Vec::new());
    for (part, file) in parts.iter().zip(&pages) {
        for root in file.roots() {
            match part.part {
                "manifest" => manifests.push(Manifest::read(root, &part.source.name)),
                "catalog" => catalogs.push(Catalog::read(root, &part.source.name)),
                _ => all.push(Results::read(root, &part.source.name)),
            }
        }
    }
    let groups = grouped(all);
    let mut used = HashSet::default();
    for group in &groups {
        let manifest = pair(&group.results, &manifests);
        used.extend(manifest);
        emit(group, manifest.map(|at| &manifests[at]), &mut catalogs, options, sink);
    }
    for (at, manifest) in manifests.iter().enumerate() {
        if !used.contains(&at) && groups.is_empty() {
            emit_manifest(manifest, sink);
        }
    }
    if groups.is_empty() && manifests.is_empty() {
        return Err(ReadError::broken(
            "a catalog of dbt has no runs; open it with run_results.json of its folder",
        ));
    }
    for catalog in catalogs.iter().filter(|catalog| !catalog.is_used) {
        let message = format!("{}: no result among the files has statistics in this catalog", catalog.file);
        sink.diagnostic(Diagnostic::new(Severity::Info, "not-used", message));
    }
    report_all(parts, &pages, sink)
}

/// Results in the order of their time, those of `dbt retry` with the last ones before that hold all of their nodes.
fn grouped<'t, 'a>(mut all: Vec<Results<'t, 'a>>) -> Vec<Group<'t, 'a>> {
    all.order_by(|a, b| a.generated.cmp(&b.generated));
    let mut groups: Vec<Group<'t, 'a>> = Vec::new();
    for results in all {
        let holds = |g: &Group<'t, 'a>| {
            g.results.first().is_some_and(|first| {
                let known: HashSet<&str> = first.rows.iter().map(|r| &*r.id).collect();
                results.rows.iter().all(|r| known.contains(&*r.id))
            })
        };
        let before = groups.iter().rposition(|g| results.is_retry && holds(g));
        match before {
            Some(at) => groups[at].results.push(results),
            None => groups.push(Group { results: vec![results] }),
        }
    }
    groups
}

/// The manifest of results: that of the same invocation, else of the same folder, else with the most nodes of them.
fn pair(results: &[Results<'_, '_>], manifests: &[Manifest<'_, '_>]) -> Option<usize> {
    let first = results.first()?;
    let same = |m: &Manifest<'_, '_>| m.invocation.is_some() && m.invocation == first.invocation;
    let beside = |m: &Manifest<'_, '_>| folder(m.file) == folder(first.file);
    if let Some(at) = manifests.iter().position(same) {
        return Some(at);
    }
    if manifests.iter().filter(|m| beside(m)).count() == 1 {
        return manifests.iter().position(beside);
    }
    let common = |m: &Manifest<'_, '_>| first.rows.iter().filter(|r| m.nodes.get(&r.id).is_some()).count();
    let best = (0..manifests.len()).max_by_key(|at| (common(&manifests[*at]), usize::MAX - at))?;
    (common(&manifests[best]) > 0).then_some(best)
}

fn emit(
    group: &Group<'_, '_>,
    manifest: Option<&Manifest<'_, '_>>,
    catalogs: &mut [Catalog<'_, '_>],
    options: &Options<'_>,
    sink: &mut dyn EventSink,
) {
    let Some(first) = group.results.first() else { return };
    let mut clock = Clock::new(Rc::new(options.zone));
    let mut tally = Tally::new();
    sink.event(Event::Run(info(first, group.results.last(), manifest)));
    lacks(&IMPORTER, sink);
    if let Some(which @ ("generate" | "compile" | "docs" | "parse" | "list" | "ls")) = first.which.as_deref()
    {
        let message = format!("dbt {which} compiled these nodes and did not build them");
        sink.diagnostic(Diagnostic::new(Severity::Warning, "not-a-build", message));
    }
    for again in group.results.iter().skip(1) {
        let message = format!(
            "{}: dbt retry ran {} nodes again; they are further attempts of this run",
            again.file,
            again.rows.len()
        );
        sink.diagnostic(Diagnostic::new(Severity::Info, "retry-merged", message));
    }
    mismatch(first, manifest, sink);
    let statuses = emit::statuses(&group.results, manifest, &mut clock);
    let edges = graph::edges(first, manifest, &mut tally);
    let later: Vec<HashMap<&str, &Row<'_, '_>>> =
        group.results.iter().skip(1).map(|r| r.rows.iter().map(|row| (&*row.id, row)).collect()).collect();
    let (mut ids, mut names) = (Ids::default(), Ordinals::default());
    let mut seen: HashSet<(&str, &str)> = HashSet::default();
    for (row, after) in first.rows.iter().zip(edges) {
        if !seen.insert((&row.id, row.value.get())) {
            ids.duplicate(&row.id);
            continue;
        }
        let key = names.next(&row.id);
        if key != row.id {
            // A node is run once an invocation.
            ids.other(&row.id);
            let other = Row { id: key.into(), value: row.value };
            // Its word was counted with those of all rows.
            let status = emit::status(row, &mut clock.clone());
            emit::emit_task(&other, &other, manifest, after, Some(status), sink);
            emit::emit_attempt(&other, 1, &mut clock, sink);
            continue;
        }
        let again = later.iter().filter_map(|rows| rows.get(&*row.id).copied());
        let last = again.clone().next_back().unwrap_or(row);
        emit::emit_task(row, last, manifest, after, statuses.get(&*row.id).copied(), sink);
        for (number, row) in (1..).zip(std::iter::once(row).chain(again)) {
            emit::emit_attempt(row, number, &mut clock, sink);
        }
        for catalog in catalogs.iter_mut().filter(|catalog| folder(catalog.file) == folder(first.file)) {
            catalog.is_used |= emit::emit_statistics(&row.id, catalog, sink);
        }
    }
    ids.add_to(&mut tally);
    clock.add_to(&mut tally);
    tally.report(first.file, sink);
}

fn mismatch(first: &Results<'_, '_>, manifest: Option<&Manifest<'_, '_>>, sink: &mut dyn EventSink) {
    let Some(manifest) = manifest else {
        let message = format!("{}: no manifest.json, so no dependencies are known", first.file);
        return sink.diagnostic(Diagnostic::new(Severity::Info, "no-manifest", message));
    };
    let missing = first.rows.iter().filter(|r| manifest.nodes.get(&r.id).is_none()).count();
    if manifest.invocation != first.invocation {
        let message = format!(
            "{} is of another invocation than {}; {missing} of {} results are not in it",
            manifest.file,
            first.file,
            first.rows.len()
        );
        let severity = if missing > 0 { Severity::Warning } else { Severity::Info };
        sink.diagnostic(Diagnostic::new(severity, "manifest-mismatch", message));
    }
}

fn info<'a>(
    first: &'a Results<'_, 'a>,
    last: Option<&Results<'_, 'a>>,
    manifest: Option<&'a Manifest<'_, 'a>>,
) -> RunInfo<'a> {
    let project = manifest.and_then(|m| m.project.clone());
    let of_id = || first.rows.first().and_then(|r| r.id.split('.').nth(1)).map(|p| Cow::Owned(p.to_owned()));
    let mut labels = Fields::new();
    if let Some(elapsed) = first.root.at("elapsed_time") {
        labels.raw("elapsed_time_s", elapsed.get());
    }
    // The whole invocation: parsing the project is most of it, and no task.
    for (key, of) in [("invocation_started_at", Some(first)), ("generated_at", last)] {
        if let Some(time) = of.and_then(|r| r.meta(key)) {
            labels.raw(key, time.get());
        }
    }
    // Where it ran: ids of a job and its run in dbt Cloud, or what `DBT_ENV_CUSTOM_ENV_…` added.
    if let Some(env) = first.meta("env").filter(|e| e.is_object() && e.get() != "{}") {
        labels.raw("env", env.get());
    }
    if let Some(adapter) = manifest.and_then(|m| m.adapter.as_deref()) {
        labels.str("adapter_type", adapter);
    }
    RunInfo {
        id: first.invocation.clone().unwrap_or(Cow::Borrowed(first.file)),
        name: first.which.as_ref().map(|which| Cow::Owned(format!("dbt {which}"))),
        workflow: project.or_else(of_id),
        source: Some(first.source()),
        labels: labels.finish(),
        params: first.root.at("args").filter(|a| a.is_object()).map(|a| Json::from_raw(a.get())),
        ..RunInfo::default()
    }
}

/// Shows a manifest without results: the nodes and what they depend on.
fn emit_manifest(manifest: &Manifest<'_, '_>, sink: &mut dyn EventSink) {
    let id = manifest.invocation.as_deref().unwrap_or(manifest.file);
    sink.event(Event::Run(RunInfo {
        id: id.into(),
        name: Some("dbt manifest".into()),
        workflow: manifest.project.clone(),
        source: Some("dbt".into()),
        infer_edges: Some(false),
        ..RunInfo::default()
    }));
    let message = format!("{}: a manifest without run results; nothing in it was executed", manifest.file);
    sink.diagnostic(Diagnostic::new(Severity::Info, "no-results", message));
    for node in &manifest.nodes.list {
        sink.event(Event::Task(Task {
            status: Some(Status::Pending),
            ..emit::task(&node.id, Some(node), None, node.after.clone())
        }));
    }
}
