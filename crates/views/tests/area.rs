//! Areas of the timeline: whatever the arrangement of lanes, an area contains the tasks whose bars were drawn over.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use makespan_analysis::Facts;
use makespan_model::{AttemptId, Run, TaskId, notation};
use makespan_views::sections::area as sections;
use makespan_views::timeline::{Arrangement, DrawnArea, Frame, Index, LaneOrder, Lanes};
use makespan_views::{Block, Look, ViewState, decode, encode};
use proptest::prelude::*;

const S: i64 = 1_000_000_000;

/// Tasks of three containers, two steps and two workers; some are tried again, also before the first attempt ends.
fn run_of(tasks: &[(u8, u8, u8)]) -> Run {
    let mut text = "g0 0..90 w0\ng1 0..90 w1 in=g0\ng2 3..90 w1\n".to_owned();
    for (i, (start, length, kind)) in tasks.iter().enumerate() {
        let (from, to, group) = (*start, *start as u16 + u16::from(*length), kind % 4);
        let container = if group == 3 { String::new() } else { format!(" in=g{group}") };
        let failed = if kind % 5 == 0 { " failed" } else { "" };
        let _ = writeln!(text, "t{i} {from}..{to} w{} step=s{}{container}{failed}", kind % 2, kind / 4 % 2);
        if kind % 5 == 0 {
            let again = if kind % 2 == 0 { to } else { u16::from(from) + 1 };
            let _ = writeln!(text, "t{i} {again}..{} w0 step=s{}{container} try=2", again + 4, kind / 4 % 2);
        }
    }
    notation::run(&text).unwrap()
}

/// An arrangement by the numbers of its lanes.
fn arranged(run: &Run, lanes: Lanes, acts: &[(u8, u8)]) -> Arrangement {
    let mut rows = Arrangement::default();
    for (act, lane) in acts {
        let index = Index::arranged(run, lanes.clone(), &rows);
        if index.lanes.len() < 2 {
            break;
        }
        let key = index.key(run, *lane as usize % index.lanes.len()).unwrap();
        match act % 5 {
            0 | 1 => rows.flip(&key),
            2 => rows.pin(&key),
            3 => rows.order = LaneOrder::ALL[*lane as usize % LaneOrder::ALL.len()],
            _ => rows.hide(&key),
        }
    }
    rows
}

/// The attempts with a bar of their own, or in a summary of a collapsed lane, in each row.
fn bars(index: &Index) -> Vec<Vec<AttemptId>> {
    let mut rows = vec![Vec::new(); index.row_count() as usize];
    for lane in &index.lanes {
        for a in index.attempts(lane) {
            let row = if lane.rows == 1 { lane.first_row } else { index.row_of(a).unwrap() };
            rows[row as usize].push(a);
        }
    }
    rows
}

fn held(run: &Run, area: &makespan_views::Area, index: &Index) -> BTreeSet<TaskId> {
    let mut mask = vec![true; run.task_count()];
    area.restrict(run, index, &mut mask);
    run.task_ids().filter(|t| mask[t.index()]).collect()
}

