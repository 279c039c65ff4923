//! A page per definition: the comment of the function that computes it.

use crate::comments::{above, for_users, source};
use crate::pages::Pages;

/// Page, title, file of the analysis, function, and how many paragraphs of its comment concern users.
const ALL: [(&str, &str, &str, &str, usize); 15] = [
    ("work", "Work", "busy.rs", "busy", 9),
    ("critical-path", "Critical path", "critical_path.rs", "critical_path", 9),
    ("observed-path", "Observed path", "observed.rs", "observed_path", 9),
    ("near-critical", "Nearly critical chains", "near_critical.rs", "near_critical", 9),
    ("slack", "Slack", "slack.rs", "slack", 9),
    ("waiting", "Waiting", "waiting.rs", "waiting", 9),
    ("causes", "Causes of waiting", "causes.rs", "causes", 9),
    ("concurrency", "Concurrency", "concurrency.rs", "concurrency", 9),
    ("utilisation", "Utilisation", "utilisation.rs", "utilisation", 9),
    ("bounds", "Bounds of the makespan", "bounds.rs", "makespan_bounds", 9),
    ("gates", "Gates", "gates.rs", "gates", 1),
    ("stragglers", "Stragglers", "stragglers.rs", "stragglers", 9),
    ("errors", "Errors", "errors.rs", "errors", 9),
    ("requests", "Requested and used resources", "requests.rs", "requests", 9),
    ("differences", "Totals stated by the file", "differences.rs", "differences", 9),
];

/// The page that defines what a function of the analysis computes.
pub(crate) fn page_of(function: &str) -> Option<&'static str> {
    ALL.iter().find(|(.., name, _)| *name == function).map(|(page, ..)| *page)
}

pub(crate) fn pages() -> Pages {
    let mut index = "# Definitions\n\nHow Makespan computes what it shows. The [glossary](../glossary.md) explains the terms in a \
                     sentence each; [statistics](../stats.md), [comparison](../compare.md) and [queries](../query.md) define \
                     their figures on their own pages.\n\n"
        .to_owned();
    let mut texts = Vec::new();
    for (page, title, file, function, most) in ALL {
        let link =
            |name: &str| page_of(name).filter(|other| *other != page).map(|other| format!("{other}.md"));
        let comment = above(&source(file), &format!("pub fn {function}("));
        let text: Vec<String> = comment.iter().take(most).map(|p| for_users(p, link)).collect();
        index += &format!("- [{title}]({page}.md)\n");
        texts.push((page, format!("# {title}\n\n{}\n", text.join("\n\n"))));
    }
    let mut pages = Pages::new("README.md", index);
    texts.into_iter().for_each(|(page, text)| pages.add(format!("{page}.md"), text));
    pages
}
