//! Gradle: the report of `gradle --profile`, an HTML page with a table of the tasks and their durations.
//!
//! The page contains no start times and does not mark failed tasks: a task that did work has an empty result. Start
//! times are simulated, with as many parallel tasks as the build time requires.

use std::borrow::Cow;

use makespan_format::{Attempt, EventSink, Sample, Severity, Status};

use crate::draft::{Draft, Piece};
use crate::importer::{Claim, ClaimedFile, Importer, Options, ReadError, claim, whole};
use crate::sniff::Head;

/// Reads profile reports of Gradle.
pub const IMPORTER: Importer = Importer {
    id: "gradle",
    title: "Gradle profile report",
    parts: &["report"],
    how: "`gradle build --profile`, which writes `build/reports/profile/profile-TIME.html`",
    lossy: "start times (a schedule is simulated), dependencies, workers, whether a task that did work failed",
    sniff,
    read,
    stream: whole,
};

/// More workers than that are not simulated.
const MOST_WORKERS: usize = 256;

fn sniff(head: &Head<'_>) -> Option<Claim> {
    let has = |needle: &str| memchr::memmem::find(head.bytes, needle.as_bytes()).is_some();
    let is_report = head.text && has("Profiled build") && has("Total Build Time");
    if is_report {
        claim(94, "report", "a page about a profiled build with its total build time")
    } else {
        None
    }
}

fn read(parts: &[ClaimedFile<'_>], options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    for part in parts {
        let text = String::from_utf8_lossy(crate::encoding::without_bom(&part.source.bytes));
        emit(&text, &part.source.name, options, sink)?;
    }
    Ok(())
}

fn emit(text: &str, file: &str, options: &Options<'_>, sink: &mut dyn EventSink) -> Result<(), ReadError> {
    let mut draft = Draft::new(Cow::Borrowed(file), "Gradle profile report", options);
    let build = between(text, "Profiled build:", "<").map(|build| unescaped(build.trim()));
    draft.run.name = build.clone().filter(|build| !build.is_empty()).map(Cow::Owned);
    draft.run.workflow = draft.run.name.clone();
    let began = between(text, "Started on:", "<").and_then(|text| {
        // 2026/03/01 - 10:00:00
        let text = text.trim().replace('/', "-").replace(" - ", " ");
        draft.clock.maybe(Some(&text))
    });
    let total = rows(text).find(|row| row.first().is_some_and(|cell| cell == "Total Build Time"));
    let total = total.and_then(|row| duration(row.get(1)?));
    let Some(tasks) = text.find("Task Execution</h2>").map(|at| &text[at..]) else {
        return Err(ReadError::broken(format!("{file}: the report has no table of tasks; it may be cut")));
    };
    let start = began.unwrap_or(0);
    let (mut found, mut unread) = (Vec::new(), 0);
    // The rows of projects hold the sums of their tasks.
    for row in rows(tasks).filter(|row| row.get(2).is_some_and(|result| result != "(total)")) {
        match duration(&row[1]) {
            Some(lasted) => found.push((row, lasted)),
            None => unread += u64::from(row[1] != "Duration"),
        }
    }
    let work = found.iter().fold(0i64, |sum, task| sum.saturating_add(task.1));
    let workers = total.filter(|total| *total > 0).map_or(1, |total| work.saturating_add(total - 1) / total);
    let mut free = vec![start; usize::try_from(workers).unwrap_or(1).clamp(1, MOST_WORKERS)];
    let count = found.len() as u64;
    let mut silent = 0;
    for (row, lasted) in found {
        let path = row[0].clone();
        let status = match row[2].as_str() {
            "" => Status::Unknown,
            "UP-TO-DATE" | "FROM-CACHE" => Status::Cached,
            "SKIPPED" | "NO-SOURCE" => Status::Skipped,
            // It ran and found nothing to do.
            "Did No Work" => Status::Succeeded,
            word => draft.clock.status(Some(word), false).unwrap_or(Status::Unknown),
        };
        silent += u64::from(row[2].is_empty());
        let mut piece = Piece::new(Cow::Owned(path.clone()), Cow::Owned(path.clone()));
        piece.task.step = path.rsplit(':').next().map(|name| Cow::Owned(name.to_owned()));
        piece.task.status = Some(status);
        let place = (0..free.len()).min_by_key(|at| free[*at]).unwrap_or(0);
        let began = free[place];
        free[place] = began.saturating_add(lasted);
        if status != Status::Skipped {
            piece.tries.push(Attempt {
                started: Some(began),
                ended: Some(free[place]),
                status: Some(status),
                ..Attempt::default()
            });
        }
        draft.pieces.push(piece);
    }
    draft.run.started = began;
    draft.run.ended = began.zip(total).map(|(began, total)| began.saturating_add(total));
    draft.run.infer_edges = Some(false);
    for row in rows(text).filter(|row| row.len() == 2) {
        // The table of the summary: what the build spent its time on besides tasks.
        if let (name, Some(ns)) = (&row[0], duration(&row[1]))
            && !name.starts_with([':', '/'])
            && draft.samples.iter().all(|sample| sample.name != name.as_str())
        {
            let (name, value) = (Cow::Owned(name.clone()), ns as f64 / 1e9);
            draft.samples.push(Sample { name, value, unit: Some("s".into()), ..Sample::default() });
        }
    }
    let tally = &mut draft.tally;
    let what = "start times of tasks are simulated: the report has durations only";
    tally.count(Severity::Warning, "simulated-times", what, count);
    let what = "tasks that did work are shown as unknown: the report does not record whether they failed";
    tally.count(Severity::Info, "status-missing", what, silent);
    tally.count(
        Severity::Warning,
        "bad-duration",
        "tasks whose duration cannot be read were ignored",
        unread,
    );
    if !text.contains("</html>") {
        tally.warn("truncated", "the report is cut; the tasks before that place were read", String::new);
    }
    draft.emit(&IMPORTER, sink);
    Ok(())
}