proptest! {
    #[test]
    fn an_area_contains_the_tasks_whose_bars_were_drawn_over(
        tasks in proptest::collection::vec((0u8..60, 1u8..30, any::<u8>()), 1..14),
        acts in proptest::collection::vec((any::<u8>(), any::<u8>()), 0..6),
        later in proptest::collection::vec((any::<u8>(), any::<u8>()), 0..4),
        kind in 0usize..5, rows in (0u32..40, 0u32..40), times in (-5i64..95, 1i64..40), all in any::<bool>(),
    ) {
        let run = run_of(&tasks);
        let lanes = Lanes::ALL[kind].clone();
        let index = Index::arranged(&run, lanes.clone(), &arranged(&run, lanes.clone(), &acts));
        // Two lanes of the same name are hidden together.
        prop_assume!(index.row_count() > 0);
        let (first, last) = (rows.0.min(rows.1) % index.row_count(), rows.0.max(rows.1) % index.row_count());
        let (first, last) = (first.min(last), first.max(last));
        let bars = bars(&index);
        let window = (times.0 * S, (times.0 + times.1) * S);
        let rows = if all { None } else { Some((first, last)) };
        let (first, last) = rows.unwrap_or((0, index.row_count() - 1));
        // Rows of expanded lanes repeat what is below them.
        prop_assume!(bars[first as usize..=last as usize].iter().any(|row| !row.is_empty()));
        let area = index.area(&DrawnArea { from: window.0, to: window.1, rows });
        let is_inside = |a: &&AttemptId| {
            let (from, to) = index.span_of(&run, **a);
            from <= window.1 && to >= window.0
        };
        let over = bars[first as usize..=last as usize].iter().flatten().filter(is_inside);
        let expected: BTreeSet<TaskId> = over.map(|a| TaskId(run.attempts.task[a.index()])).collect();
        let found = held(&run, &area, &index);
        if all && acts.is_empty() {
            prop_assert!(area.rows.is_none());
        }
        prop_assert_eq!(&found, &expected, "{:?} {:?}", lanes, area);

        // It means the same when lanes are arranged in another way, and in a link.
        let other = Index::arranged(&run, lanes.clone(), &arranged(&run, lanes, &later));
        prop_assert_eq!(&held(&run, &area, &other), &expected);
        let mut view = ViewState::default();
        view.filter.area = Some(area.clone());
        prop_assert_eq!(&decode(&encode(&view)).unwrap().filter.area, &view.filter.area);

        // What is counted is what is held.
        let facts = Facts::new(Arc::new(run.clone()));
        let about = sections(&facts, &index, &area, &[], 9);
        if let Some(Block::Figures(figures)) = about.first().and_then(|s| s.blocks.first()) {
            let of = format!("of {} task", expected.len());
            prop_assert!(figures[0].note.starts_with(&of), "{} {}", figures[0].note, of);
        } else {
            prop_assert!(expected.is_empty());
        }

        // What was drawn is what is marked: each row, and no row with other bars.
        let frame = Frame { first_row: 0, height: 4000.0, ..Frame::whole(&index, 900.0) };
        let marked = frame.place_area(&index, &area);
        for (row, own) in bars.iter().enumerate().filter(|(_, own)| !own.is_empty()) {
            let middle = frame.row_top(row as u32) + frame.row_height / 2.0;
            let is_marked = marked.iter().any(|r| r.y < middle && middle < r.bottom());
            let is_drawn = (first as usize..=last as usize).contains(&row);
            let is_seen = window.1 > frame.window.0 && window.0 < frame.window.1;
            prop_assert!(is_marked || !is_drawn || !is_seen, "row {} {:?}", row, marked);
            let drawn_over = |a: &AttemptId| bars[first as usize..=last as usize].iter().flatten().any(|b| a == b);
            prop_assert!(!is_marked || own.iter().all(drawn_over), "row {} {:?}", row, marked);
        }
        prop_assert!(area.words(&run, &index, &Look::default()).contains("lane") == area.rows.is_some());
    }
}

#[test]
fn an_area_over_a_group_covers_its_tasks_and_over_some_of_them_only_those() {
    let run = notation::run("g 0..20 w1\na 1..4 w1 in=g step=s\nb 4..9 w1 in=g step=s\nc 9..12 w2").unwrap();
    let index = Index::new(&run, Lanes::Nested);
    let names: Vec<&str> = index.lanes.iter().map(|l| l.name.as_str()).collect();
    let row = |name: &str| index.lanes.iter().find(|l| l.name.starts_with(name)).unwrap().first_row;
    let check = |first: u32, last: u32, expected: &str, lanes: &str| {
        let area = index.area(&DrawnArea { from: 0, to: 20 * S, rows: Some((first, last)) });
        let tasks = held(&run, &area, &index);
        let ids: Vec<&str> = tasks.iter().map(|t| run.task_id(*t)).collect();
        assert_eq!((ids.join(" ").as_str(), &names), (expected, &names));
        let words = area.words(&run, &index, &Look::default());
        assert!(words.ends_with(lanes), "{words}");
    };
    check(row("a"), row("b"), "a b", "2 lanes");
    check(row("b"), row("c"), "b c", "2 lanes");
    check(row("s"), row("a"), "a", "1 lane");
    check(row("s"), row("s"), "a b", "2 lanes");
}
