//! A rule that runs are held against: with a limit of its own, or one taken from earlier runs.

use std::fmt;

use makespan_format::amount::{Amount, Quantity, Unit};
use makespan_model::{Order as _, quantile};

use crate::{Facts, Judged, Rule, Verdict, judge};

/// A [`Rule`] whose limit may be what earlier runs had.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    rule: Rule,
    /// For rules about the baseline, the part of its median that is the limit.
    share: Option<f64>,
}

impl Gate {
    /// Reads a rule of [`Rule::parse`], or one with `baseline`, `N % of baseline` as its limit.
    ///
    /// # Errors
    ///
    /// The part that could not be parsed.
    pub fn parse(text: &str) -> Result<Gate, String> {
        let Some(head) = text.trim().strip_suffix("baseline") else {
            let rule = Rule::parse(text).map_err(|error| error.to_string())?;
            return Ok(Gate { rule, share: None });
        };
        let at = head.rfind(['<', '>', '=']).ok_or("a rule needs one of < <= > >= = !=")? + 1;
        let share = head[at..].trim().trim_end_matches("of").trim_end();
        let share = match share {
            "" => 1.0,
            text => {
                text.strip_suffix('%')
                    .and_then(|number| number.trim().parse::<f64>().ok())
                    .filter(|number| number.is_finite())
                    .ok_or("before `baseline` stands nothing or a percentage, as in `110 % of baseline`")?
                    / 100.0
            }
        };
        let rule = Rule::parse(&format!("{} 0", &head[..at])).map_err(|error| error.to_string())?;
        let written = if share == 1.0 {
            "baseline".to_owned()
        } else {
            format!("{} % of baseline", (share * 1e4).round() / 1e2)
        };
        Ok(Gate { rule: Rule { written, ..rule }, share: Some(share) })
    }

    /// Whether it needs earlier runs.
    pub fn needs_baseline(&self) -> bool {
        self.share.is_some()
    }

    /// The rule; its limit is meaningless if it [needs a baseline](Gate::needs_baseline).
    pub fn rule(&self) -> &Rule {
        &self.rule
    }

    /// The rule with its limit, where that comes from what the rule found in each of the earlier runs: the part of
    /// their median. `None` if none of them has the figure. O(n log n).
    pub fn limited(&self, before: &[Judged]) -> Option<Rule> {
        let Some(share) = self.share else { return Some(self.rule.clone()) };
        let mut values: Vec<f64> = before.iter().map(|j| j.value).filter(|v| v.is_finite()).collect();
        values.order();
        let median = quantile(&values, 0.5)?;
        let quantity = before.iter().find(|j| j.value.is_finite()).map_or(Quantity::Number, |j| j.quantity);
        // A limit without a unit counts seconds where the figure is a time.
        let limit = median * share / if quantity == Quantity::Time { 1e9 } else { 1.0 };
        Some(Rule { limit: Amount { value: limit, unit: Unit::None }, ..self.rule.clone() })
    }

    /// Holds it against a run, with the earlier runs beside it.
    pub fn judge(&self, facts: &Facts, baseline: &[Facts]) -> Judged {
        let before: Vec<Judged> = match self.share {
            Some(_) => baseline.iter().map(|b| judge(b, &self.rule)).collect(),
            None => Vec::new(),
        };
        match self.limited(&before) {
            Some(rule) => judge(facts, &rule),
            None => Judged { verdict: Verdict::Unknown, limit: f64::NAN, ..judge(facts, &self.rule) },
        }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rule.fmt(f)
    }
}

impl Gate {
    /// Reads several rules, parted by semicolons.
    ///
    /// # Errors
    ///
    /// The first rule that cannot be read, and why.
    pub fn parse_all(text: &str) -> Result<Vec<Gate>, String> {
        let each = text.split(';').map(str::trim).filter(|rule| !rule.is_empty());
        each.map(|rule| Gate::parse(rule).map_err(|why| format!("{rule}: {why}"))).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn rules_about_the_baseline_are_read() {
        for (text, shown) in [
            ("makespan <= 110% of baseline", "makespan <= 110 % of baseline"),
            ("retries<=baseline", "retries <= baseline"),
            ("max memory < 95.5 % of  baseline", "max memory < 95.5 % of baseline"),
            ("failed = 0", "failed = 0"),
        ] {
            assert_eq!(Gate::parse(text).unwrap().to_string(), shown);
        }
        for wrong in
            ["baseline", "makespan baseline", "makespan < x of baseline", "a b c < baseline", "x < y"]
        {
            assert!(Gate::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Gate::parse_all("failed = 0; retries <= 3;").unwrap().len(), 2);
        assert!(Gate::parse_all("failed = 0; retries").unwrap_err().starts_with("retries: "));
    }
}
