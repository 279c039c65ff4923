//! Benchmarks: tables, or lines of JSON, with the resources that a job used. A line is an execution of the job.

use std::borrow::Cow;

use makespan_format::Sample;
use makespan_model::HashMap;

use super::jobs::Job;
use crate::importer::ClaimedFile;
use crate::json::pages::Pages;

/// Columns that are shown, their names, and their units.
const COLUMNS: [(&str, &str, &str); 10] = [
    ("s", "benchmark_time", "s"),
    ("max_rss", "max_rss", "MB"),
    ("max_vms", "max_vms", "MB"),
    ("max_uss", "max_uss", "MB"),
    ("max_pss", "max_pss", "MB"),
    ("io_in", "io_in", "MB"),
    ("io_out", "io_out", "MB"),
    ("mean_load", "mean_load", "%"),
    ("cpu_usage", "cpu_usage", "%"),
    ("cpu_time", "cpu_time", "s"),
];

/// Folders of a path that are looked at.
const DEEPEST: usize = 32;

/// A benchmark of a job.
pub(super) struct Benchmark<'a> {
    pub(super) file: &'a str,
    /// Sum and count of each column.
    sums: [(f64, u32); COLUMNS.len()],
    pub(super) is_used: bool,
}

/// Reads the benchmarks among these files.
pub(super) fn read<'a>(parts: &[ClaimedFile<'a>]) -> Vec<Benchmark<'a>> {
    parts.iter().filter(|part| part.part == "benchmark").map(|part| one(part)).collect()
}

fn one<'a>(part: &ClaimedFile<'a>) -> Benchmark<'a> {
    let mut benchmark =
        Benchmark { file: &part.source.name, sums: [(0.0, 0); COLUMNS.len()], is_used: false };
    let text = String::from_utf8_lossy(crate::encoding::without_bom(&part.source.bytes));
    if text.starts_with('{') {
        let pages = Pages::read(&part.source.bytes);
        for row in pages.roots() {
            benchmark.add(|column| row.number_at(column));
        }
        return benchmark;
    }
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    for line in lines.filter(|line| !line.is_empty()) {
        let cells: Vec<&str> = line.split('\t').collect();
        benchmark.add(|column| {
            let place = names.iter().position(|name| *name == column)?;
            // What was not measured is `NA` or `-`.
            cells.get(place)?.trim().parse().ok()
        });
    }
    benchmark
}

impl Benchmark<'_> {
    fn add(&mut self, value: impl Fn(&str) -> Option<f64>) {
        for ((column, ..), sum) in COLUMNS.iter().zip(&mut self.sums) {
            if let Some(value) = value(column).filter(|value| value.is_finite()) {
                *sum = (sum.0 + value, sum.1 + 1);
            }
        }
    }
}

/// Returns a path, and its ends without its first folders, the longest first.
fn ends(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| path.split_once('/').map(|(_, end)| end)).take(DEEPEST)
}

/// Adds benchmarks to the jobs that wrote them, by their paths. Returns the number of those of several executions.
pub(super) fn join(jobs: &mut [Job<'_>], benchmarks: &mut [Benchmark<'_>]) -> u64 {
    let mut repeated = 0;
    // A folder may have been opened above or below the one that paths of the log begin in.
    let mut of: HashMap<&str, usize> = HashMap::default();
    for (at, benchmark) in benchmarks.iter().enumerate() {
        for path in ends(benchmark.file) {
            of.entry(path).or_insert(at);
        }
    }
    for job in jobs {
        let Some(path) = job.benchmark else { continue };
        let is_its_own = |(end, at): &(&str, usize)| *end == path || benchmarks[*at].file == *end;
        let found = ends(path).filter_map(|end| Some((end, *of.get(end)?))).find(is_its_own);
        let Some((_, at)) = found else { continue };
        let benchmark = &mut benchmarks[at];
        benchmark.is_used = true;
        repeated += u64::from(benchmark.sums.iter().any(|sum| sum.1 > 1));
        for ((_, name, unit), (sum, count)) in COLUMNS.iter().zip(&benchmark.sums) {
            if *count > 0 {
                job.samples.push(Sample {
                    name: Cow::Borrowed(name),
                    value: sum / f64::from(*count),
                    unit: Some(Cow::Borrowed(unit)),
                    ..Sample::default()
                });
            }
        }
    }
    repeated
}
