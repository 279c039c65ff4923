//! What is drawn grows with the pixels, not with the tasks.

use std::fmt::Write as _;

use makespan_analysis::Facts;

use super::{facts, is_sound, pictures};

/// `n` tasks on 64 workers in 24 steps, each after an earlier one; `slower` makes one step in three longer.
fn large(n: usize, slower: bool) -> Facts {
    let mut text = String::new();
    let mut free = [0usize; 64];
    for i in 0..n {
        let worker = i % 64;
        let length = 20 + i * 7919 % 180 + if slower && i % 3 == 0 { 40 } else { 0 };
        let start = free[worker];
        free[worker] = start + length + 1;
        let after = if i >= 512 { format!("t{}", i - 512) } else { String::new() };
        let status = if i % 5_000 == 17 { "failed" } else { "" };
        let (begun, ended) = (start as f64 / 1e3, free[worker] as f64 / 1e3);
        let _ =
            writeln!(text, "t{i} {begun:.3}..{ended:.3} w{worker} {after} step=s{} {status}", i / 512 % 24);
    }
    facts(&text)
}

#[test]
fn a_hundred_thousand_tasks_each_are_drawn_with_as_many_shapes_as_pixels_allow() {
    let (a, b) = (large(100_000, false), large(100_500, true));
    for width in [1100.0, 340.0] {
        for (name, scene) in pictures(&a, &b, width) {
            is_sound(&name, &scene);
            // Bars of three px and more in every row of two timelines, with their signs.
            let rows = (scene.height / 20.0).ceil() as usize;
            let most = rows * width as usize + 2_000;
            assert!(scene.item_count() <= most, "{name}: {} shapes, at most {most}", scene.item_count());
        }
    }
}
