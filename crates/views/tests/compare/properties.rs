//! What holds for all runs, tried on random ones.

use makespan_analysis::Facts;
use makespan_analysis::compare::{explain, matching};
use makespan_views::compare::waterfall::{self, BarKind};
use makespan_views::compare::{Noise, Pair, graph, tasks, timeline};
use makespan_views::timeline::Lanes;
use proptest::prelude::*;

use super::{facts, is_sound, pictures};

/// A run as text: of each task its start, its length, its worker, what it comes after, and whether it failed.
fn run() -> impl Strategy<Value = String> {
    let task = (0u32..40, 0u32..30, 0u32..3, prop::option::of(0usize..10), 0u32..8);
    prop::collection::vec(task, 0..12).prop_map(|tasks| {
        let mut text = String::from("run r\n");
        for (i, (start, length, worker, after, kind)) in tasks.into_iter().enumerate() {
            let after = after.filter(|a| *a < i).map_or(String::new(), |a| format!("t{a}"));
            let span = if kind == 7 { "-".to_owned() } else { format!("{start}..{}", start + length) };
            let status = if kind == 6 { "failed" } else { "" };
            text.push_str(&format!("t{i} {span} w{worker} {after} step=s{} {status}\n", i % 3));
        }
        text
    })
}

fn both() -> impl Strategy<Value = (Facts, Facts)> {
    // A run needs a task for the notation; an empty one is tried among the hostile ones.
    (run(), run()).prop_map(|(a, b)| (facts(&format!("{a}t0 0..1 w0")), facts(&format!("{b}t1 0..1 w0"))))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_waterfall_bar_starts_where_the_previous_one_ends((a, b) in both(), most in 0usize..6) {
        let matching = matching(&a, &b);
        let pair = Pair::new(&a, &b, &matching);
        let Some(explanation) = explain(&a, &b, &matching) else { return Ok(()) };
        let bars = waterfall::bars(&pair, &explanation, most);
        let (first, last) = (bars[0], bars[bars.len() - 1]);
        prop_assert_eq!((first.kind, first.from, last.kind, last.from), (BarKind::A, 0, BarKind::B, 0));
        let mut at = first.to;
        for bar in &bars[1..bars.len() - 1] {
            prop_assert_eq!(bar.from, at);
            at = bar.to;
        }
        prop_assert_eq!(at, last.to);
        prop_assert_eq!(last.to - first.to, i128::from(explanation.delta_ns));
        // The largest, perhaps one more, the smaller ones together, the remainder, and the two runs.
        prop_assert!(bars.len() <= most + 5);
    }

    #[test]
    fn pictures_are_sound((a, b) in both()) {
        for (name, scene) in pictures(&a, &b, 700.0) {
            is_sound(&name, &scene);
        }
    }

    #[test]
    fn the_combined_graph_contains_every_task_and_edge_once((a, b) in both()) {
        let matching = matching(&a, &b);
        let pair = Pair::new(&a, &b, &matching);
        let graph = graph::Graph::new(&pair, None);
        prop_assert_eq!(graph.nodes.len(), matching.tasks.len());
        for (run, rows, is_a) in [(a.run(), &matching.of_a, true), (b.run(), &matching.of_b, false)] {
            for (from, to) in run.successors.pairs().chain(run.cut.iter().copied()) {
                let edge = (graph.node_of[rows[from as usize] as usize], graph.node_of[rows[to as usize] as usize]);
                let at = graph.edges.iter().position(|e| *e == edge);
                let side = at.map(|i| if is_a { graph.sides[i].0 } else { graph.sides[i].1 });
                prop_assert_eq!(side.unwrap_or(edge.0 == edge.1), true);
            }
        }
        let mut once = graph.edges.clone();
        once.dedup();
        prop_assert_eq!(once.len(), graph.edges.len());
    }

    #[test]
    fn attempts_of_both_runs_have_rows_in_which_none_overlap((a, b) in both()) {
        let matching = matching(&a, &b);
        let pair = Pair::new(&a, &b, &matching);
        let aligned = timeline::Aligned::new(&pair, Lanes::Worker, None);
        prop_assert_eq!(aligned.a.row_count(), aligned.b.row_count());
        for index in [&aligned.a, &aligned.b] {
            for row in 0..index.row_count() {
                // What takes no time has room within anything.
                let slices: Vec<_> = index.slices(row, index.extent, 1.0).filter(|s| s.start < s.end).collect();
                prop_assert!(slices.windows(2).all(|w| w[0].end <= w[1].start), "{slices:?}");
            }
        }
        let timed = |f: &Facts| f.run().attempts.started.iter().filter(|s| **s != makespan_model::UNKNOWN).count();
        prop_assert_eq!(aligned.a.lanes.iter().map(|l| l.attempts as usize).sum::<usize>(), timed(&a));
        prop_assert_eq!(aligned.b.lanes.iter().map(|l| l.attempts as usize).sum::<usize>(), timed(&b));
    }

    #[test]
    fn every_order_of_the_tasks_is_a_permutation_and_the_unknown_comes_last((a, b) in both(), descending: bool) {
        let matching = matching(&a, &b);
        let pair = Pair::new(&a, &b, &matching);
        for key in tasks::SortKey::ALL {
            let order = tasks::order(&pair, &[], None, tasks::Sort { key, descending });
            let mut sorted = order.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..matching.tasks.len() as u32).collect::<Vec<_>>());
            if key == tasks::SortKey::Delta {
                let known: Vec<Option<i64>> = order.iter().map(|r| matching.tasks[*r as usize].delta_ns).collect();
                let first_unknown = known.iter().position(Option::is_none).unwrap_or(known.len());
                prop_assert!(known[first_unknown..].iter().all(Option::is_none));
                let ordered = |w: &[Option<i64>]| if descending { w[0] >= w[1] } else { w[0] <= w[1] };
                prop_assert!(known[..first_unknown].windows(2).all(ordered));
            }
        }
    }

    #[test]
    fn colour_shows_direction_and_grows_with_the_ratio(a in 1i64..1_000_000_000_000, b in 1i64..1_000_000_000_000) {
        let noise = Noise::default();
        let (there, back) = (noise.strength(Some(a), Some(b)).unwrap(), noise.strength(Some(b), Some(a)).unwrap());
        prop_assert_eq!(there, -back);
        prop_assert!(there.abs() <= 1.0);
        prop_assert!(there == 0.0 || (there > 0.0) == (b > a));
    }
}
