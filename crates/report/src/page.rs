//! The whole page: first the head with the policy, then the readable body, the data, and the app.

use std::sync::Arc;

use makespan_model::Run;
use makespan_scene::Theme;
use makespan_views::{ViewState, encode};

use crate::html::Html;
use crate::{Assets, Options, Redacted, ReportError, body, payload, policy, style};

/// Writes the complete file.
pub(crate) fn page(
    runs: &[Arc<Run>],
    assets: Option<&Assets<'_>>,
    options: &Options,
    view: Option<&ViewState>,
    redacted: &Redacted,
) -> Result<String, ReportError> {
    let theme = view.and_then(|view| view.theme.as_deref()).and_then(Theme::named);
    let sheet = style::sheet(assets.map(|a| a.css), theme.as_ref());
    policy::fit_for_inline("style sheet", &sheet)?;
    if let Some(assets) = assets {
        policy::fit_for_inline("script", assets.script)?;
        policy::fit_for_inline("programs", assets.programs)?;
    }
    let title = options.title.clone().unwrap_or_else(|| body::title(runs));

    let mut page = Html::default();
    page.vouched("<!doctype html>\n");
    // Without the app there is no state to wait for.
    let state = assets.map(|_| ("data-makespan-state", "loading"));
    page.open("html", &[Some(("lang", "en")), state].into_iter().flatten().collect::<Vec<_>>());
    page.vouched("\n<head>\n<meta charset=\"utf-8\">\n");
    let rules = policy::policy(&sheet, assets.map(|a| a.script));
    page.vouched("<meta http-equiv=\"Content-Security-Policy\" content=\"").vouched(&rules).vouched("\">\n");
    for (name, content) in [
        ("referrer", "no-referrer"),
        ("viewport", "width=device-width, initial-scale=1"),
        ("color-scheme", theme.as_ref().map_or("light dark", |t| if t.dark { "dark" } else { "light" })),
        ("generator", concat!("Makespan ", env!("CARGO_PKG_VERSION"))),
    ] {
        page.open("meta", &[("name", name), ("content", content)]).vouched("\n");
    }
    page.element("title", &title);
    page.vouched("<style>").vouched(&sheet).vouched("</style>\n</head>\n<body>\n");
    if assets.is_some() {
        page.vouched("<div id=\"makespan-boot\" role=\"status\" hidden></div>\n");
    }
    page.open("main", &[("id", "makespan-static")]);
    body::write(&mut page, &title, runs, assets.is_some(), options, view, redacted);
    page.close("main");
    let seen = view.map(encode).unwrap_or_default();
    embed(&mut page, "makespan-data", &seen, &payload::packed_runs(runs.iter().map(|r| &**r))?);
    if let Some(assets) = assets {
        embed(&mut page, "makespan-unpacker", "", &payload::packed(assets.unpacker)?);
        embed(&mut page, "makespan-programs", "", assets.programs);
        page.vouched("<script>").vouched(assets.script).vouched("</script>\n");
    }
    page.vouched("</body>\n</html>\n");
    Ok(page.finish())
}

/// Writes a block that no browser executes, because its type is not a script (HTML, 4.12.1 "data block"). `view` is the
/// initial view of its runs, if there is one.
fn embed(page: &mut Html, id: &'static str, view: &str, data: &str) {
    let view = (!view.is_empty()).then_some(("data-view", view));
    let attributes = [Some(("type", "application/octet-stream")), Some(("id", id)), view];
    page.open("script", &attributes.into_iter().flatten().collect::<Vec<_>>()).vouched(data).close("script");
}
