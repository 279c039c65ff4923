//! Properties that tasks have under names of the run's own: labels, parameters and metrics. Lanes group by them, colours
//! mean them, and columns of the table show them.

use makespan_analysis::Facts;
use makespan_model::{HashMap, HashSet, NONE, Order as _, Run, StrId, members, plain};
use serde::{Deserialize, Serialize};

/// A property of tasks, by its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Property {
    /// A label.
    Label(String),
    /// A parameter.
    Param(String),
    /// A metric, by the key of its measure.
    Metric(String),
}

impl Property {
    /// Returns the name in links: `label.team`, `param.threads`, `metric.rows`.
    pub fn name(&self) -> String {
        let (kind, own) = self.parts();
        format!("{kind}.{own}")
    }

    /// Parses the output of [`Property::name`].
    pub fn parse(name: &str) -> Option<Property> {
        let (kind, own) = name.split_once('.').filter(|(_, own)| !own.is_empty())?;
        let own = own.to_owned();
        match kind {
            "label" => Some(Property::Label(own)),
            "param" => Some(Property::Param(own)),
            "metric" => Some(Property::Metric(own)),
            _ => None,
        }
    }

    fn parts(&self) -> (&'static str, &str) {
        match self {
            Property::Label(own) => ("label", own),
            Property::Param(own) => ("param", own),
            Property::Metric(own) => ("metric", own),
        }
    }

    /// Returns its own name, for people.
    pub fn title(&self) -> &str {
        self.parts().1
    }

    /// Returns the word for its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Property::Label(_) => "label",
            Property::Param(_) => "parameter",
            Property::Metric(_) => "metric",
        }
    }

    /// Returns the field of the query that selects by it.
    pub fn field(&self) -> String {
        let (kind, own) = self.parts();
        if own.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return format!("{kind}.{own}");
        }
        let escaped = own.replace('\\', "\\\\").replace('"', "\\\"");
        format!("{kind}.\"{escaped}\"")
    }

    /// Returns the text of each task for a label or a parameter; no task has one for a metric. Each text of labels is
    /// parsed once, however many tasks share it.
    pub(crate) fn texts(&self, run: &Run) -> Texts {
        let (own, column) = match self {
            Property::Label(own) => (own, &run.tasks.labels),
            Property::Param(own) => (own, &run.tasks.params),
            Property::Metric(_) => return Texts::of(run, |_| None),
        };
        let mut seen: HashMap<StrId, Option<String>> = HashMap::default();
        for id in column.iter().filter(|id| !id.is_empty()) {
            seen.entry(*id).or_insert_with(|| {
                let mut all = members(run.text(*id)).into_iter();
                all.find(|(name, json)| name == own && json != "null")
                    .map(|(_, json)| plain(&json).into_owned())
            });
        }
        Texts::of(run, |task| seen.get(&column[task])?.as_deref())
    }
}

/// The different texts of a property, in the order of their first tasks, and the one of each task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    /// The texts.
    pub(crate) all: Vec<String>,
    /// Index of a text by task; [`NONE`] without one.
    pub(crate) of: Vec<u32>,
}

impl Texts {
    fn of<'a>(run: &Run, text: impl Fn(usize) -> Option<&'a str>) -> Texts {
        let mut places: HashMap<&str, u32> = HashMap::default();
        let mut out = Texts::default();
        for task in 0..run.task_count() {
            let place = text(task).map_or(NONE, |text| {
                *places.entry(text).or_insert_with(|| {
                    out.all.push(text.to_owned());
                    out.all.len() as u32 - 1
                })
            });
            out.of.push(place);
        }
        out
    }

    /// Returns the text of a task.
    pub(crate) fn get(&self, task: usize) -> Option<&str> {
        self.all.get(*self.of.get(task)? as usize).map(String::as_str)
    }
}

/// A property of a run, for people to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedProperty {
    /// The property.
    pub property: Property,
    /// Number of tasks that have it.
    pub tasks: usize,
    /// Number of its different values; `None` for numbers.
    pub values: Option<usize>,
}

/// Returns the labels, parameters and metrics of the tasks of a run, by kind and name. O(n log n).
pub fn properties(facts: &Facts) -> Vec<ListedProperty> {
    let run = facts.run();
    let mut all = Vec::new();
    for (column, of) in [
        (&run.tasks.labels, Property::Label as fn(String) -> Property),
        (&run.tasks.params, Property::Param as fn(String) -> Property),
    ] {
        let mut shared: HashMap<StrId, usize> = HashMap::default();
        column.iter().filter(|id| !id.is_empty()).for_each(|id| *shared.entry(*id).or_default() += 1);
        let mut named: HashMap<String, (usize, HashSet<String>)> = HashMap::default();
        for (id, tasks) in shared {
            for (name, json) in members(run.text(id)).into_iter().filter(|(_, json)| json != "null") {
                let entry = named.entry(name).or_default();
                entry.0 += tasks;
                entry.1.insert(json);
            }
        }
        let listed = |(name, (tasks, values)): (String, (usize, HashSet<String>))| ListedProperty {
            property: of(name),
            tasks,
            values: Some(values.len()),
        };
        all.extend(named.into_iter().map(listed));
    }
    let measures = facts.measures();
    for (at, measure) in measures.list.iter().enumerate() {
        if let Some((samples, _)) = measures.samples(at) {
            let tasks =
                samples.chunk_by(|a, b| run.samples.task[*a as usize] == run.samples.task[*b as usize]);
            let property = Property::Metric(measure.key.clone());
            all.push(ListedProperty { property, tasks: tasks.count(), values: None });
        }
    }
    all.order_by(|a, b| a.property.cmp(&b.property));
    all
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_and_fields_are_queries() {
        for name in ["label.team", "param.a.b", "metric.rows \"out\\"] {
            let property = Property::parse(name).unwrap();
            assert_eq!(property.name(), name);
            let query = crate::exact::exactly(&property.field(), "x");
            assert!(makespan_analysis::query::Query::parse(&query).is_ok(), "{query}");
        }
        assert_eq!(
            (Property::parse("label."), Property::parse("team"), Property::parse("")),
            (None, None, None)
        );
    }
}
