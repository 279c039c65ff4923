//! A page per finding: its definition is the comment of its rule, its example a run that is small enough to be read.

use std::collections::BTreeMap;
use std::fs;

use makespan_views::Found;

use crate::comments::{above, for_users, source};
use crate::pages::{Pages, docs, plain};
use crate::{definitions, runs};

const FILES: [&str; 5] = ["time", "tasks", "waits", "resources", "record"];

pub(crate) fn pages() -> Pages {
    let rules = rules();
    let mut examples: Vec<String> = fs::read_dir(docs().join("examples/findings"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    examples.sort_unstable();
    let mut index = "# Findings\n\nA finding is a fact about a run that is worth attention, with its evidence and one thing to \
                     try. The overview, reports, `makespan summary` and `makespan stats` show them, the worst first. Most \
                     thresholds are shares of the makespan, because short times do not matter.\n\n\
                     | finding | example |\n|---|---|\n"
        .to_owned();
    let mut texts = Vec::new();
    for example in &examples {
        let code = example.split('.').next().unwrap();
        let facts = runs::facts(&format!("docs/examples/findings/{example}"));
        let finding = facts.findings().iter().find(|finding| finding.code() == code);
        let finding = finding.unwrap_or_else(|| panic!("{example} has no finding {code}"));
        let found = Found::new(facts.run(), finding);
        let rule = rules.get(code).unwrap_or_else(|| panic!("no rule finds {code}"));
        let file = fs::read_to_string(docs().join("examples/findings").join(example)).unwrap();
        let language = if example.ends_with(".jsonl") { "jsonl" } else { "text" };
        index += &format!("| [{code}]({code}.md) | {} |\n", found.title);
        texts.push((
            code.to_owned(),
            format!(
                "# {code}\n\n{rule}\n\n## Example\n\n```{language}\n{file}```\n\n`makespan stats` finds in this run \
                 ([{example}](../examples/findings/{example})):\n\n> **{}**\n>\n> {} {}\n",
                plain(&found.title), plain(&found.text), found.action
            ),
        ));
    }
    let mut codes: Vec<&String> = texts.iter().map(|(code, _)| code).collect();
    codes.dedup();
    assert_eq!(
        codes,
        rules.keys().collect::<Vec<_>>(),
        "every rule has an example in docs/examples/findings"
    );
    let mut pages = Pages::new("README.md", index);
    texts.into_iter().for_each(|(code, text)| pages.add(format!("{code}.md"), text));
    pages
}

/// The definition of each rule, by its code. The comment is that of the function whose body names the evidence.
fn rules() -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let names = source("findings/evidence.rs");
    let code_of = |evidence: &str| -> String {
        let line = names.lines().find(|line| {
            line.trim_start().starts_with(&format!("Evidence::{evidence}")) && line.contains("=> \"")
        });
        line.and_then(|line| line.split('"').nth(1)).unwrap_or_else(|| panic!("{evidence}")).to_owned()
    };
    for file in FILES {
        let text = source(&format!("findings/{file}.rs"));
        let mut item = String::new();
        for line in text.lines() {
            if line.starts_with("fn ") || line.starts_with("pub(super) fn ") {
                item = line
                    .split('(')
                    .take(if line.starts_with("pub") { 2 } else { 1 })
                    .collect::<Vec<_>>()
                    .join("(");
            }
            for part in line.split("Evidence::").skip(1) {
                let end = part.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(part.len());
                // Both resources are judged by one function, which is called with the evidence.
                let of = if file == "resources" && item.contains("find") { "fn over" } else { &item };
                let link =
                    |name: &str| definitions::page_of(name).map(|page| format!("../definitions/{page}.md"));
                let rule =
                    above(&text, of).iter().map(|p| for_users(p, link)).collect::<Vec<_>>().join("\n\n");
                out.insert(code_of(&part[..end]), rule);
            }
        }
    }
    out
}
