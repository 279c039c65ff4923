//! The document and its window.

use js_sys::{Object, Reflect};
use makespan_scene::Theme;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlElement, Window};

/// Returns the window; a worker has none.
pub(crate) fn window() -> Option<Window> {
    web_sys::window()
}

/// Returns the document.
pub(crate) fn document() -> Option<Document> {
    window()?.document()
}

/// Returns the root element, which has the state and the theme.
pub(crate) fn root() -> Option<HtmlElement> {
    document()?.document_element()?.dyn_into().ok()
}

/// Sets an attribute of the root element to the state of the page: empty, loading, ready or error. Another attribute
/// records that something was shown once: from then on, the readable body of a report stays hidden.
pub(crate) fn say_state(name: &str) {
    if let Some(root) = root() {
        let _ = root.set_attribute("data-makespan-state", name);
        if name == "ready" {
            let _ = root.set_attribute("data-makespan-shown", "");
        }
    }
}

/// Sets the colours of the page from a theme, through the object model, because the policy allows no style attributes.
pub(crate) fn apply_theme(theme: &Theme) {
    let Some(root) = root() else { return };
    let _ = root.set_attribute("data-theme", theme.name);
    let style = root.style();
    for line in theme.css().lines() {
        if let Some((name, value)) = line.trim().trim_end_matches(';').split_once(':') {
            let _ = style.set_property(name.trim(), value.trim());
        }
    }
    let _ = style.set_property("color-scheme", if theme.dark { "dark" } else { "light" });
}

/// Returns whether a media query matches.
pub(crate) fn media(query: &str) -> bool {
    window().and_then(|w| w.match_media(query).ok().flatten()).is_some_and(|m| m.matches())
}

/// Returns the device pixels per CSS pixel.
pub(crate) fn pixel_ratio() -> f64 {
    window().map_or(1.0, |w| w.device_pixel_ratio()).clamp(0.5, 4.0)
}

/// Sets a mark, with details, on the timeline of the browser's performance tools.
pub(crate) fn mark(name: &str, detail: &[(&str, JsValue)]) {
    let Some(performance) = window().and_then(|w| w.performance()) else { return };
    let Ok(function) =
        Reflect::get(&performance, &"mark".into()).and_then(|f| f.dyn_into::<js_sys::Function>())
    else {
        return;
    };
    let details = Object::new();
    for (key, value) in detail {
        let _ = Reflect::set(&details, &(*key).into(), value);
    }
    let options = Object::new();
    if !detail.is_empty() {
        let _ = Reflect::set(&options, &"detail".into(), &details);
    }
    let _ = function.call2(&performance, &name.into(), &options);
}

/// Returns the hash of the address, without `#`.
pub(crate) fn hash() -> String {
    whole_hash().0
}

/// Separates the hash from the run that it contains.
const DATA: &str = "&data=";

/// Returns the hash, and the run in it.
fn whole_hash() -> (String, Option<String>) {
    let hash = window().and_then(|w| w.location().hash().ok()).unwrap_or_default();
    let hash = hash.trim_start_matches('#');
    match hash.split_once(DATA) {
        Some((view, data)) => (view.to_owned(), Some(data.to_owned())),
        None => (hash.to_owned(), None),
    }
}

/// Returns the run that the address contains, packed as text.
pub(crate) fn linked_data() -> Option<String> {
    whole_hash().1
}

/// Adds a run to the address, or removes it.
pub(crate) fn set_linked_data(data: Option<&str>) {
    let (view, before) = whole_hash();
    if before.as_deref() != data {
        write_hash(&view, data, true);
    }
}

/// Decodes base64 with the URL alphabet (RFC 4648, section 5), without padding.
pub(crate) fn from_base64url(text: &str) -> Option<Vec<u8>> {
    let text: String = text
        .chars()
        .map(|c| {
            if c == '-' {
                '+'
            } else if c == '_' {
                '/'
            } else {
                c
            }
        })
        .collect();
    let binary = window()?.atob(&text).ok()?;
    // The browser returns bytes as characters below 256.
    binary.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

/// Sets the hash of the address, and keeps the run in it. `replace` adds no entry to the history. A page that is not
/// permitted to (a sandboxed frame) continues without it.
pub(crate) fn set_hash(hash: &str, replace: bool) {
    write_hash(hash, whole_hash().1.as_deref(), replace);
}

fn write_hash(hash: &str, data: Option<&str>, replace: bool) {
    let Some(window) = window() else { return };
    let Ok(history) = window.history() else { return };
    let url = match data {
        Some(data) => format!("#{hash}{DATA}{data}"),
        None => format!("#{hash}"),
    };
    let _ = if replace {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&url))
    } else {
        history.push_state_with_url(&JsValue::NULL, "", Some(&url))
    };
}

/// Returns the address of the page.
pub(crate) fn address() -> String {
    window().and_then(|w| w.location().href().ok()).unwrap_or_default()
}

/// Maximum length of an address in a run that becomes a link, bytes.
const LONGEST_ADDRESS: usize = 2_000;

