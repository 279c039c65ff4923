//! Sums what test programs say of themselves.

/// Tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed.
    pub(crate) failed: u64,
}

impl Tally {
    /// Adds a line of the form `test result: ok. 3 passed; 1 failed; …`, which both libtest and wasm-bindgen's runner
    /// print; leaves any other line alone.
    pub(crate) fn read(&mut self, line: &str) {
        let Some((_, counts)) = line.split_once("test result: ") else { return };
        // The word before the counts ends in a full stop: `ok.` or `FAILED.`.
        let Some((_, counts)) = counts.split_once(". ") else { return };
        for count in counts.split(';') {
            let Some((number, what)) = count.trim().split_once(' ') else { continue };
            let number = number.parse::<u64>().unwrap_or(0);
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                _ => {}
            }
        }
    }

    /// Adds another sum to this one.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_every_kind_are_summed_and_other_lines_are_not() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests",
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s",
            "test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 9.1s",
            "    test result: ok. 4 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.00s",
            "test passed ... ok",
            "test result: nonsense",
        ] {
            tally.read(line);
        }
        assert_eq!(tally, Tally { passed: 18, failed: 3 });
    }
}
