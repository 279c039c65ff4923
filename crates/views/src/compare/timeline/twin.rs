//! The two timelines as a table: each task with its start in both runs, lane by lane.

use super::super::{Pair, delta};
use super::Aligned;
use super::aligned::{row_of, since};
use crate::clip::shortened_name;
use crate::table::{Cell, Column, Table};

/// Returns tasks `range` of the picture: lane by lane, those of B in the order of their attempts, then those of A only.
pub fn twin(pair: &Pair<'_>, aligned: &Aligned, range: std::ops::Range<usize>) -> Table {
    let columns = vec![
        Column::text("lane", "Lane"),
        Column::text("match", "Match"),
        Column::text("name", "Task"),
        Column::number("start-a", "Start in A"),
        Column::number("start-b", "Start in B"),
        Column::number("shift", "Shift"),
        Column::number("a", "A"),
        Column::number("b", "B"),
        Column::number("delta", "Difference"),
    ];
    let mut table = Table::new("Tasks of both runs by lane", columns);
    let (a, b) = (pair.a.run(), pair.b.run());
    let mut seen = vec![false; pair.rows().len()];
    let mut total = 0;
    for (lane_a, lane_b) in aligned.a.lanes.iter().zip(&aligned.b.lanes) {
        let of_b = aligned.b.attempts(lane_b).map(|t| row_of(b, &pair.matching.of_b, t));
        let of_a = aligned.a.attempts(lane_a).map(|t| row_of(a, &pair.matching.of_a, t));
        for row in of_b.chain(of_a) {
            let Some(task) = pair.row(row).filter(|_| !std::mem::replace(&mut seen[row as usize], true))
            else {
                continue;
            };
            total += 1;
            if !range.contains(&(total - 1)) {
                continue;
            }
            let started = [since(a, task.a, aligned.zero.0), since(b, task.b, aligned.zero.1)];
            let moment = |t: Option<i64>| Cell::new(t.map_or(String::new(), delta::signed));
            let shift = delta::difference(started[0], started[1]);
            table.push(vec![
                Cell::new(shortened_name(&lane_b.name)),
                pair.match_cell(task),
                Cell::new(shortened_name(&pair.name(task))).exact(shortened_name(&task.key)).task(row),
                moment(started[0]),
                moment(started[1]),
                moment(shift),
                delta::known_cell(task.a_ns),
                delta::known_cell(task.b_ns),
                delta::delta_cell(task.a_ns, task.b_ns, pair.strength(task)),
            ]);
        }
    }
    table.left_out = total - table.rows.len();
    table
}
