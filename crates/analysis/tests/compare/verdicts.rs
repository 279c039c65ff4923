//! Many runs against many, and many in a row.

use makespan_analysis::Facts;
use makespan_analysis::compare::*;

use crate::facts;

/// One second in ns.
const S: f64 = 1e9;

/// Runs of `load`, then `train`, which take so many seconds.
fn runs(times: &[(f64, f64)]) -> Vec<Facts> {
    let text = |(load, train): &(f64, f64)| {
        format!("load 0..{load:.3} w\ntrain {load:.3}..{:.3} w load", load + train)
    };
    times.iter().map(|t| facts(&text(t))).collect()
}

fn against(a: &[Facts], b: &[Facts]) -> Verdicts {
    verdicts(&a.iter().collect::<Vec<_>>(), &b.iter().collect::<Vec<_>>(), "duration").unwrap()
}

/// `key verdict n/n shift low..high p adjusted share contribution`, in seconds.
fn shown(found: &Verdicts) -> Vec<String> {
    let number = |x: Option<f64>, unit: f64| x.map_or("-".to_owned(), |x| format!("{:.3}", x / unit));
    found
        .rows
        .iter()
        .map(|r| {
            let (s, row) = (&r.samples, &found.lineup.rows[r.row as usize]);
            let (n, m) = s.sizes();
            let interval = s.interval.map_or("-".to_owned(), |(l, h)| format!("{:.3}..{:.3}", l / S, h / S));
            format!(
                "{} {} {n}/{m} {} {interval} {} {} {} {}",
                row.key,
                s.verdict.name(),
                number(s.estimate, S),
                number(s.p, 1.0),
                number(s.adjusted, 1.0),
                number(r.on_path, 1.0),
                number(r.contribution, S),
            )
        })
        .collect()
}

#[test]
fn five_against_five_runs_detect_a_slowdown_and_leave_the_rest_open() {
    let a = runs(&[(10.0, 20.0), (11.0, 21.0), (12.0, 19.0), (10.5, 20.5), (11.5, 20.2)]);
    let b = runs(&[(10.2, 30.0), (11.2, 31.0), (12.5, 29.0), (10.1, 30.5), (11.8, 30.2)]);
    let found = against(&a, &b);
    // Wholly apart: 2 of 252 partings, three halves of it as one of two among three tests. The ends lie 3 deep among 25 differences.
    assert_eq!(
        shown(&found),
        [
            "train slower 5/5 10.000 8.800..11.200 0.008 0.012 1.000 10.000",
            "load no-evidence 5/5 0.200 -1.400..1.800 0.841 0.841 1.000 0.200",
        ]
    );
    let load = &found.rows[1].samples;
    // The two others show, so that the third is held against 5 %: the value is that of another implementation.
    let Verdict::NoEvidence { detectable: Some(least) } = load.verdict else { panic!("{:?}", load.verdict) };
    assert!((least / S - 2.302_028_4).abs() < 1e-6, "{least}");
    let makespan = found.makespan.unwrap();
    assert_eq!((makespan.verdict, found.tested, found.baseline), (Verdict::Slower, [2, 0], 5));
}

#[test]
fn swapping_the_sets_turns_slower_into_faster() {
    let a = runs(&[(10.0, 20.0), (11.0, 21.0), (12.0, 19.0), (10.5, 20.5), (10.6, 20.6)]);
    let b = runs(&[(10.2, 30.0), (11.2, 31.0), (12.5, 29.0), (10.1, 30.5)]);
    let (one, other) = (against(&a, &b), against(&b, &a));
    assert_eq!(one.rows[0].samples.verdict, Verdict::Slower);
    assert_eq!(other.rows[0].samples.verdict, Verdict::Faster);
    assert_eq!(one.rows[0].contribution, other.rows[0].contribution.map(|c| -c));
    assert_eq!(one.rows[0].samples.p, other.rows[0].samples.p);
}

