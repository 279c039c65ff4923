//! Turns the committed `index.html`, which trunk reads, into the published page.

use crate::outcome::Outcome;

/// The content security policy of the hosted page, as far as a `<meta>` can contain one: `frame-ancestors` is ignored
/// there, so only a header of the server can add it.
const POLICY: &[&str] = &[
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types default worker",
];

/// Replaces trunk's instructions. The script is deferred: it runs once the page is parsed.
const LINKS: &[&str] = &[
    r#"<link rel="icon" type="image/svg+xml" href="./icon.svg">"#,
    r#"<link rel="manifest" href="./manifest.webmanifest">"#,
    r#"<link rel="stylesheet" href="./style.css">"#,
    r#"<link rel="preload" as="fetch" type="application/wasm" crossorigin href="./app_bg.wasm">"#,
    r#"<link rel="preload" as="fetch" type="application/wasm" crossorigin href="./engine_bg.wasm">"#,
    r#"<script src="./app.js" defer></script>"#,
];

const CHARSET: &str = r#"<meta charset="utf-8">"#;

/// Returns the published page: with the policy directly after the charset (a policy governs only what follows it), and
/// our links in place of trunk's. Everything else is unchanged.
///
/// # Errors
///
/// Fails if the page lacks the charset or any link for trunk, or already has a policy or a script.
pub(crate) fn hosted(index: &str) -> Outcome<String> {
    for unwanted in ["Content-Security-Policy", "<script"] {
        if index.contains(unwanted) {
            return Err(format!("index.html holds {unwanted:?}; the build writes that itself"));
        }
    }
    let mut page = String::with_capacity(index.len() + 1024);
    let (mut charset, mut links) = (false, false);
    for line in index.lines() {
        let text = line.trim_start();
        let indent = &line[..line.len() - text.len()];
        let mut put = |text: &str| {
            page.push_str(indent);
            page.push_str(text);
            page.push('\n');
        };
        if text.starts_with("<link data-trunk") {
            if !std::mem::replace(&mut links, true) {
                LINKS.iter().for_each(|link| put(link));
            }
            continue;
        }
        put(text);
        if text == CHARSET && !std::mem::replace(&mut charset, true) {
            put(&format!(r#"<meta http-equiv="Content-Security-Policy" content="{}">"#, POLICY.join("; ")));
        }
    }
    match (charset, links) {
        (true, true) => Ok(page),
        (false, _) => Err(format!("index.html needs a line {CHARSET}")),
        (_, false) => Err("index.html holds no line that starts with <link data-trunk".to_owned()),
    }
}

/// Returns the glue without its guess of the wasm's address: it resolves the script's address against the page's, which
/// throws if a page has no such address (a report shown from a blob or in a `srcdoc` frame). The boot script always
/// passes a compiled module, so the guess is never used.
///
/// # Errors
///
/// Fails if the glue has changed, so that somebody checks it.
pub(crate) fn without_guess(glue: &str) -> Outcome<String> {
    const GUESS: &str = "script_src = new URL(document.currentScript.src, location.href).toString();";
    if glue.matches(GUESS).count() == 1 {
        Ok(glue.replace(GUESS, ""))
    } else {
        Err(format!("the glue of wasm-bindgen no longer holds {GUESS:?} once: check what replaced it"))
    }
}

/// Returns the script without indentation, blank lines, and comments on lines of their own.
///
/// # Errors
///
/// Fails if a text runs over several lines, where white space has a meaning.
pub(crate) fn dense(script: &str) -> Outcome<String> {
    let mut out = String::with_capacity(script.len());
    let mut in_comment = false;
    for line in script.lines().map(str::trim) {
        if in_comment || line.starts_with("/*") {
            in_comment = !line.contains("*/");
            if !in_comment && !line.ends_with("*/") {
                return Err(format!("app.js has code behind a comment: {line:?}"));
            }
            continue;
        }
        if line.matches('`').count() % 2 == 1 {
            return Err(format!("app.js has a template that goes on in the next line: {line:?}"));
        }
        if !line.is_empty() && !line.starts_with("//") {
            out.push_str(line);
            out.push('\n');
        }
    }
    Ok(out)
}

/// Refuses a script that could not run under the policy, or could not be inlined in a report.
///
/// # Errors
///
/// Names the first forbidden text.
pub(crate) fn check_script(script: &str) -> Outcome {
    // The hash in a report's policy is over bytes: a host that serves the report in another charset must not change the
    // bytes that the browser hashes.
    if !script.is_ascii() {
        return Err("app.js holds a character that is not ASCII".to_owned());
    }
    let lower = script.to_ascii_lowercase();
    let forbidden = ["new function(", "eval(", "</script", "<!--"];
    match forbidden.iter().find(|text| lower.contains(*text)) {
        Some(text) => Err(format!(
            "app.js holds {text:?}, which the content security policy or an inline script forbids"
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = include_str!("../../index.html");

    #[test]
    fn the_committed_page_becomes_the_published_one() {
        let page = hosted(INDEX).expect("the committed page is fit");
        assert!(!page.contains("data-trunk"), "{page}");
        let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text} in {page}"));
        assert!(place("charset") < place("Content-Security-Policy"));
        assert!(place("Content-Security-Policy") < place("<script src=\"./app.js\" defer>"));
        assert!(place("default-src 'none'") < place("style.css"));
        assert!(page.contains("<div id=\"makespan-boot\" role=\"status\">Starting Makespan…</div>"));
        assert_eq!(page.matches("<script").count(), 1);
    }

    #[test]
    fn the_policy_allows_no_inline_or_foreign_code() {
        let policy = POLICY.join("; ");
        for text in ["unsafe-inline", "'unsafe-eval'", "*", "http:", "https:", "frame-ancestors"] {
            assert!(!policy.contains(text), "{text} in {policy}");
        }
        assert!(!policy.contains('"'), "it stands in an attribute");
    }

    #[test]
    fn a_page_that_cannot_be_rewritten_is_refused() {
        assert!(hosted("<link data-trunk>").is_err_and(|why| why.contains("charset")));
        assert!(hosted(CHARSET).is_err_and(|why| why.contains("data-trunk")));
        assert!(hosted(&format!("{INDEX}<script>")).is_err_and(|why| why.contains("<script")));
    }

    #[test]
    fn a_dense_script_is_the_same_program() {
        let script = "// about\n  /**\n   * @param {x} y\n   */\n  f(`a`); // kept\n\n /* one line */\n g('// no comment');\n";
        assert_eq!(dense(script).as_deref(), Ok("f(`a`); // kept\ng('// no comment');\n"));
        assert!(dense("f(`a\n  b`);").is_err() && dense("/* a\n b */ f();").is_err());
    }

    #[test]
    fn scripts_that_the_policy_forbids_are_found() {
        assert!(check_script("wasm_bindgen({})").is_ok());
        for bad in ["new Function('x')", "eval(x)", "a </SCRIPT>", "// <!-- ", "// \u{2026}"] {
            assert!(check_script(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_script_url_guess_is_removed_from_the_glue() {
        let guess = "script_src = new URL(document.currentScript.src, location.href).toString();";
        assert_eq!(without_guess(&format!("let script_src;{guess}f()")).as_deref(), Ok("let script_src;f()"));
        assert!(without_guess("let script_src = import.meta.url;").is_err());
    }

    #[test]
    fn the_boot_script_may_stand_inline() {
        assert_eq!(check_script(include_str!("../../static/boot.js")), Ok(()));
    }
}
