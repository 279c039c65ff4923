//! The contents of the files: manifests and results.

use std::borrow::Cow;

use makespan_model::HashMap;

use crate::gather::Named;
use crate::json::tape::Value;

/// A manifest.
pub(super) struct Manifest<'t, 'a> {
    pub(super) file: &'a str,
    pub(super) invocation: Option<Cow<'a, str>>,
    pub(super) project: Option<Cow<'a, str>>,
    /// The kind of database.
    pub(super) adapter: Option<Cow<'a, str>>,
    pub(super) nodes: Named<Node<'t, 'a>>,
}

/// A node of it.
pub(super) struct Node<'t, 'a> {
    pub(super) id: Cow<'a, str>,
    pub(super) value: Value<'t, 'a>,
    pub(super) after: Vec<Cow<'a, str>>,
}

impl<'t, 'a> Manifest<'t, 'a> {
    pub(super) fn read(root: Value<'t, 'a>, file: &'a str) -> Manifest<'t, 'a> {
        let mut nodes: Named<Node<'t, 'a>> = Named::default();
        // Macros and documentation are most of a manifest, and are passed over.
        let kinds =
            ["nodes", "sources", "exposures", "metrics", "semantic_models", "saved_queries", "unit_tests"];
        for kind in kinds {
            for (id, value) in root.at(kind).into_iter().flat_map(Value::members) {
                let after = value.at("depends_on").into_iter().flat_map(|d| d.list("nodes"));
                let after = after.filter_map(Value::text).collect();
                nodes.entry(&id.clone(), || Node { id, value, after });
            }
        }
        for (id, parents) in root.at("parent_map").into_iter().flat_map(Value::members) {
            let has_none = nodes.get(&id).is_some_and(|n| n.after.is_empty());
            if has_none {
                let after = parents.elements().filter_map(Value::text).collect();
                nodes.entry(&id.clone(), || Node { id, value: parents, after: Vec::new() }).after = after;
            }
        }
        Manifest {
            file,
            invocation: meta(root, "invocation_id").and_then(Value::text),
            project: meta(root, "project_name").and_then(Value::text),
            adapter: meta(root, "adapter_type").and_then(Value::text),
            nodes,
        }
    }
}

/// The results of one invocation.
pub(super) struct Results<'t, 'a> {
    pub(super) file: &'a str,
    pub(super) root: Value<'t, 'a>,
    pub(super) invocation: Option<Cow<'a, str>>,
    /// Which command it was.
    pub(super) which: Option<Cow<'a, str>>,
    pub(super) is_retry: bool,
    /// When they were written, as it stands in the file.
    pub(super) generated: Option<Cow<'a, str>>,
    pub(super) rows: Vec<Row<'t, 'a>>,
}

/// A result.
pub(super) struct Row<'t, 'a> {
    pub(super) id: Cow<'a, str>,
    pub(super) value: Value<'t, 'a>,
}

impl<'t, 'a> Results<'t, 'a> {
    pub(super) fn read(root: Value<'t, 'a>, file: &'a str) -> Results<'t, 'a> {
        let args = root.at("args");
        let which = args.and_then(|a| a.text_of(&["which", "rpc_method"]));
        let command = args.and_then(|a| a.text_at("invocation_command"));
        let is_retry = which.as_deref() == Some("retry")
            || command.is_some_and(|c| c.split_whitespace().any(|word| word == "retry"));
        let row = |value: Value<'t, 'a>| Some(Row { id: value.text_at("unique_id")?, value });
        Results {
            file,
            root,
            invocation: meta(root, "invocation_id").and_then(Value::text),
            which,
            is_retry,
            generated: meta(root, "generated_at").and_then(Value::text),
            rows: root.list("results").filter_map(row).collect(),
        }
    }

    pub(super) fn meta(&self, key: &str) -> Option<Value<'t, 'a>> {
        meta(self.root, key)
    }

    pub(super) fn source(&self) -> Cow<'a, str> {
        match self.meta("dbt_version").and_then(Value::text) {
            Some(version) => Cow::Owned(format!("dbt {version}")),
            None => Cow::Borrowed("dbt"),
        }
    }
}

/// A member of the metadata of a file.
pub(super) fn meta<'t, 'a>(root: Value<'t, 'a>, key: &str) -> Option<Value<'t, 'a>> {
    root.at("metadata")?.at(key)
}

/// What `dbt docs generate` found in the database.
pub(super) struct Catalog<'t, 'a> {
    pub(super) file: &'a str,
    nodes: HashMap<Cow<'a, str>, Value<'t, 'a>>,
    /// Whether it has statistics of any result.
    pub(super) is_used: bool,
}

impl<'t, 'a> Catalog<'t, 'a> {
    pub(super) fn read(root: Value<'t, 'a>, file: &'a str) -> Catalog<'t, 'a> {
        let nodes = root.at("nodes").into_iter().flat_map(Value::members).collect();
        Catalog { file, nodes, is_used: false }
    }

    /// Returns the statistics of a node that are numbers.
    pub(super) fn statistics(&self, id: &str) -> impl Iterator<Item = (Cow<'a, str>, f64)> {
        let stats = self.nodes.get(id).and_then(|node| node.at("stats"));
        let is_shown =
            |stat: &Value<'t, 'a>| stat.at("include").is_none_or(|include| include.get() == "true");
        stats.into_iter().flat_map(Value::members).filter_map(move |(key, stat)| {
            let value = stat.at("value").filter(|value| !value.get().starts_with(['t', 'f']))?;
            is_shown(&stat).then_some((key, value.number()?))
        })
    }
}