#[test]
fn with_many_tasks_small_samples_detect_no_shift() {
    let a = runs(&[(10.0, 20.0), (11.0, 21.0), (12.0, 19.0), (10.5, 20.5)]);
    let b = runs(&[(10.2, 30.0), (11.2, 31.0), (12.5, 29.0), (10.1, 30.5)]);
    let sides = (a.iter().collect::<Vec<_>>(), b.iter().collect::<Vec<_>>());
    let found = verdicts(&sides.0, &sides.1, "work").unwrap();
    // 2 of 70 partings would do for one task, and do not for one of two.
    let train = &found.rows[0].samples;
    assert!(train.p.unwrap() < 0.05 && train.adjusted.unwrap() > 0.05);
    assert_eq!(train.verdict, Verdict::NoEvidence { detectable: None });
    // With the makespan two of three show, which is another list.
    assert_eq!(against(&a, &b).makespan.unwrap().verdict, Verdict::Slower);
}

#[test]
fn a_task_that_is_the_whole_of_its_runs_is_tested_once_with_them() {
    let alone = |times: [f64; 6]| times.map(|t| facts(&format!("load 0..{t:.3} w")));
    let found =
        against(&alone([10.0, 11.0, 12.0, 10.5, 11.5, 10.8]), &alone([10.2, 11.2, 12.5, 10.1, 11.8, 10.9]));
    let (load, makespan) = (&found.rows[0].samples, found.makespan.unwrap());
    assert_eq!((load.adjusted, load.verdict), (load.p, makespan.verdict));
    // Two equal tests would have held it against 2.5 %.
    let (mut depths, Verdict::NoEvidence { detectable }) = (statistics::Depths::default(), load.verdict)
    else {
        panic!("{:?}", load.verdict)
    };
    let at = |level| statistics::detectable(&load.baseline, &load.candidate, level, &mut depths);
    assert_eq!(detectable, [statistics::LEVEL].map(at)[0]);
}

#[test]
fn equivalent_needs_the_whole_interval_within_the_margin() {
    let steady = runs(&[(10.0, 20.0), (10.01, 20.0), (10.02, 20.0), (10.03, 20.0), (10.04, 20.0)]);
    let again = runs(&[(10.1, 20.0), (10.11, 20.0), (10.12, 20.0), (10.13, 20.0), (10.14, 20.0)]);
    let found = against(&steady, &again);
    // Certainly slower, by a hundredth: of no matter.
    assert_eq!(found.rows[0].samples.verdict, Verdict::Equivalent { margin: 0.05 * 10.02 * S });
    assert!(found.rows[0].samples.p.unwrap() < 0.01);
    assert_eq!(found.rows[1].samples.verdict, Verdict::Equivalent { margin: 0.05 * 20.0 * S });
}

#[test]
fn three_against_three_can_never_show_anything_and_one_against_one_only_a_difference() {
    let found = against(&runs(&[(1.0, 2.0); 3]), &runs(&[(9.0, 2.0); 3]));
    assert_eq!(shown(&found)[0], "load too-few 3/3 8.000 - 0.100 - 1.000 8.000");
    assert_eq!(found.tested, [0, 0]);
    let found = against(&runs(&[(1.0, 2.0)]), &runs(&[(9.0, 2.0)]));
    assert_eq!(shown(&found)[0], "load too-few 1/1 8.000 - 1.000 - 1.000 8.000");
    assert_eq!(found.makespan.unwrap().estimate, Some(8.0 * S));
}

