//! Workflow definitions: the only files of Kailash with the edges of a run without annotations.

use std::borrow::Cow;

use makespan_format::Fields;
use makespan_model::HashMap;
use serde_json::value::RawValue;

use super::record::Slots;
use crate::json;

/// A node of a definition.
#[derive(Debug, Default)]
pub(super) struct PlanNode {
    pub(super) id: String,
    pub(super) kind: Option<String>,
    /// Its configuration, JSON.
    pub(super) config: Option<String>,
    /// Which output feeds each of its inputs, a JSON object.
    pub(super) inputs: Option<String>,
    pub(super) position: Option<String>,
}

/// A workflow definition.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) file: String,
    pub(super) id: String,
    pub(super) name: String,
    /// Name and JSON.
    pub(super) labels: Vec<(String, String)>,
    pub(super) nodes: Vec<PlanNode>,
    pub(super) places: HashMap<String, usize>,
    /// Nodes that each node depends on.
    pub(super) sources: Vec<Vec<usize>>,
    pub(super) unknown_ends: u64,
}

const DEFINITION: [&str; 8] =
    ["workflow_id", "name", "description", "version", "author", "metadata", "nodes", "connections"];

impl Plan {
    /// The definition that `raw` is.
    pub(super) fn from_json(raw: &RawValue, file: &str) -> Option<Plan> {
        let s = Slots::read(raw, &DEFINITION)?;
        let id = s.text(0).map(Cow::into_owned).unwrap_or_default();
        let name = s.text(1).map_or_else(|| id.clone(), Cow::into_owned);
        let mut plan = Plan { file: file.to_owned(), id, name, ..Plan::default() };
        for (i, key) in
            [(0, "workflow_id"), (2, "description"), (3, "version"), (4, "author"), (5, "workflow_metadata")]
        {
            if let Some(value) = s.raw(i).filter(|v| !matches!(v.get(), "\"\"" | "{}")) {
                plan.labels.push((key.to_owned(), value.get().to_owned()));
            }
        }
        plan.labels.extend(s.rest.iter().map(|(key, value)| (key.to_string(), value.get().to_owned())));
        json::each_member(s.raw(6)?, |id, node| {
            let n = Slots::read(node, &["node_id", "node_type", "config", "position"]);
            let keep = |i: usize| n.as_ref().and_then(|n| n.raw(i)).map(|v| v.get().to_owned());
            plan.places.insert(id.clone().into_owned(), plan.nodes.len());
            plan.nodes.push(PlanNode {
                id: id.into_owned(),
                kind: n.as_ref().and_then(|n| n.text(1)).map(Cow::into_owned),
                config: keep(2).filter(|c| c.starts_with('{') && c != "{}"),
                inputs: None,
                position: keep(3),
            });
        });
        plan.sources = vec![Vec::new(); plan.nodes.len()];
        let mut inputs: Vec<Fields> = plan.nodes.iter().map(|_| Fields::new()).collect();
        json::each_element(s.raw(7)?, |connection| {
            let c = Slots::read(connection, &["source_node", "source_output", "target_node", "target_input"]);
            let end =
                |i: usize| c.as_ref().and_then(|c| c.text(i)).and_then(|id| plan.places.get(&*id).copied());
            let (Some(source), Some(target)) = (end(0), end(2)) else {
                plan.unknown_ends += 1;
                return;
            };
            plan.sources[target].push(source);
            let port = |i: usize| c.as_ref().and_then(|c| c.text(i)).unwrap_or_default();
            inputs[target].str(&port(3), &format!("{}.{}", plan.nodes[source].id, port(1)));
        });
        for (node, inputs) in plan.nodes.iter_mut().zip(inputs) {
            node.inputs = inputs.finish().map(|json| json.as_str().to_owned());
        }
        Some(plan)
    }

    /// The node of that id.
    pub(super) fn node(&self, id: &str) -> Option<&PlanNode> {
        self.places.get(id).map(|&i| &self.nodes[i])
    }
}
