//! `makespan formats`: the importers' own table.

use makespan_import::REGISTRY;
use schemars::JsonSchema;
use serde::Serialize;

use crate::args::FormatsArgs;
use crate::failure::Failure;
use crate::output::print;

/// An entry of `makespan formats --json`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Format {
    id: &'static str,
    title: &'static str,
    files: &'static [&'static str],
    how: &'static str,
    never_holds: &'static str,
}

/// Lists every format with how one gets such a file and what it does not record.
pub(crate) fn run(args: &FormatsArgs) -> Result<(), Failure> {
    let formats: Vec<Format> = REGISTRY
        .iter()
        .map(|entry| entry.importer)
        .map(|i| Format { id: i.id, title: i.title, files: i.parts, how: i.how, never_holds: i.lossy })
        .collect();
    if args.json {
        let json = serde_json::to_string_pretty(&formats).unwrap_or_default();
        return print(&format!("{json}\n"));
    }
    let mut text = String::new();
    for f in formats {
        text.push_str(&format!(
            "{} ({})\n  reads         {}\n  to get one    {}\n",
            f.title,
            f.id,
            f.files.join(", "),
            f.how
        ));
        if !f.never_holds.is_empty() {
            text.push_str(&format!("  not recorded  {}\n", f.never_holds));
        }
    }
    print(&text)
}