#[test]
fn failed_tasks_are_not_pooled_and_makespans_of_failed_runs_do_not_count() {
    let a = [facts("a 0..4\nb 4..9 - a"), facts("a 0..5\nb 5..9 - a")];
    let b = [
        facts("a 0..1 - failed\nb - - a upstream-failed"),
        facts("a 0..6\nb 6..9 - a"),
        facts("a 0..7\nb 7.. - a"),
    ];
    let found = against(&a, &b);
    let of = |key: &str| {
        let row = found.rows.iter().find(|r| found.lineup.rows[r.row as usize].key == key).unwrap();
        row.samples.sizes()
    };
    assert_eq!((of("a"), of("b"), found.makespan.clone().unwrap().sizes()), ((2, 2), (2, 1), (2, 1)));
}

#[test]
fn tasks_off_the_critical_path_come_last_however_much_they_changed() {
    let text = |long: f64, side: f64| facts(&format!("long 0..{long} w1\nside 0..{side} w2"));
    let a: Vec<Facts> = (0..5).map(|i| text(100.0 + f64::from(i), 1.0 + f64::from(i) / 100.0)).collect();
    let b: Vec<Facts> = (0..5).map(|i| text(107.0 + f64::from(i), 50.0 + f64::from(i) / 100.0)).collect();
    let found = against(&a, &b);
    assert_eq!(
        shown(&found),
        [
            "long slower 5/5 7.000 4.000..10.000 0.008 0.008 1.000 7.000",
            "side slower 5/5 49.000 48.970..49.030 0.008 0.008 0.000 0.000",
        ]
    );
    // Each by itself: the one that counts is not adjusted for the one that does not.
    assert_eq!(found.tested, [1, 1]);
}

#[test]
fn a_measure_that_no_run_has_is_no_comparison() {
    let one = runs(&[(1.0, 2.0)]);
    let all: Vec<&Facts> = one.iter().collect();
    assert!(verdicts(&all, &all, "mem").is_none() && trends(&all, "mem").is_none());
    let found = verdicts(&all, &all, "attempts").unwrap();
    assert_eq!((found.makespan, found.rows[0].samples.baseline_median), (None, Some(1.0)));
    assert!(verdicts(&[], &[], "duration").is_none());
}

#[test]
fn a_level_that_changed_is_found_and_failures_are_shown_without_being_pooled() {
    let mut all: Vec<Facts> = (0..20)
        .map(|i| {
            runs(&[(
                5.0 + f64::from(i * 7 % 5) / 10.0,
                if i < 12 { 20.0 } else { 26.0 } + f64::from(i * 3 % 4) / 10.0,
            )])
        })
        .map(|mut one| one.remove(0))
        .collect();
    all.insert(6, facts("load 0..5 w\ntrain 5..6 w load failed"));
    let found = trends(&all.iter().collect::<Vec<_>>(), "duration").unwrap();
    let train = found.lineup.rows.iter().position(|r| r.key == "train").unwrap();
    let levels: Vec<(usize, usize, usize)> =
        found.rows[train].trend.levels.iter().map(|l| (l.first, l.last, l.values)).collect();
    assert_eq!(levels, [(0, 12, 12), (13, 20, 8)]);
    let by = found.rows[train].trend.last_change().unwrap() / S;
    assert!((by - 6.0).abs() < 0.2, "{by}");
    let failed = found.rows[train].points[6];
    assert_eq!((failed.value, failed.counts), (S, false));
    assert_eq!(found.rows[train].before.unwrap().values, 19);
    let makespan = found.makespan.unwrap();
    assert_eq!(makespan.trend.levels.len(), 2);
    assert!(!makespan.points[6].counts);
    let load = &found.rows[1 - train].trend;
    assert_eq!((load.levels.len(), load.last_change(), load.slope.is_some()), (1, None, true));
}

#[test]
fn a_slope_is_by_run_also_when_every_second_run_failed() {
    // Ten milliseconds more a run, of ten seconds: too little for another level.
    let run = |i: usize| {
        let train = 10.0 + i as f64 / 100.0;
        let failed = if i % 2 == 1 { "failed" } else { "" };
        facts(&format!("train 0..{train:.3} w {failed}"))
    };
    let all: Vec<Facts> = (0..30).map(run).collect();
    let found = trends(&all.iter().collect::<Vec<_>>(), "duration").unwrap();
    for series in [&found.rows[0], found.makespan.as_ref().unwrap()] {
        let slope = series.trend.slope.unwrap();
        assert!((slope.each / 1e6 - 10.0).abs() < 1e-6, "{}", slope.each);
        assert!(slope.p < 0.001);
    }
}

