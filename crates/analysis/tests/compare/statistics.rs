//! The statistics against published numbers and against the plainest way to compute them.

use makespan_analysis::compare::statistics::*;
use makespan_model::quantile;
use proptest::prelude::*;

/// Permeability of membranes at term and at 12 to 26 weeks (Hollander & Wolfe 1999, *Nonparametric statistical
/// methods*, table 4.1).
const TERM: [f64; 10] = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const EARLY: [f64; 5] = [1.15, 0.88, 0.90, 0.74, 1.21];

fn near(found: f64, expected: f64, by: f64) {
    assert!((found - expected).abs() <= by, "{found} is not {expected}");
}

/// The first so many places, one after the other.
fn places(n: usize) -> Vec<usize> {
    (0..n).collect()
}

#[test]
fn a_textbook_example() {
    let found = rank_sum(&EARLY, &TERM).unwrap();
    // The book: W = 35 and a one-sided probability of 0.1272, which R's wilcox.test gives too.
    assert_eq!((found.u, found.exact), (35.0, true));
    near(found.p, 2.0 * 0.1272, 5e-5);
    let found = shift(&EARLY, &TERM, &mut Depths::default()).unwrap();
    near(found.estimate, 0.305, 1e-9);
    // The 9th smallest and largest of the 50 differences: of all 3003 partings 83, more than 2.5 %, have a U up to 9.
    let (low, high) = found.interval.unwrap();
    near(low, -0.15, 1e-9);
    near(high, 0.76, 1e-9);
}

/// The largest U that is significant at 5 % on two sides, plus one, is how deep the interval's ends lie. The critical
/// values are those of the usual tables (for example Siegel 1956, table K).
#[test]
fn interval_bounds_match_published_tables() {
    for (few, many, critical) in
        [(4, 4, 0u32), (5, 5, 2), (3, 5, 0), (6, 6, 5), (8, 8, 13), (10, 10, 23), (9, 20, 48), (20, 20, 127)]
    {
        // 0 and then by 1, against far apart: the differences are as their places.
        let a: Vec<f64> = (0..few).map(f64::from).collect();
        let b: Vec<f64> = (0..many).map(|i| f64::from(i * 1000)).collect();
        let mut all: Vec<f64> = a.iter().flat_map(|x| b.iter().map(move |y| y - x)).collect();
        all.sort_by(f64::total_cmp);
        let (low, high) = shift(&a, &b, &mut Depths::default()).unwrap().interval.unwrap();
        let deep = critical as usize;
        assert_eq!((low, high), (all[deep], all[all.len() - 1 - deep]), "{few} against {many}");
    }
}

#[test]
fn some_samples_are_too_small_for_any_answer() {
    for (n1, n2, expected) in [
        (0, 5, false),
        (1, 1, false),
        (3, 3, false),
        (3, 4, false),
        (4, 4, true),
        (3, 5, true),
        (2, 7, false),
        (2, 8, true),
        (1, 38, false),
        (1, 39, true),
        (200, 200, true),
    ] {
        assert_eq!(smallest_p(n1, n2) <= LEVEL, expected, "{n1} against {n2}");
        assert_eq!(smallest_p(n2, n1), smallest_p(n1, n2));
        let sample = |n: usize, base: f64| (0..n).map(|i| base + i as f64).collect::<Vec<f64>>();
        let (a, b) = (sample(n1, 0.0), sample(n2, 1e6));
        let interval = shift(&a, &b, &mut Depths::default()).and_then(|s| s.interval);
        assert_eq!(interval.is_some(), expected, "{n1} against {n2}");
        // Samples that lie wholly apart are the most extreme there are.
        assert_eq!(rank_sum(&a, &b).is_some_and(|t| t.p <= LEVEL), expected, "{n1} against {n2}");
    }
}

#[test]
fn large_samples_are_approximated() {
    let a: Vec<f64> = (0..40).map(f64::from).collect();
    let b: Vec<f64> = (0..60).map(|i| f64::from(i) * 0.9 + 5.0).collect();
    let found = rank_sum(&a, &b).unwrap();
    // By counting in Python: U = 1721 with 4 ties of two, z = (|1721 - 1200| - 0.5) / sqrt(200 (101 - 24 / 9900)), and
    // math.erfc(z / sqrt(2)).
    assert_eq!((found.u, found.exact), (1721.0, false));
    near(found.p, 0.000_249_990_978_973_774_56, 1e-15);
}

