//! Nextflow: the trace file with any columns in any order, the HTML report and the HTML timeline (their embedded data), and
//! the DAG as DOT, Mermaid or HTML for the dependencies between processes; also the log.
//!
//! A row is an attempt of the task with its name. Trace and report of one run are joined by the hashes of their tasks;
//! the report contains more and takes precedence. A DAG connects processes, not tasks: a task depends on those tasks of
//! the preceding processes that have its tag, otherwise on the one that ended last before it was submitted.

mod dag;
mod emit;
mod log;
mod page;
mod rows;
mod script;
mod units;

use makespan_format::{Diagnostic, EventSink, Severity};
use makespan_model::{HashSet, Order as _};

use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::json::pages::Pages;
use crate::sniff::{Head, JsonKind};
use dag::Dag;
use rows::RowSet;

/// Reads what Nextflow writes.
pub const IMPORTER: Importer = Importer {
    id: "nextflow",
    title: "Nextflow",
    parts: &["trace", "html", "dag", "log"],
    how: "`nextflow run … -with-trace -with-report report.html -with-dag dag.dot` (nf-core: `results/pipeline_info`), or \
          `.nextflow.log`",
    lossy: "dependencies between tasks (a DAG file has those between processes), the time zone of a trace, workers",
    sniff,
    read,
    stream: whole,
};

/// Columns that only Nextflow's traces have.
const COLUMNS: &[&str] = &[
    "task_id",
    "hash",
    "native_id",
    "realtime",
    "%cpu",
    "peak_rss",
    "peak_vmem",
    "rchar",
    "wchar",
    "vol_ctxt",
    "workdir",
];

fn sniff(head: &Head<'_>) -> Option<Claim> {
    if !head.text || head.shape.root != JsonKind::NotJson {
        return None;
    }
    let text = crate::encoding::without_bom(head.bytes).trim_ascii_start();
    let has = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
    if text.starts_with(b"<") {
        let is_report = has("Nextflow workflow report") || has("Nextflow Workflow Report");
        return if is_report || has("beginningMillis") && has("endingMillis") {
            claim(90, "html", "a report or a timeline of Nextflow in HTML")
        } else if has("Centre for Genomic Regulation") || has("class=\"mermaid\"") && has("nextflow") {
            claim(70, "html", "HTML that Nextflow wrote")
        } else {
            None
        };
    }
    if log::looks_like(text) {
        return claim(92, "log", "lines with a date, a thread and a class of Nextflow");
    }
    if dag::looks_like(text) {
        return claim(75, "dag", "a graph of Nextflow's processes and channels");
    }
    let line = text.split(|b| *b == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let columns: Vec<&str> = rows::split(line.trim_end(), rows::separator(&line)).collect();
    let known = COLUMNS.iter().filter(|c| columns.contains(c)).count();
    let is_named = columns.contains(&"name") || columns.contains(&"process") || columns.contains(&"hash");
    if is_named && columns.len() > 2 && (known >= 3 || known == 2 && columns.contains(&"realtime")) {
        return claim(90, "trace", "a table with columns of Nextflow's trace");
    }
    None
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    // The data of a report is not strict JSON: it is rewritten first.
    let scripts: Vec<_> = parts.iter().map(|p| script::data(&p.source.bytes, p.part == "html")).collect();
    let pages: Vec<Option<Pages<'_>>> =
        scripts.iter().map(|s| s.as_ref().map(|s| Pages::read(&s.json))).collect();
    let texts: Vec<_> = parts.iter().map(|p| String::from_utf8_lossy(&p.source.bytes)).collect();
    let (mut sets, mut dags, mut logs, mut failures) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (at, part) in parts.iter().enumerate() {
        let name = part.source.name.as_str();
        let root = pages[at].as_ref().and_then(|p| p.roots().next());
        match part.part {
            "trace" => sets.push(RowSet::table(&texts[at], name)),
            "dag" => dags.push(Dag::read(&texts[at], name)),
            "log" => logs.push((&texts[at], name)),
            _ => match root {
                Some(root) => sets.push(RowSet::data(root, name, scripts[at].as_ref())),
                None if memchr::memmem::find(texts[at].as_bytes(), b"mermaid").is_some() => {
                    dags.push(Dag::read(&texts[at], name));
                }
                None => failures.push(format!("{name}: the HTML holds no task data that can be read")),
            },
        }
    }
    let mut notes = Vec::new();
    for at in chosen(&sets, &mut notes) {
        emit::emit(&sets[at], &dags, &IMPORTER, options, sink);
    }
    for note in notes {
        sink.diagnostic(Diagnostic::new(Severity::Info, "same-run", note));
    }
    for (text, name) in &logs {
        log::emit(text, name, &IMPORTER, options, sink);
    }
    if sets.is_empty() && logs.is_empty() && !dags.is_empty() {
        dags.iter().for_each(|dag| emit::emit_dag(dag, sink));
    } else if sets.is_empty()
        && logs.is_empty()
        && let Some(failure) = failures.first()
    {
        return Err(ReadError::broken(failure.clone()));
    }
    for failure in failures {
        sink.diagnostic(Diagnostic::new(Severity::Warning, "unreadable", failure));
    }
    Ok(())
}

/// The sets of rows that are runs of their own: of several with the same tasks the one that records most.
fn chosen(sets: &[RowSet<'_>], notes: &mut Vec<String>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..sets.len()).collect();
    order.order_by_key(|at| std::cmp::Reverse(sets[*at].rank()));
    let mut kept: Vec<(usize, HashSet<&str>)> = Vec::new();
    for at in order {
        let set = &sets[at];
        let same = kept.iter().find(|(other, known)| {
            let hashes = set.hashes();
            let by_hash = hashes.clone().next().is_some() && hashes.clone().all(|hash| known.contains(hash));
            by_hash || set.is_timeline() && set.names() == sets[*other].names()
        });
        match same {
            Some((other, _)) => notes.push(format!("{} shows the run of {}", set.file, sets[*other].file)),
            None => kept.push((at, set.hashes().collect())),
        }
    }
    let mut kept: Vec<usize> = kept.into_iter().map(|(at, _)| at).collect();
    kept.order();
    kept
}
