//! The page of the app with files to open, to which pages of the site link. It loads the events when it is opened.

use makespan_format::write_json_string;

use super::names::APP_FOLDER;
use crate::escape;

/// Returns the path of the app's page for a page.
pub(super) fn beside(page: &str) -> String {
    page.replace(".html", ".app.html")
}

/// Writes the app's page, one folder below the root, which loads the app from its folder and opens these files: their names,
/// and their paths from the root.
pub(super) fn page(app: &str, files: &[(&str, &str)]) -> String {
    let mut list = String::from("[");
    for (i, (name, path)) in files.iter().enumerate() {
        list.push_str(if i > 0 { ",{\"name\":" } else { "{\"name\":" });
        write_json_string(&format!("{}.jsonl.gz", crate::html::clipped(name, 200)), &mut list);
        // The app opens only addresses with this prefix.
        list.push_str(",\"url\":");
        write_json_string(&format!("./../{path}"), &mut list);
        list.push('}');
    }
    list.push(']');
    let moved = |attribute: &str| (format!("{attribute}=\"./"), format!("{attribute}=\"../{APP_FOLDER}/"));
    let page = ["href", "src"].into_iter().fold(app.to_owned(), |page, attribute| {
        let (from, to) = moved(attribute);
        page.replace(&from, &to)
    });
    let (head, rest) = page.split_at(page.find("</head>").unwrap_or(0));
    let mut out = String::with_capacity(page.len() + list.len() + 100);
    out.push_str(head);
    out.push_str("<meta name=\"makespan-files\" content=\"");
    escape::attribute(&list, &mut out);
    out.push_str("\">\n");
    out.push_str(rest);
    out
}
