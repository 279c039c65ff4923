//! A rule of `check`: one of the analysis, or one whose limit is what earlier runs had.

use std::fmt;

use makespan_analysis::{Facts, Judged, Quantity, Rule, Verdict, judge};
use makespan_format::amount::{Amount, Unit};
use makespan_model::quantile;

/// A rule that runs are held against.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Gate {
    rule: Rule,
    /// For rules about the baseline, the part of its median that is the limit.
    share: Option<f64>,
}

impl Gate {
    /// Reads a rule of [`Rule::parse`], or one with `baseline`, `N % of baseline` as its limit.
    ///
    /// # Errors
    ///
    /// What of it cannot be read.
    pub(crate) fn parse(text: &str) -> Result<Gate, String> {
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
    pub(crate) fn needs_baseline(&self) -> bool {
        self.share.is_some()
    }

    /// Holds it against a run, with the earlier runs beside it.
    pub(crate) fn judge(&self, facts: &Facts, baseline: &[Facts]) -> Judged {
        let Some(share) = self.share else { return judge(facts, &self.rule) };
        let before: Vec<Judged> = baseline.iter().map(|b| judge(b, &self.rule)).collect();
        let mut values: Vec<f64> = before.iter().map(|j| j.value).filter(|v| v.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        let Some(median) = quantile(&values, 0.5) else {
            return Judged { verdict: Verdict::Unknown, limit: f64::NAN, ..judge(facts, &self.rule) };
        };
        let quantity = before.iter().find(|j| j.value.is_finite()).map_or(Quantity::Number, |j| j.quantity);
        // A limit without a unit counts seconds where the figure is a time.
        let limit = median * share / if quantity == Quantity::Time { 1e9 } else { 1.0 };
        let limit = Amount { value: limit, unit: Unit::None };
        judge(facts, &Rule { limit, ..self.rule.clone() })
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rule.fmt(f)
    }
}

/// Rules, as a setting has them: parted by semicolons.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Gates(pub(crate) Vec<Gate>);

impl Gates {
    /// Reads rules.
    ///
    /// # Errors
    ///
    /// The first rule that cannot be read, and why.
    pub(crate) fn parse(text: &str) -> Result<Gates, String> {
        let each = text.split(';').map(str::trim).filter(|rule| !rule.is_empty());
        each.map(|rule| Gate::parse(rule).map_err(|why| format!("{rule}: {why}")))
            .collect::<Result<Vec<Gate>, String>>()
            .map(Gates)
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
        assert_eq!(Gates::parse("failed = 0; retries <= 3;").unwrap().0.len(), 2);
        assert!(Gates::parse("failed = 0; retries").unwrap_err().starts_with("retries: "));
    }
}
