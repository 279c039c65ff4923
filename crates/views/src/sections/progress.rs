//! Progress of a run.

use makespan_analysis::StepProgress;

use super::bar;
use crate::roles::status_role;
use crate::section::Section;
use crate::table::{Cell, Column, Table};
use makespan_model::Status;

/// Returns the progress of each step. `None` if every task is a step of its own, because the rows would repeat the
/// tasks.
pub fn progress(all: &[StepProgress], rows: usize) -> Option<Section> {
    let tasks: u64 = all.iter().map(|s| u64::from(s.tasks())).sum();
    if all.len() < 2 || all.len() as u64 == tasks {
        return None;
    }
    let columns = vec![
        Column::text("step", "Step"),
        Column::plot("bar"),
        Column::number("over", "Finished"),
        Column::number("tasks", "Tasks"),
        Column::number("running", "Running"),
        Column::number("failed", "Failed"),
    ];
    let mut table = Table::new("Progress by step", columns);
    for s in all.iter().take(rows) {
        let failed = Cell::new(s.failed());
        table.push(vec![
            Cell::new(&s.step),
            Cell::new(bar(f64::from(s.over()), f64::from(s.tasks()))),
            Cell::new(s.over()),
            Cell::new(s.tasks()),
            Cell::new(s.running()),
            if s.failed() > 0 { failed.status(status_role(Status::Failed)) } else { failed },
        ]);
    }
    table.left_out = all.len() - table.rows.len();
    Section::of_table("progress", table)
}
