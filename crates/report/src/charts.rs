//! Charts and matrices within the page, each with its table folded below it. Their total size is bounded, so that a report
//! opens quickly; the page states what is left out.

use makespan_analysis::Facts;
use makespan_scene::counted;
use makespan_views::chart::{Body, Kind, each_series, list, picture};
use makespan_views::heatmap::{
    Calendar, DayColour, Frame, Matrix, Tasks, TasksOptions, WorkerOrder, Workers, scene, twin,
};
use makespan_views::{Look, Subject, Table};

use crate::html::Html;
use crate::pictures::{self, WIDTH};
use crate::sections::folded;

/// Maximum total size of the charts of all runs, bytes.
const MOST_BYTES: usize = 160 << 10;

/// Size allowed for the charts of one run even if there are many runs, bytes.
const LEAST_BYTES: usize = 64 << 10;

/// Maximum height of a matrix, px, because it cannot be scrolled here.
const MOST_HEIGHT: f32 = 480.0;

/// Maximum number of table rows written below a picture.
const ROWS_WRITTEN: usize = 20;

/// Maximum number of charts listed as having no data.
const MISSING_LISTED: usize = 50;

/// Pictures of one part of the page, up to a total size.
struct Shelf<'p> {
    page: &'p mut Html,
    prefix: String,
    /// The length of the page at which no more pictures are added.
    until: usize,
    written: usize,
    left_out: usize,
}

impl Shelf<'_> {
    fn is_full(&self) -> bool {
        self.page.len() > self.until
    }

    fn add(&mut self, made: impl FnOnce() -> (makespan_scene::Scene, Table)) {
        if self.is_full() {
            self.left_out += 1;
            return;
        }
        let (scene, table) = made();
        let prefix = format!("{}{}-", self.prefix, self.written);
        self.written += 1;
        pictures::picture(self.page, scene, &prefix);
        folded(self.page, &table, ROWS_WRITTEN);
    }

    fn matrix(
        &mut self,
        matrix: Result<impl Matrix, String>,
        missing: &mut Vec<(String, String)>,
        title: &str,
    ) {
        match matrix {
            Ok(matrix) => self.add(|| {
                let frame = Frame::fit(&matrix, WIDTH, MOST_HEIGHT);
                (scene(&matrix, &frame), twin(&matrix, 0..ROWS_WRITTEN))
            }),
            Err(why) => missing.push((title.to_owned(), why)),
        }
    }

    fn finish(self, missing: &[(String, String)]) {
        if self.left_out > 0 {
            let text = format!(
                "{} not drawn here; open this report in the app to see all.",
                counted(self.left_out, "more picture")
            );
            self.page.element("p", &text);
        }
        if missing.is_empty() {
            return;
        }
        self.page.open("details", &[]).element("summary", "Charts without data in this run").open("ul", &[]);
        for (title, why) in missing.iter().take(MISSING_LISTED) {
            self.page.open("li", &[]).name(title).text(": ").name(why).close("li");
        }
        self.page.close("ul");
        if missing.len() > MISSING_LISTED {
            let more = counted(missing.len() - MISSING_LISTED, "more chart");
            self.page.element("p", &format!("{more} not listed."));
        }
        self.page.close("details");
    }
}

/// Writes the charts of one run, on a page with `runs` runs.
pub(crate) fn of_run(page: &mut Html, number: usize, facts: &Facts, runs: usize) {
    page.element("h3", "Charts");
    let share = (MOST_BYTES / runs.max(1)).max(LEAST_BYTES);
    let until = page.len().saturating_add(share);
    let mut shelf = Shelf { page, prefix: format!("c{number}-"), until, written: 0, left_out: 0 };
    let subject = Subject::of(facts);
    let mut missing = Vec::new();
    let compares = |kind: Kind| matches!(kind, Kind::Trend | Kind::Runs);
    // Series last: there may be any number of them.
    for chart in list(&subject).into_iter().filter(|c| !compares(c.choice.kind)) {
        let made = match chart.missing {
            Some(why) => Err(why),
            None if chart.choice.kind == Kind::Series => continue,
            None => picture(&subject, &chart.choice),
        };
        match made {
            Err(why) => missing.push((chart.title, why)),
            Ok(made) => shelf.add(|| (made.scene(WIDTH, made.height(WIDTH)), made.twin)),
        }
    }
    shelf.matrix(Tasks::new(&subject, &TasksOptions::default()), &mut missing, "Tasks by measure");
    let span = facts.run().span().unwrap_or_default();
    let workers = Workers::new(facts, &Look::PLAIN, span, Workers::bins_for(WIDTH), WorkerOrder::Busiest);
    shelf.matrix(workers, &mut missing, "Workers over time");
    let mut series = each_series(&subject);
    // What is not drawn is not computed either.
    while !shelf.is_full()
        && let Some((title, made)) = series.next()
    {
        match made {
            Err(why) => missing.push((title, why)),
            Ok(made) => shelf.add(|| (made.scene(WIDTH, made.height(WIDTH)), made.twin)),
        }
    }
    shelf.left_out += series.len();
    shelf.finish(&missing);
}

/// Writes the charts over several runs.
pub(crate) fn of_runs(page: &mut Html, all: &[&Facts]) {
    let Some(first) = all.first().filter(|_| all.len() > 1) else { return };
    page.element("h2", "Runs over time");
    let until = page.len().saturating_add(LEAST_BYTES);
    let mut shelf = Shelf { page, prefix: "r-".to_owned(), until, written: 0, left_out: 0 };
    let subject = Subject { runs: all, ..Subject::of(first) };
    for chart in list(&subject).into_iter().filter(|c| matches!(c.choice.kind, Kind::Trend | Kind::Runs)) {
        if let Ok(mut made) = picture(&subject, &chart.choice) {
            // On a page of all runs none of them is this one.
            if let Body::Plot(plot) = &mut made.body {
                plot.rules.clear();
            }
            shelf.add(|| (made.scene(WIDTH, made.height(WIDTH)), made.twin));
        }
    }
    shelf.matrix(Calendar::new(all, 0, DayColour::Failures), &mut Vec::new(), "Runs by day");
    shelf.finish(&[]);
}

/// Writes the days on which runs started and how many of them failed; nothing if no run has a start.
pub(crate) fn days(page: &mut Html, all: &[&Facts]) {
    let calendar = Calendar::new(all, 0, DayColour::Failures);
    if calendar.is_err() {
        return;
    }
    page.element("h2", "Runs by day");
    let until = page.len().saturating_add(LEAST_BYTES);
    let mut shelf = Shelf { page, prefix: "d-".to_owned(), until, written: 0, left_out: 0 };
    shelf.matrix(calendar, &mut Vec::new(), "Runs by day");
    shelf.finish(&[]);
}