#[test]
fn an_irrelevant_change_starts_no_new_level() {
    let values: Vec<f64> =
        (0..30).map(|i| if i < 15 { 100.0 } else { 102.0 } + f64::from(i % 3) / 10.0).collect();
    let margin = |share| Margin { share, least: 0.0 };
    assert_eq!(trend(&values, margin(0.01)).levels.len(), 2);
    assert_eq!(trend(&values, margin(0.05)).levels.len(), 1);
    assert!(trend(&[f64::NAN; 5], margin(0.05)).levels.is_empty());
}

#[test]
fn the_spread_behind_a_bar_summarises_earlier_runs() {
    let values: Vec<f64> = [f64::NAN].into_iter().chain((0..=10).rev().map(f64::from)).collect();
    let found = spread(&values).unwrap();
    assert_eq!(
        (found.values, found.min, found.p10, found.median, found.p90, found.max),
        (11, 0.0, 1.0, 5.0, 9.0, 10.0)
    );
    assert_eq!(spread(&[f64::NAN]), None);
}

#[test]
fn the_detectable_shift_is_never_below_an_undetected_one() {
    // Twelve tasks on a chain, the first a little slower: not enough among so many.
    let run = |first: f64, i: usize| {
        let mut text = format!("t0 0..{first:.3} w\n");
        let mut at = first;
        for t in 1..12 {
            let length = 10.0 + (i * (t + 3) * 7 % 11) as f64 / 10.0;
            text += &format!("t{t} {at:.3}..{:.3} w t{}\n", at + length, t - 1);
            at += length;
        }
        facts(&text)
    };
    let a: Vec<Facts> = (0..10).map(|i| run(100.0 + i as f64, i)).collect();
    let b: Vec<Facts> = (0..10).map(|i| run(103.7 + i as f64, i + 5)).collect();
    let found = against(&a, &b);
    let first = found.rows.iter().find(|r| found.lineup.rows[r.row as usize].key == "t0").unwrap();
    let s = &first.samples;
    assert!(s.p.unwrap() < 0.05 && s.adjusted.unwrap() > 0.05 && s.interval.unwrap().0 > 0.0);
    let Verdict::NoEvidence { detectable: Some(detectable) } = s.verdict else { panic!("{:?}", s.verdict) };
    assert!(detectable >= s.estimate.unwrap(), "{detectable}");
}

/// Runs of one task that takes so many seconds, or is ended by a limit of 100 s.
fn limited(times: impl Iterator<Item = f64>) -> Vec<Facts> {
    let text = |x: f64| match x {
        x if x > 100.0 => "train 0..100 w failed".to_owned(),
        x => format!("train 0..{x:.3} w"),
    };
    times.map(|x| facts(&text(x))).collect()
}