#[test]
fn values_that_are_all_equal_show_nothing() {
    for n in [5, 300] {
        let same = vec![7.0; n];
        assert_eq!(rank_sum(&same, &same).unwrap().p, 1.0);
        let found = shift(&same, &same, &mut Depths::default()).unwrap();
        assert_eq!((found.estimate, found.interval), (0.0, Some((0.0, 0.0))));
        assert!(change_points(&same).is_empty());
        assert_eq!(slope(&places(20), &[7.0; 20]).unwrap().p, 1.0);
    }
}

#[test]
fn discoveries_of_the_paper() {
    // The fifteen probabilities of Benjamini & Hochberg 1995, section 4.1: four are below 0.05 by their procedure.
    let p = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
        0.6528, 0.7590, 1.0,
    ];
    let mut mixed = p;
    mixed.reverse();
    let found = adjusted(&mixed);
    assert_eq!(found.iter().filter(|q| **q <= 0.05).count(), 4);
    near(found[14], 0.0015, 1e-12);
    near(found[11], 0.0095 * 15.0 / 4.0, 1e-12);
    // 0.0278 * 15 / 6 and 0.0298 * 15 / 7 are larger than 0.0344 * 15 / 8.
    near(found[9], 0.0298f64.min(0.0344 * 7.0 / 8.0) * 15.0 / 7.0, 1e-12);
    assert!(adjusted(&[]).is_empty());
}

#[test]
fn a_level_shift_is_located_and_an_outlier_is_not_one() {
    let noisy = |level: f64, i: usize| level + (i * 7 % 5) as f64 / 10.0;
    let step: Vec<f64> = (0..24).map(|i| noisy(if i < 10 { 100.0 } else { 120.0 }, i)).collect();
    assert_eq!(change_points(&step), [10]);
    let twice: Vec<f64> = (0..40).map(|i| noisy([100.0, 130.0, 90.0][(i / 13).min(2)], i)).collect();
    assert_eq!(change_points(&twice), [13, 26]);
    let mut outlier: Vec<f64> = (0..24).map(|i| noisy(100.0, i)).collect();
    outlier[11] = 5000.0;
    assert!(change_points(&outlier).is_empty());
    assert!(change_points(&[1.0, 2.0, 3.0, 4.0, 5.0]).is_empty());
    // The last ones of a very long series, at their places in it.
    let long: Vec<f64> = (0..2600).map(|i| noisy(if i < 2000 { 100.0 } else { 120.0 }, i)).collect();
    assert_eq!(change_points(&long), [2000]);
}

#[test]
fn a_slope_is_the_median_of_all() {
    let line: Vec<f64> = (0..12).map(|i| 3.0 + 0.5 * f64::from(i)).collect();
    let found = slope(&places(line.len()), &line).unwrap();
    near(found.each, 0.5, 1e-12);
    // All 66 pairs rise: z = 65 / sqrt(12 * 11 * 29 / 18), computed in Python with math.erfc.
    near(found.p, 8.303_107_353_564_735e-6, 1e-18);
    assert!(slope(&places(9), &line[..9]).is_none());
}
#[test]
fn quantiles_lie_between_their_neighbours() {
    let found: Vec<Option<f64>> =
        [0.0, 0.1, 0.5, 0.9, 1.0].into_iter().map(|p| quantile(&[1.0, 2.0, 4.0, 8.0], p)).collect();
    assert_eq!(found[0], Some(1.0));
    near(found[1].unwrap(), 1.3, 1e-12);
    assert_eq!((found[2], found[4]), (Some(3.0), Some(8.0)));
    near(found[3].unwrap(), 6.8, 1e-12);
    assert_eq!((quantile::<f64>(&[], 0.5), median(&[])), (None, None));
}

/// The two-sided probability by trying all ways to part the values.
fn by_trying(a: &[f64], b: &[f64]) -> f64 {
    let all: Vec<f64> = a.iter().chain(b).copied().collect();
    let u = |chosen: u32| {
        let is = |i: &usize| chosen >> i & 1 == 1;
        let (ins, outs): (Vec<usize>, Vec<usize>) = (0..all.len()).partition(is);
        let pairs = ins.iter().flat_map(|&i| outs.iter().map(move |&j| (i, j)));
        pairs.map(|(i, j)| if all[i] > all[j] { 2i64 } else { i64::from(all[i] == all[j]) }).sum::<i64>()
    };
    let mean = (a.len() * b.len()) as i64;
    let observed = (u(((1 << b.len()) - 1) << a.len()) - mean).abs();
    let ways: Vec<u32> = (0..1u32 << all.len()).filter(|c| c.count_ones() as usize == b.len()).collect();
    let far = ways.iter().filter(|&&c| (u(c) - mean).abs() >= observed).count();
    far as f64 / ways.len() as f64
}

