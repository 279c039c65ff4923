//! A column of floating-point numbers: as decimals where all of them are short ones, which they mostly are when
//! programs wrote them as text; else by their bits.

use super::ints::{self, Ints};
use super::{Fit, Input, Misfit, ordered, unordered};

/// With more decimals than these, the bits are at least as short.
const MOST_DECIMALS: u8 = 9;
/// Used instead of a number of decimals if the bits are stored unchanged.
const BITS: u8 = 255;
/// Up to here every integer is a floating-point number.
const EXACT: f64 = 9_007_199_254_740_992.0;

const POWERS: [f64; 10] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/// Returns the integer that represents the value with this many decimals, if converting it back gives the same bits.
fn scaled(value: f64, decimals: u8) -> Option<i64> {
    let power = POWERS[usize::from(decimals)];
    let units = (value * power).round();
    let whole = units as i64;
    // From the integer, which has no negative zero.
    let fits = units.abs() < EXACT && (whole as f64 / power).to_bits() == value.to_bits();
    fits.then_some(whole)
}

/// Writes a column: the number of decimals, then integers.
pub(super) fn write(values: &[f64], rows: usize, out: &mut Vec<u8>) {
    let mut decimals = 0;
    for value in values {
        while decimals <= MOST_DECIMALS && scaled(*value, decimals).is_none() {
            decimals += 1;
        }
    }
    let all: Option<Vec<u64>> = if decimals <= MOST_DECIMALS {
        values.iter().map(|value| scaled(*value, decimals).map(ordered)).collect()
    } else {
        None
    };
    match all {
        Some(units) => {
            out.push(decimals);
            ints::write(&units, rows, out);
        }
        None => {
            out.push(BITS);
            ints::write(&values.iter().map(|value| value.to_bits()).collect::<Vec<_>>(), rows, out);
        }
    }
}

/// Reads a column value by value.
#[derive(Default)]
pub(super) struct Floats<'a> {
    ints: Ints<'a>,
    /// `None` if the bits are stored unchanged.
    power: Option<f64>,
}

impl<'a> Floats<'a> {
    pub(super) fn read(input: &mut Input<'a>, rows: usize) -> Fit<Floats<'a>> {
        let power = match input.byte()? {
            BITS => None,
            decimals => Some(*POWERS.get(usize::from(decimals)).ok_or(Misfit)?),
        };
        Ok(Floats { ints: Ints::read(input, rows)?, power })
    }

    pub(super) fn left(&self) -> usize {
        self.ints.left()
    }

    pub(super) fn next(&mut self) -> Fit<f64> {
        let value = self.ints.next()?;
        Ok(match self.power {
            Some(power) => unordered(value) as f64 / power,
            None => f64::from_bits(value),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_number_comes_back_bit_by_bit() {
        for values in [
            vec![0.1, 0.2, 12.5, -3.75],
            vec![0.0, -0.0],
            vec![f64::NAN, f64::INFINITY, f64::MIN_POSITIVE],
            vec![1e300, 1.0 / 3.0],
            vec![9_007_199_254_740_993.0, 1.0],
            vec![0.1 + 0.2, 0.3],
        ] {
            let mut out = Vec::new();
            write(&values, values.len(), &mut out);
            let mut floats = Floats::read(&mut Input(&out), values.len()).unwrap();
            for value in values {
                assert_eq!(floats.next().unwrap().to_bits(), value.to_bits());
            }
            assert_eq!(floats.left(), 0);
        }
    }

    #[test]
    fn short_decimals_are_short() {
        let values: Vec<f64> = (0..1000).map(|i| f64::from(i) / 10.0).collect();
        let mut out = Vec::new();
        write(&values, values.len(), &mut out);
        assert!(out.len() < 2_100, "{}", out.len());
    }
}
