//! Units of numbers that stand for times.

/// What numbers count that stand for times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// s
    Seconds,
    /// ms
    Milliseconds,
    /// µs
    Microseconds,
    /// ns
    Nanoseconds,
}

impl Unit {
    /// Every unit, from the coarsest.
    pub const ALL: [Unit; 4] = [Unit::Seconds, Unit::Milliseconds, Unit::Microseconds, Unit::Nanoseconds];

    /// Nanoseconds in it.
    pub fn ns(self) -> i64 {
        [1_000_000_000, 1_000_000, 1_000, 1][self as usize]
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        ["seconds", "milliseconds", "microseconds", "nanoseconds"][self as usize]
    }

    /// Its symbol, as the option `--unit` takes it.
    pub fn symbol(self) -> &'static str {
        ["s", "ms", "us", "ns"][self as usize]
    }

    /// The unit of that symbol.
    pub fn parse(symbol: &str) -> Option<Unit> {
        Unit::ALL.into_iter().find(|unit| unit.symbol() == symbol)
    }

    /// The unit in which a number since 1970 is a date before the year 5138.
    pub fn by_size(number: f64) -> Unit {
        let size = number.abs();
        let coarser = [1e11, 1e14, 1e17].iter().filter(|most| size >= **most).count();
        Unit::ALL[coarser.min(3)]
    }

    /// Nanoseconds of a number of this unit, exact where `text`, as it is written, is a whole number; `None` where an
    /// `i64` cannot hold them.
    pub fn to_ns(self, number: f64, text: &str) -> Option<i64> {
        let ns = self.ns();
        match text.parse::<i64>() {
            Ok(whole) => i64::try_from(i128::from(whole) * i128::from(ns)).ok(),
            Err(_) if self == Unit::Seconds => makespan_format::time::from_epoch_seconds(number),
            Err(_) if number.abs() < 9.2e18 / ns as f64 => Some((number * ns as f64).round() as i64),
            Err(_) => None,
        }
    }
}