fn small() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((0..9i32).prop_map(f64::from), 1..6)
}

proptest! {
    #[test]
    fn small_samples_are_tested_exactly_with_their_ties(a in small(), b in small()) {
        let found = rank_sum(&a, &b).unwrap();
        prop_assert!(found.exact);
        prop_assert!((found.p - by_trying(&a, &b)).abs() < 1e-12, "{} {}", found.p, by_trying(&a, &b));
    }

    #[test]
    fn swapping_the_samples_mirrors_every_result(a in small(), b in small()) {
        let (one, other) = (rank_sum(&a, &b).unwrap(), rank_sum(&b, &a).unwrap());
        prop_assert_eq!(one.p, other.p);
        prop_assert_eq!(one.u + other.u, (a.len() * b.len()) as f64);
        let mut depths = Depths::default();
        let (one, other) = (shift(&a, &b, &mut depths).unwrap(), shift(&b, &a, &mut depths).unwrap());
        prop_assert_eq!(one.estimate, -other.estimate);
        prop_assert_eq!(one.interval, other.interval.map(|(low, high)| (-high, -low)));
    }

    #[test]
    fn the_shift_is_the_median_of_all_differences(
        a in prop::collection::vec(-1e9..1e9f64, 1..40), b in prop::collection::vec(-1e3..1e12f64, 1..40),
    ) {
        let mut all: Vec<f64> = a.iter().flat_map(|x| b.iter().map(move |y| y - x)).collect();
        all.sort_by(f64::total_cmp);
        let (low, high) = (all[(all.len() - 1) / 2], all[all.len() / 2]);
        let found = shift(&a, &b, &mut Depths::default()).unwrap();
        prop_assert_eq!(found.estimate, if low == high { low } else { low + (high - low) / 2.0 });
        if let Some((low, high)) = found.interval {
            prop_assert!(low <= found.estimate && found.estimate <= high);
            prop_assert!(all.contains(&low) && all.contains(&high));
        }
    }

    #[test]
    fn the_segmentation_has_the_lowest_cost_of_all(values in prop::collection::vec(0..30i32, 6..13)) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let found = change_points(&values);
        let n = values.len();
        let ranks: Vec<f64> = values
            .iter()
            .map(|x| values.iter().map(|y| if y < x { 1.0 } else if y == x { 0.5 } else { 0.0 }).sum::<f64>())
            .collect();
        let square = |part: &[f64]| {
            let mean = part.iter().sum::<f64>() / part.len() as f64;
            part.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>()
        };
        let variance = square(&ranks) / (n - 1) as f64;
        prop_assume!(variance > 0.0);
        let cost = |cuts: &[usize]| {
            let ends: Vec<usize> = cuts.iter().copied().chain([n]).collect();
            let mut from = 0;
            let mut sum = cuts.len() as f64 * 2.5 * (n as f64).ln();
            for end in ends {
                if end < from + 3 {
                    return f64::INFINITY;
                }
                sum += square(&ranks[from..end]) / variance;
                from = end;
            }
            sum
        };
        let all = (0..1u32 << n).filter(|cuts| cuts & 1 == 0 && cuts.count_ones() < 4);
        let best = all.map(|cuts| cost(&(0..n).filter(|i| cuts >> i & 1 == 1).collect::<Vec<_>>()));
        let best = best.fold(f64::INFINITY, f64::min);
        // What is parted is parted again by its own ranks, which may add places and takes none away.
        let some = |chosen: u32| -> Vec<usize> {
            found.iter().enumerate().filter(|(i, _)| chosen >> i & 1 == 1).map(|(_, cut)| *cut).collect()
        };
        prop_assert!((0..1u32 << found.len()).any(|chosen| cost(&some(chosen)) <= best + 1e-6), "{found:?}");
        prop_assert!(!found.is_empty() || cost(&[]) <= best + 1e-6);
    }
}
