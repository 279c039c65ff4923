//! Checks a test: fields that every run has when a query is parsed, fields of one run when it is evaluated.

use makespan_format::amount::Amount;
use std::ops::Range;

use makespan_format::Status;

use super::amount;
use super::error::QueryError;
use super::instant::{self, Instant};
use super::statistic::Statistic;
use super::syntax::*;
use super::text::LONGEST_PATTERN;
use super::vocabulary::{FIELDS, Means, find, names};
use crate::nearest::nearest;
use crate::{Facts, Measures, Quantity};

/// Checks a test as far as possible without a run. `relation` is the position of its operator.
pub(super) fn test(test: &Test, relation: Range<usize>) -> Result<(), QueryError> {
    let wrong = |value: &Value, what: &str| {
        Err(QueryError::new(value.at.0.clone(), format!("`{}` is not a {what}", value.text))
            .expected(wanted(&test.field)))
    };
    if test.relation.orders() && matches!(test.field, Field::Words(_) | Field::Status) {
        let what = format!("`{}` needs a number or a time, but this field is text", test.relation.sign());
        return Err(QueryError::new(relation, what).expected(["`:`", "`=`", "`!=`"]));
    }
    for value in &test.values {
        match &test.field {
            Field::Words(_) if value.is_pattern() && value.text.chars().count() > LONGEST_PATTERN => {
                let what = format!("a pattern has at most {LONGEST_PATTERN} characters");
                return Err(QueryError::new(value.at.0.clone(), what));
            }
            Field::Status if statuses(value, test.relation) == 0 => {
                let meant = nearest(&value.text, Status::ALL.into_iter().map(Status::name));
                let likely = meant.map_or_else(|| wanted(&test.field), |name| vec![name.to_owned()]);
                let what = format!("`{}` is not a status", value.text);
                return Err(QueryError::new(value.at.0.clone(), what).expected(likely));
            }
            Field::Moment(_) if Instant::read(&value.text).is_none() => return wrong(value, "moment"),
            Field::Measure(name) => {
                if let Some(quantity) = known(name) {
                    number(value, quantity, "")?;
                }
            }
            Field::Label(_) | Field::Param(_)
                if test.relation.orders() && Amount::read(&value.text).is_none() =>
            {
                return wrong(value, "number");
            }
            _ => {}
        }
    }
    Ok(())
}

/// The quantity of a measure that every run has.
fn known(name: &str) -> Option<Quantity> {
    match find(FIELDS, name).filter(|e| e.name == name)?.means {
        Means::Duration => Some(Quantity::Time),
        Means::Count => Some(Quantity::Count),
        _ => None,
    }
}

/// A number as a test holds tasks against it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// In the unit of the measure.
    Plain(f64),
    OfRun(Statistic),
    OfStep(Statistic),
}

/// Converts a value for a measure of that quantity and unit.
pub(super) fn number(value: &Value, quantity: Quantity, unit: &str) -> Result<Number, QueryError> {
    if let Some(statistic) = Statistic::read(&value.text) {
        return Ok(if value.by_step { Number::OfStep(statistic) } else { Number::OfRun(statistic) });
    }
    let found = Amount::read(&value.text).and_then(|a| a.of(quantity, unit));
    found.map(Number::Plain).ok_or_else(|| {
        let message = format!("`{}` cannot be compared with this", value.text);
        let expected = [amount::example(quantity, unit), "a statistic such as p95".to_owned()];
        QueryError::new(value.at.0.clone(), message).expected(expected)
    })
}

/// Returns the statuses that a value matches, bit `i` for status `i`. With `:`, those whose names begin with it or
/// match its pattern; if there are none, the one that other engines call so.
pub(super) fn statuses(value: &Value, relation: Relation) -> u16 {
    let text = value.text.to_ascii_lowercase();
    let bits = |fits: &dyn Fn(&str) -> bool| {
        let all = Status::ALL.into_iter().filter(|s| fits(s.name()));
        all.fold(0, |bits, s| bits | 1 << s as u16)
    };
    let found = match relation {
        Relation::Holds if value.is_pattern() => bits(&|name| super::text::is_like(name, &text)),
        Relation::Holds => bits(&|name| name.starts_with(&text)),
        _ => bits(&|name| name == text),
    };
    if found != 0 { found } else { Status::from_word(&value.text).map_or(0, |s| 1 << s as u16) }
}

/// Returns an example of a value of a field, for a message.
pub(super) fn wanted(field: &Field) -> Vec<String> {
    match field {
        Field::Status => Status::ALL.into_iter().map(|s| s.name().to_owned()).collect(),
        Field::Moment(_) => instant::EXAMPLES.map(str::to_owned).to_vec(),
        Field::Measure(name) => match known(name) {
            Some(quantity) => vec![amount::example(quantity, ""), "a statistic such as p95".to_owned()],
            None => vec!["a number with its unit".to_owned(), "a statistic such as p95".to_owned()],
        },
        Field::Metric(_) => vec!["a number with its unit".to_owned(), "a statistic such as p95".to_owned()],
        Field::Label(_) | Field::Param(_) => vec!["a number".to_owned()],
        Field::Words(_) => vec!["a word".to_owned(), "a quoted text".to_owned()],
    }
}

/// Returns the index of a numeric field among the measures of a run; `None` for a well-known metric that the run does
/// not have, and for other kinds of fields.
///
/// # Errors
///
/// A name that the run does not know, with the nearest one that it does.
pub(super) fn measure(field: &Field, at: &TextPlace, facts: &Facts) -> Result<Option<usize>, QueryError> {
    let (Field::Measure(name) | Field::Metric(name)) = field else { return Ok(None) };
    let measures = facts.measures();
    let is_metric = |i: &usize| measures.samples(*i).is_some();
    let renamed = || measures.find(&format!("metric:{name}"));
    let found = match field {
        Field::Metric(_) => renamed().or_else(|| measures.find(name)).filter(is_metric),
        _ => measures.find(name),
    };
    let is_standard =
        || matches!(find(FIELDS, name), Some(e) if e.name == name && e.means == Means::Standard);
    if found.is_some() || (matches!(field, Field::Measure(_)) && is_standard()) {
        return Ok(found);
    }
    let keys = measures.list.iter().map(|m| m.key.as_str());
    let near = match field {
        Field::Metric(_) => nearest(name, keys.filter(|k| !is_ours(measures, k))),
        _ => nearest(name, names(FIELDS).map(|name| -> &str { name }).chain(keys)),
    };
    let message = match (field, near) {
        (Field::Metric(_), _) => format!("the run has no metric `{name}`"),
        (_, Some(_)) => format!("there is no field or metric `{name}`"),
        _ => format!("there is no field or metric `{name}`; quote text that contains `:`, `<`, `=` or `>`"),
    };
    Err(QueryError::new(at.0.clone(), message).expected(near.map(|n| format!("`{n}`"))))
}

fn is_ours(measures: &Measures, key: &str) -> bool {
    measures.find(key).is_some_and(|i| measures.samples(i).is_none())
}

/// Whether every field of a query is one of the run, and every value can be compared with it. O(fields × metrics).
pub(super) fn against(nodes: &[Node], facts: &Facts) -> Result<(), QueryError> {
    for node in nodes {
        match node {
            Node::Has(field, at) => {
                measure(field, at, facts)?;
            }
            Node::Test(test) => {
                if let Some(i) = measure(&test.field, &test.at, facts)? {
                    let found = &facts.measures().list[i];
                    for value in &test.values {
                        number(value, found.quantity, &found.unit)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}
