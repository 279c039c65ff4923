//! From bytes to run to picture: reading and folding beside a bare pass of `serde_json` over the same bytes, and the
//! timeline's scene at three sizes. One JSON object a line.
#![allow(clippy::print_stdout, clippy::expect_used)]

use std::fmt::Write as _;
use std::time::Instant;

use makespan_import::{Options, Source, open};
use makespan_model::{Run, RunsBuilder};
use makespan_views::timeline::{Frame, Index, Lanes, scene};
use makespan_views::{Look, timeline};

/// A run of `n` tasks in layers of 512 on 64 workers, as event lines.
fn lines(n: usize) -> String {
    let mut out = String::from("{\"event\":\"run\",\"makespan\":1,\"run\":\"measured\"}\n");
    let mut free = [0u64; 64];
    let mut seed = 7u64;
    for i in 0..n {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (worker, length) = (i % 64, 200_000_000 + (seed >> 33) % 4_000_000_000);
        let start = free[worker];
        free[worker] = start + length + 1_000_000;
        let after =
            if i < 512 { String::new() } else { format!(",\"after\":[\"t{}\",\"t{}\"]", i - 512, i - 511) };
        let status = if seed.is_multiple_of(50) { "failed" } else { "succeeded" };
        let (step, begun, ended) = (i / 512 % 24, start + 500_000, start + length);
        let _ = writeln!(out, "{{\"event\":\"task\",\"task\":\"t{i}\",\"step\":\"step-{step}\"{after}}}");
        let _ = writeln!(
            out,
            "{{\"event\":\"attempt\",\"task\":\"t{i}\",\"queued\":{start},\"started\":{begun},\"ended\":{ended},\"worker\":\"worker-{worker:02}\",\"status\":\"{status}\"}}"
        );
    }
    out
}

/// The quickest of nine, ms.
fn best<T>(mut work: impl FnMut() -> T) -> (f64, T) {
    best_of(|| (), |()| work())
}

/// The quickest of nine, ms, without what it takes to make what is worked on.
fn best_of<I, T>(mut make: impl FnMut() -> I, mut work: impl FnMut(I) -> T) -> (f64, T) {
    let mut quickest: Option<(f64, T)> = None;
    for _ in 0..9 {
        let given = make();
        let start = Instant::now();
        let made = work(given);
        let ms = start.elapsed().as_secs_f64() * 1e3;
        if quickest.as_ref().is_none_or(|q| ms < q.0) {
            quickest = Some((ms, made));
        }
    }
    quickest.expect("nine tries")
}

fn folded(source: Source) -> Run {
    let mut runs = RunsBuilder::new();
    open(vec![source], &Options::default(), &mut runs);
    runs.finish().0.remove(0)
}

fn main() {
    for n in [1_000, 10_000, 100_000] {
        let text = lines(n);
        let megabytes = text.len() as f64 / 1e6;
        let (bare, _) = best(|| {
            let parse = |line| serde_json::from_str::<serde::de::IgnoredAny>(line).is_ok();
            text.lines().filter(|line| parse(line)).count()
        });
        let (fold, run) = best_of(|| Source::new("run.jsonl", text.clone().into_bytes()), folded);
        let (packed, index) = best(|| Index::new(&run, Lanes::Worker));
        let frame = Frame { height: 800.0, ..Frame::whole(&index, 1400.0) };
        let (whole, picture) = best(|| scene(&run, &index, &Look::default(), &frame));
        let middle = frame.scale().zoom(700.0, 50.0, frame.window, 1_000);
        let near = Frame { window: (middle.t0, middle.t1), ..frame };
        let (zoomed, _) = best(|| timeline::scene(&run, &index, &Look::default(), &near));
        println!(
            "{{\"what\":\"whole\",\"tasks\":{n},\"mb\":{megabytes:.2},\"bare_mb_s\":{:.0},\"fold_mb_s\":{:.0},\"times_bare\":{:.2},\"index_ms\":{packed:.2},\"scene_ms\":{whole:.2},\"scene_shapes\":{},\"scene_zoomed_ms\":{zoomed:.2}}}",
            megabytes / bare * 1e3,
            megabytes / fold * 1e3,
            fold / bare,
            picture.item_count()
        );
    }
}