#[test]
fn a_time_limit_that_cuts_slow_runs_off_does_not_make_a_candidate_faster() {
    // A bell below 100 s, and a wider one around 99 s, of which the slow half is beyond the limit.
    let bell = |i: u32| f64::from(i * 7 % 30) / 30.0 + f64::from(i * 11 % 30) / 30.0 - 1.0;
    let a = limited((0..30).map(|i| 97.5 + 2.0 * bell(i)));
    let b = limited((0..30).map(|i| 99.0 + 16.0 * bell(i)));
    let failed =
        b.iter().filter(|f| f.totals().statuses[makespan_model::Status::Failed as usize] > 0).count();
    assert!((12..=16).contains(&failed), "{failed}");
    let found = against(&a, &b);
    for s in [&found.rows[0].samples, found.makespan.as_ref().unwrap()] {
        assert_eq!((s.failed, s.verdict), ([0, failed as u32], Verdict::NotComparable));
        assert!(s.estimate.unwrap() < 0.0, "the trap is set: {:?}", s.estimate);
    }
    let codes: Vec<(&str, bool)> = found.notes.iter().map(|n| (n.code(), n.forbids())).collect();
    assert_eq!(codes[..2], [("failures-differ", true), ("failed", false)]);
    // Too few failures to tell the rates apart: they still rank worst.
    let c = limited([90.0, 91.0, 92.0, 93.0, 101.0, 102.0, 103.0].into_iter());
    let found = against(&limited((0..7).map(|i| 94.0 + f64::from(i) / 10.0)), &c);
    let s = found.makespan.unwrap();
    assert!(s.estimate.unwrap() < 0.0 && !matches!(s.verdict, Verdict::Faster | Verdict::Equivalent { .. }));
}

#[test]
fn a_candidate_that_is_slower_and_fails_more_often_is_slower() {
    let a = limited((0..20).map(|i| 50.0 + f64::from(i) / 10.0));
    let b = limited((0..20).map(|i| if i < 8 { 200.0 } else { 80.0 + f64::from(i) / 10.0 }));
    assert_eq!(against(&a, &b).makespan.unwrap().verdict, Verdict::Slower);
    assert_eq!(against(&b, &a).makespan.unwrap().verdict, Verdict::NotComparable);
}

/// Numbers that look like chance and are the same everywhere.
struct Chance(u64);

impl Chance {
    /// A normal one, as the sum of twelve uniform ones.
    fn normal(&mut self) -> f64 {
        let mut uniform = || {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / (1u64 << 53) as f64
        };
        (0..12).map(|_| uniform()).sum::<f64>() - 6.0
    }
}

#[test]
fn at_most_one_in_twenty_equal_tasks_is_called_different() {
    // One critical task of a second, and nine beside it that count as others.
    let mut chance = Chance(7);
    let mut run = || {
        let mut text = format!("long 0..{:.6} w\n", 100.0 + chance.normal());
        (0..9).for_each(|t| text += &format!("side{t} 0..{:.6} w\n", 50.0 + 5.0 * chance.normal()));
        facts(&text)
    };
    let mut wrong = 0;
    for _ in 0..400 {
        let (a, b): (Vec<Facts>, Vec<Facts>) =
            ((0..6).map(|_| run()).collect(), (0..6).map(|_| run()).collect());
        let found = against(&a, &b);
        let all = found.makespan.iter().chain(found.rows.iter().map(|r| &r.samples));
        wrong += u32::from(all.into_iter().any(|s| matches!(s.verdict, Verdict::Slower | Verdict::Faster)));
    }
    // 5 % of 400 is 20; three deviations more would be 33.
    assert!(wrong <= 33, "{wrong}");
}

#[test]
fn the_detectable_shift_is_found_in_four_of_five_cases() {
    use makespan_analysis::compare::statistics::{Depths, LEVEL, detectable, rank_sum};
    let mut chance = Chance(11);
    let mut depths = Depths::default();
    for n in [6, 10, 24] {
        let mut sample = || (0..n).map(|_| chance.normal()).collect::<Vec<f64>>();
        let (mut found, tries) = (0, 500);
        for _ in 0..tries {
            let by = detectable(&sample(), &sample(), LEVEL, &mut depths).unwrap();
            let (a, b) = (sample(), sample().into_iter().map(|x| x + by).collect::<Vec<f64>>());
            found += u32::from(rank_sum(&a, &b).unwrap().p <= LEVEL);
        }
        let power = f64::from(found) / f64::from(tries);
        assert!((0.72..0.88).contains(&power), "{n}: {power}");
    }
    assert_eq!(detectable(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0], LEVEL, &mut depths), None);
}
