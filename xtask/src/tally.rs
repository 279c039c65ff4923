//! Sums the results that test programs print.

use std::collections::BTreeMap;

/// Tests that passed, failed and were skipped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed.
    pub(crate) failed: u64,
    /// Why tests, or parts of them, were skipped, and how many for each reason.
    reasons: BTreeMap<String, u64>,
    /// Output of failed tests, line by line.
    failures: Vec<String>,
    /// Whether the current line belongs to a failed test.
    in_failures: bool,
}

/// Maximum number of lines of failed tests to keep.
const FAILURE_LINES: usize = 400;

impl Tally {
    /// Adds a line of the form `test result: ok. 3 passed; 1 failed; …`, which both libtest and wasm-bindgen's runner
    /// print, or `skipped: REASON`, which tests print if they lack what they need. Keeps the output of failed tests of
    /// libtest and of Python's unittest; ignores any other line.
    pub(crate) fn read(&mut self, line: &str) {
        let word = line.get(..7).is_some_and(|word| word == "skipped" || word == "SKIPPED");
        if word && let Some((_, reason)) = line.split_once(": ") {
            self.skip(reason);
        }
        self.keep_failure(line);
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

    /// Adds a skipped test.
    pub(crate) fn skip(&mut self, reason: &str) {
        *self.reasons.entry(reason.to_owned()).or_default() += 1;
    }

    /// Returns the number of skipped tests, or parts of them.
    pub(crate) fn skipped(&self) -> u64 {
        self.reasons.values().sum()
    }

    /// Returns the reasons for skipping, and the number of tests for each.
    pub(crate) fn reasons(&self) -> impl Iterator<Item = (&str, u64)> {
        self.reasons.iter().map(|(reason, count)| (reason.as_str(), *count))
    }

    fn keep_failure(&mut self, line: &str) {
        let starts = line == "failures:" || line.starts_with("FAIL: ") || line.starts_with("ERROR: ");
        let ends = line.contains("test result: ") || line.starts_with("Ran ");
        self.in_failures = (self.in_failures || starts) && !ends;
        if self.in_failures && self.failures.len() < FAILURE_LINES {
            self.failures.push(line.to_owned());
        }
    }

    /// Returns the output of failed tests, at most [`FAILURE_LINES`] lines.
    pub(crate) fn failures(&self) -> &[String] {
        &self.failures
    }

    /// Adds another sum to this one.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        for (reason, count) in other.reasons {
            *self.reasons.entry(reason).or_default() += count;
        }
        self.failures.extend(other.failures);
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_tests_print_is_kept() {
        let mut tally = Tally::default();
        for line in [
            "test widths_are_named ... FAILED",
            "successes:",
            "    widths_are_drawn",
            "failures:",
            "---- widths_are_named stdout ----",
            "assertion failed",
            "test result: FAILED. 1 passed; 1 failed; 0 ignored",
            "running 1 test",
            "FAIL: test_a_run_opens (tests.test_run.Runs)",
            "AssertionError: 1 != 2",
            "Ran 1 test in 0.1s",
            "OK",
        ] {
            tally.read(line);
        }
        let kept = [
            "failures:",
            "---- widths_are_named stdout ----",
            "assertion failed",
            "FAIL: test_a_run_opens (tests.test_run.Runs)",
            "AssertionError: 1 != 2",
        ];
        assert_eq!(tally.failures(), kept);
    }

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
            "skipped: FIREFOX is not set",
            "skipped: FIREFOX is not set",
            "SKIPPED test_it: no server",
            "é skipped: not at the beginning",
        ] {
            tally.read(line);
        }
        assert_eq!(tally.to_string(), "18 passed, 3 failed, 3 skipped");
        assert_eq!(tally.reasons().collect::<Vec<_>>(), [("FIREFOX is not set", 2), ("no server", 1)]);
        let mut sum = tally.clone();
        sum.add(tally);
        assert_eq!(sum.to_string(), "36 passed, 6 failed, 6 skipped");
    }
}
