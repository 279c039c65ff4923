//! The common parts of all pages of a site: head, policy, style sheet and the breadcrumbs.

use makespan_scene::Role;

use crate::html::Html;
use crate::{policy, style};

const RULES: &str = "\
#makespan-static nav{font-size:.875rem;margin:0 0 .5rem}
#makespan-static .a a{margin-right:1.25rem}
#makespan-static .g td:not(.n){min-width:0;padding-right:.15rem;vertical-align:middle}
#makespan-static .g td a{display:inline-block;min-width:1.3em;text-align:center;text-decoration:none;\
color:var(--role-text);border:1px solid var(--role-border);border-bottom-width:4px;border-radius:3px}
#makespan-static form{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:end;margin:.5rem 0}
#makespan-static label{display:flex;flex-direction:column;font-size:.8rem;color:var(--role-text-muted)}
#makespan-static input,#makespan-static select{font:inherit;font-size:.875rem;padding:.25rem .4rem;max-width:20rem;\
color:var(--role-text);background:var(--role-raised);border:1px solid var(--role-border);border-radius:4px}
#makespan-static [hidden]{display:none}
@media print{#makespan-static form,#makespan-static nav,#makespan-static .a{display:none}}
";

/// The style sheet of every page.
pub(super) fn style() -> String {
    let mut sheet = style::sheet(None, None);
    sheet.push_str(RULES);
    for role in Role::ALL.iter().filter(|role| role.is_status()) {
        let name = role.name();
        sheet.push_str(&format!("#makespan-static .g .m-{name}{{border-bottom-color:var(--role-{name})}}\n"));
    }
    sheet
}

/// Writes a page with this title and, optionally, this script; `body` writes its content.
pub(super) fn page(title: &str, style: &str, script: Option<&str>, body: impl FnOnce(&mut Html)) -> String {
    let mut page = Html::default();
    page.vouched("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    let rules = policy::still(style, script);
    page.vouched("<meta http-equiv=\"Content-Security-Policy\" content=\"").vouched(&rules).vouched("\">\n");
    for (name, content) in [
        ("referrer", "no-referrer"),
        ("viewport", "width=device-width, initial-scale=1"),
        ("color-scheme", "light dark"),
        ("generator", concat!("Makespan ", env!("CARGO_PKG_VERSION"))),
    ] {
        page.open("meta", &[("name", name), ("content", content)]).vouched("\n");
    }
    page.element("title", title);
    page.vouched("<style>").vouched(style).vouched("</style>\n</head>\n<body>\n");
    page.open("main", &[("id", "makespan-static")]);
    body(&mut page);
    page.close("main");
    if let Some(script) = script {
        page.vouched("<script>").vouched(script).vouched("</script>\n");
    }
    page.vouched("</body>\n</html>\n");
    page.finish()
}

/// Writes the breadcrumbs: pages with their addresses, from the index down.
pub(super) fn way(page: &mut Html, up: &[(&str, &str)]) {
    page.open("nav", &[("aria-label", "Path")]);
    for (i, (title, address)) in up.iter().enumerate() {
        if i > 0 {
            page.text(" › ");
        }
        page.open("a", &[("href", address)]).name(title).vouched("</a>");
    }
    page.close("nav");
}