/// The text between two others.
fn between<'t>(text: &'t str, before: &str, behind: &str) -> Option<&'t str> {
    let rest = text.split_once(before)?.1;
    rest.split_once(behind).map(|(inner, _)| inner)
}

/// The cells of each row of the tables of a page, without the tags within them.
fn rows(text: &str) -> impl Iterator<Item = Vec<String>> + '_ {
    text.split("<tr").skip(1).filter_map(|row| row.split_once("</tr>")).map(|(row, _)| {
        let cells = row.split("<td").skip(1).filter_map(|cell| cell.split_once('>')?.1.split_once("</td>"));
        cells
            .map(|(cell, _)| {
                let mut plain = String::new();
                for (at, part) in cell.split('<').enumerate() {
                    let text = if at == 0 { part } else { part.split_once('>').map_or("", |(_, text)| text) };
                    plain.push_str(text);
                }
                unescaped(plain.trim())
            })
            .collect()
    })
}

fn unescaped(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), Cow::into_owned)
}

/// Nanoseconds of `1m12.345s`, `0.563s`, `1h2m3.000s`.
fn duration(text: &str) -> Option<i64> {
    let mut ns = 0.0;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let at = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let number = rest[..at].parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0)?;
        let (unit, length) = match &rest[at..] {
            unit if unit.starts_with("ms") => (1e6, 2),
            unit if unit.starts_with('d') => (86_400e9, 1),
            unit if unit.starts_with('h') => (3_600e9, 1),
            unit if unit.starts_with('m') => (60e9, 1),
            unit if unit.starts_with('s') => (1e9, 1),
            _ => return None,
        };
        ns += number * unit;
        rest = &rest[at + length..];
    }
    (ns < 9.2e18).then(|| ns.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_of_gradle() {
        let all = ["0.563s", "1m12.345s", "1h2m3.000s", "12ms", "", "Duration", "s", "-1s", "1e300h"];
        let seconds = all.map(|text| duration(text).map(|ns| ns as f64 / 1e9));
        assert_eq!(
            seconds,
            [Some(0.563), Some(72.345), Some(3723.0), Some(0.012), None, None, None, None, None]
        );
    }
}