/// Returns the address of a web page if a text is one and nothing else. Other schemes can run scripts or open files, and
/// names of users before the host hide where a link leads.
pub(crate) fn web_address(text: &str) -> Option<String> {
    let is_plain = !text.contains(|c: char| c.is_whitespace() || c.is_control());
    if !text.starts_with("http") || !is_plain || text.len() > LONGEST_ADDRESS {
        return None;
    }
    let url = web_sys::Url::new(text).ok()?;
    let is_web = matches!(url.protocol().as_str(), "http:" | "https:");
    (is_web && url.username().is_empty() && url.password().is_empty()).then(|| url.href())
}

/// Copies text to the clipboard; does nothing if the browser refuses.
pub(crate) fn copy(text: &str) {
    if let Some(window) = window() {
        let clipboard = Reflect::get(&window.navigator(), &"clipboard".into()).unwrap_or(JsValue::UNDEFINED);
        if clipboard.is_object() {
            let _ = window.navigator().clipboard().write_text(text);
        }
    }
}

/// Sets the title of the window.
pub(crate) fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// Removes the line that the page showed before the app started. The readable body of a report stays, hidden, for
/// printing.
pub(crate) fn clear_boot() {
    if let Some(element) = document().and_then(|d| d.get_element_by_id("makespan-boot")) {
        element.remove();
    }
}

/// Returns whether an element accepts text, so that plain keys belong to it.
pub(crate) fn takes_text(target: Option<web_sys::EventTarget>) -> bool {
    let Some(element) = target.and_then(|t| t.dyn_into::<web_sys::Element>().ok()) else { return false };
    match element.tag_name().as_str() {
        "TEXTAREA" | "SELECT" => true,
        "INPUT" => !matches!(
            element.get_attribute("type").as_deref(),
            Some("file" | "checkbox" | "button" | "radio")
        ),
        _ => false,
    }
}

/// Focuses an element.
pub(crate) fn focus(id: &str) {
    if let Some(element) =
        document().and_then(|d| d.get_element_by_id(id)).and_then(|e| e.dyn_into::<HtmlElement>().ok())
    {
        let _ = element.focus();
    }
}

/// Returns the focused element, unless it is the page itself.
pub(crate) fn focused() -> Option<HtmlElement> {
    let element: HtmlElement = document()?.active_element()?.dyn_into().ok()?;
    (element.tag_name() != "BODY").then_some(element)
}

/// Returns the descendants of an element that match a selector, in order.
pub(crate) fn within(root: &Element, selector: &str) -> Vec<HtmlElement> {
    let (mut found, mut at) = (Vec::new(), root.first_element_child());
    while let Some(here) = at {
        if here.matches(selector).unwrap_or(false)
            && let Some(element) = here.dyn_ref::<HtmlElement>()
        {
            found.push(element.clone());
        }
        // Continues with the next element of the document, up to the end of the root.
        at = here.first_element_child();
        let mut up = Some(here);
        while at.is_none() {
            let Some(element) = up.filter(|e| e != root) else { break };
            at = element.next_element_sibling();
            up = element.parent_element();
        }
    }
    found
}

/// Scrolls the parent of an element so that the element is visible.
pub(crate) fn bring_into_view(id: &str) {
    let element =
        document().and_then(|d| d.get_element_by_id(id)).and_then(|e| e.dyn_into::<HtmlElement>().ok());
    if let Some((element, parent)) = element.and_then(|e| Some((e.clone(), e.parent_element()?))) {
        let (top, room) = (element.offset_top(), parent.client_height() - element.offset_height());
        let at = parent.scroll_top();
        parent.set_scroll_top(at.clamp((top - room).min(top), top));
    }
}

/// Clicks an element, as a person would.
pub(crate) fn click(id: &str) {
    if let Some(element) =
        document().and_then(|d| d.get_element_by_id(id)).and_then(|e| e.dyn_into::<HtmlElement>().ok())
    {
        element.click();
    }
}

/// Writes the message of a panic to the console, where the browser would only report unreachable code.
pub(crate) fn tell_panics() {
    std::panic::set_hook(Box::new(|info| web_sys::console::error_1(&info.to_string().into())));
}

/// Returns the run of the server in the address: `?run=ID`.
pub(crate) fn linked_run() -> Option<String> {
    search_parameter("run").filter(|run| !run.is_empty())
}

/// Returns a parameter of the address.
pub(crate) fn search_parameter(name: &str) -> Option<String> {
    let search = window()?.location().search().ok()?;
    web_sys::UrlSearchParams::new_with_str(&search).ok()?.get(name)
}

/// Sets the run of the server in the address, and who answers about it, or removes both.
pub(crate) fn link_run(run: Option<&str>, answers: Option<&str>) {
    let Some(history) = window().and_then(|w| w.history().ok()) else { return };
    let url = match (run, web_sys::UrlSearchParams::new()) {
        (Some(run), Ok(search)) => {
            search.append("run", run);
            if let Some(answers) = answers {
                search.append("answers", answers);
            }
            format!("?{}", String::from(search.to_string()))
        }
        _ => ".".to_owned(),
    };
    let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&url));
}

/// Returns whether the page is hidden: in a background tab, or minimised.
pub(crate) fn is_hidden() -> bool {
    document().is_some_and(|document| document.hidden())
}
