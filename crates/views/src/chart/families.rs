//! Series of samples that belong together, recognised by their names.
//!
//! Sources put the subject of a number into the name of its metric: `optimizer.parameters[de_1].F`,
//! `memory_usage{host="a"}`, `CPU usage (Bazel)`. The common part of such names is a family, shown as one chart; the
//! part in brackets distinguishes its lines.

use std::borrow::Cow;

use makespan_analysis::{Facts, Quantity, natural_cmp, unit};
use makespan_model::{HashMap, HashSet, NONE, Order as _, Run, StrId, UNKNOWN};

use crate::amount::Unit;

/// Maximum number of lines with a colour of their own: the number of categories.
pub(super) const COLOURED: usize = 8;

/// The reason why there is no chart of metrics.
pub(super) const MISSING: &str = "This file holds no samples of metrics.";

/// A family without times, whose lines have at most this number of points, is better shown as bars.
const FEW: usize = 4;

/// The parts of a metric's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    /// What it measures.
    pub stem: &'a str,
    /// The subject; may be empty.
    pub key: &'a str,
    /// The part of what is measured; may be empty.
    pub sub: &'a str,
}

/// Splits a name: the last `[…]`, otherwise a `{…}` or ` (…)` at its end, contains the key.
pub(super) fn parts(name: &str) -> Parts<'_> {
    let whole = Parts { stem: name, key: "", sub: "" };
    if let Some(open) = name.rfind('[')
        && let Some(length) = name[open..].find(']')
    {
        let (stem, key) = (&name[..open], &name[open + 1..open + length]);
        let sub = name[open + length + 1..].trim_start_matches('.');
        return if stem.is_empty() { whole } else { Parts { stem, key, sub } };
    }
    for (open, close) in [("{", "}"), (" (", ")")] {
        if let Some(inner) = name.strip_suffix(close)
            && let Some(at) = inner.find(open)
            && at > 0
        {
            return Parts { stem: &name[..at], key: &inner[at + open.len()..], sub: "" };
        }
    }
    whole
}

/// The samples of one metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member<'a> {
    /// The subject.
    pub key: String,
    /// The part of what is measured.
    pub sub: String,
    /// Whether the samples belong to tasks; otherwise to the run.
    pub of_tasks: bool,
    /// Indices of samples, ascending.
    pub samples: Cow<'a, [u32]>,
}

/// Metrics with a common name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Family<'a> {
    /// Stable name.
    pub key: String,
    /// Title: the name as the source writes it.
    pub title: String,
    /// The unit of the numbers.
    pub unit: Unit,
    /// Factor that converts samples to that unit.
    pub factor: f64,
    /// Its metrics, in natural order of their keys.
    pub members: Vec<Member<'a>>,
    /// Whether any sample has a time; otherwise only their order is known.
    pub timed: bool,
    /// Whether it has so few points that bars show it better.
    pub few: bool,
}

/// Returns the metrics of a run: name, unit, whether they belong to tasks, and indices of their samples. Those of tasks
/// are already known as measures; the run's own samples come last.
fn metrics(facts: &Facts) -> Vec<(StrId, StrId, bool, Cow<'_, [u32]>)> {
    let (run, measures) = (facts.run(), facts.measures());
    let samples = &run.samples;
    let of_tasks = (0..measures.list.len()).filter_map(|m| measures.samples(m)).filter_map(|(indices, _)| {
        let first = *indices.first()? as usize;
        Some((samples.name[first], samples.unit[first], true, Cow::Borrowed(indices)))
    });
    let mut place: HashMap<(StrId, StrId), usize> = HashMap::default();
    let mut own: Vec<((StrId, StrId), Vec<u32>)> = Vec::new();
    for i in samples.task.partition_point(|t| *t != NONE)..samples.task.len() {
        let id = (samples.name[i], samples.unit[i]);
        let at = *place.entry(id).or_insert_with(|| {
            own.push((id, Vec::new()));
            own.len() - 1
        });
        own[at].1.push(i as u32);
    }
    of_tasks.chain(own.into_iter().map(|((name, unit), own)| (name, unit, false, Cow::Owned(own)))).collect()
}

