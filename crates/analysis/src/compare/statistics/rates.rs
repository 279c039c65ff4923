//! Whether one thing fails more often than another.

/// The two-sided probability that two rates differ as much as these by chance, `failed` of `of` each: the exact test of
/// Fisher (1922, *On the interpretation of χ² from contingency tables*), which sums all tables with the same margins
/// that are not likelier than the one at hand. 1 where one side is empty. O(failures).
pub fn fisher((failed, of): (u32, u32), (other, of_other): (u32, u32)) -> f64 {
    let (a, n1, n2) = (i64::from(failed.min(of)), i64::from(of), i64::from(of_other));
    let all = a + i64::from(other.min(of_other));
    if n1 == 0 || n2 == 0 {
        return 1.0;
    }
    let (least, most) = ((all - n2).max(0), all.min(n1));
    // Each table from the one before it, as logarithms: the first may be too small for a number.
    let mut logs = vec![0.0f64];
    for k in least..most {
        let ratio = (all - k) as f64 * (n1 - k) as f64 / ((k + 1) as f64 * (n2 - all + k + 1) as f64);
        logs.push(logs.last().copied().unwrap_or(0.0) + ratio.ln());
    }
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let own = logs.get((a - least).max(0) as usize).copied().unwrap_or(top);
    let sum =
        |some: &dyn Fn(f64) -> bool| logs.iter().filter(|l| some(**l)).map(|l| (l - top).exp()).sum::<f64>();
    (sum(&|log| log <= own + 1e-9) / sum(&|_| true)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_agrees_with_tables() {
        // By sums of binomial coefficients as whole numbers.
        for (one, other, expected) in [
            ((0, 30), (14, 30), 1.676_738_437_551_942_4e-5),
            ((3, 10), (0, 10), 0.210_526_315_789_473_67),
            ((1, 9), (11, 15), 0.009_422_533_313_855_65),
            ((2, 4), (2, 4), 1.0),
            ((0, 5), (0, 5), 1.0),
            ((5, 5), (5, 5), 1.0),
            ((0, 0), (5, 5), 1.0),
        ] {
            let found = fisher(one, other);
            assert!((found - expected).abs() < 1e-6 * expected.max(1e-3), "{one:?} {other:?}: {found}");
            assert!((fisher(other, one) - found).abs() < 1e-12);
        }
    }
}