/// Returns the families of a run: those with times, those with an order, then those with few numbers, each in natural
/// order. O(s + m log m) for s samples of the run itself and m metrics.
pub(super) fn families(facts: &Facts) -> Vec<Family<'_>> {
    let run = facts.run();
    // In the order of the file, which sorting keeps for equal keys.
    let mut group_of: HashMap<(&str, StrId), usize> = HashMap::default();
    let mut groups: Vec<((&str, StrId), Vec<Member<'_>>)> = Vec::new();
    for (name, unit, of_tasks, samples) in metrics(facts) {
        let Parts { stem, key, sub } = parts(run.text(name));
        let at = *group_of.entry((stem, unit)).or_insert_with(|| {
            groups.push(((stem, unit), Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(Member { key: key.to_owned(), sub: sub.to_owned(), of_tasks, samples });
    }
    let mut out = Vec::new();
    let mut taken: HashSet<String> = HashSet::default();
    for ((stem, unit_name), members) in groups {
        let unit_name = run.text(unit_name);
        for mut found in family(run, stem, unit_name, members) {
            // A metric with two units forms two families.
            if taken.contains(&found.key) {
                found.key = format!("{}:{unit_name}", found.key);
            }
            if taken.insert(found.key.clone()) {
                out.push(found);
            }
        }
    }
    out.order_by(|a, b| {
        let rank = |f: &Family<'_>| (!f.timed, f.few);
        rank(a).cmp(&rank(b)).then_with(|| natural_cmp(&a.title, &b.title))
    });
    out
}

fn family<'a>(run: &Run, stem: &str, unit_name: &str, mut members: Vec<Member<'a>>) -> Vec<Family<'a>> {
    members.order_by(|a, b| {
        natural_cmp(&a.key, &b.key)
            .then_with(|| natural_cmp(&a.sub, &b.sub))
            .then(a.of_tasks.cmp(&b.of_tasks))
    });
    let known = unit(unit_name);
    // Numbers without a unit that are all integers are counts.
    let whole = |m: &Member<'_>| m.samples.iter().all(|&i| run.samples.value[i as usize].fract() == 0.0);
    let counts = unit_name.is_empty() && members.iter().all(whole);
    let quantity = known.map_or(if counts { Quantity::Count } else { Quantity::Number }, |k| k.0);
    let unit = Unit { quantity, name: if known.is_some() { String::new() } else { unit_name.to_owned() } };
    let timed = members.iter().flat_map(|m| m.samples.iter()).any(|&i| run.samples.t[i as usize] != UNKNOWN);
    let few = !timed && members.iter().all(|m| m.samples.len() <= FEW);
    let base = Family {
        key: stem.to_owned(),
        title: stem.to_owned(),
        unit,
        factor: known.map_or(1.0, |k| k.1),
        members: Vec::new(),
        timed,
        few,
    };
    if few || members.iter().all(|m| m.sub == members[0].sub) {
        let sub = if few { String::new() } else { members[0].sub.clone() };
        return vec![part(&base, &sub, members)];
    }
    members.order_by(|a, b| natural_cmp(&a.sub, &b.sub));
    let parts = members.chunk_by(|a, b| a.sub == b.sub);
    parts.map(|same| part(&base, &same[0].sub, same.to_vec())).collect()
}

fn part<'a>(base: &Family<'_>, sub: &str, members: Vec<Member<'a>>) -> Family<'a> {
    let named =
        |between: &str| if sub.is_empty() { base.key.clone() } else { format!("{}{between}{sub}", base.key) };
    let (key, title, unit) = (named("[]."), named(" · "), base.unit.clone());
    Family { key, title, unit, factor: base.factor, members, timed: base.timed, few: base.few }
}

/// Returns the title of the family's chart.
pub(super) fn title(family: &Family<'_>) -> String {
    let over = match (family.few, family.timed) {
        (true, _) => "",
        (false, true) => " over time",
        (false, false) => " by sample",
    };
    format!("{}{over}", family.title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_parts() {
        let cut = |name| {
            let p = parts(name);
            (p.stem, p.key, p.sub)
        };
        assert_eq!(cut("optimizer.parameters[de_1].F"), ("optimizer.parameters", "de_1", "F"));
        assert_eq!(cut("expert.weight[expert_0]"), ("expert.weight", "expert_0", ""));
        assert_eq!(cut("memory_usage{host=\"a\"}"), ("memory_usage", "host=\"a\"", ""));
        assert_eq!(cut("CPU usage (Bazel)"), ("CPU usage", "Bazel", ""));
        for whole in ["loss", "", "[a]", "(b)", "{c}", "a]b[", "é (", "x)"] {
            assert_eq!(cut(whole), (whole, "", ""), "{whole}");
        }
    }
}
