//! The content security policy of a report: only the scripts and styles of the report itself are allowed, by hash, and no
//! request leaves the page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::ReportError;

/// Returns `sha256-…` of the exact text of an inline script or style (Content Security Policy Level 3, section 2.3.1).
fn hash(text: &str) -> String {
    let digest = STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!("'sha256-{digest}'")
}

/// Returns the policy for a page with this style sheet and, if the page contains the app, this script.
pub(crate) fn policy(style: &str, script: Option<&str>) -> String {
    let style = hash(style);
    match script {
        Some(script) => format!(
            "default-src 'none'; script-src {} 'wasm-unsafe-eval'; style-src {style}; img-src data: blob:; \
             worker-src blob:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; \
             trusted-types default worker",
            hash(script)
        ),
        None => format!(
            "default-src 'none'; style-src {style}; base-uri 'none'; form-action 'none'; \
             require-trusted-types-for 'script'; trusted-types 'none'"
        ),
    }
}

/// Returns the policy for a page of a site, which allows only this script, if any. The script makes no requests.
pub(crate) fn still(style: &str, script: Option<&str>) -> String {
    let scripts = script.map_or_else(|| "'none'".to_owned(), hash);
    format!(
        "default-src 'none'; script-src {scripts}; style-src {}; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        hash(style)
    )
}

/// Rejects text that would not be the same bytes when inlined: the parser would end the element early, or normalise line
/// breaks, and the hash would not match.
///
/// # Errors
///
/// [`ReportError::NotInline`] with the part and the text found in it.
pub(crate) fn fit_for_inline(what: &'static str, text: &str) -> Result<(), ReportError> {
    let lower = text.to_ascii_lowercase();
    let forbidden = ["</script", "</style", "<!--", "\r", "\0"];
    match forbidden.into_iter().find(|f| lower.contains(f)) {
        Some(found) => Err(ReportError::NotInline { what, found }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_one_that_browsers_compute() {
        // The example of Content Security Policy Level 3, section 8.2 "hash usage".
        assert_eq!(hash("alert('Hello, world.');"), "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='");
    }

    #[test]
    fn a_policy_lets_nothing_else_run() {
        for policy in
            [policy("a{}", Some("f()")), policy("a{}", None), still("a{}", Some("f()")), still("a{}", None)]
        {
            assert!(policy.starts_with("default-src 'none'; "), "{policy}");
            for loose in ["unsafe-inline", "'unsafe-eval'", "http", "*", "'self'", "\""] {
                assert!(!policy.contains(loose), "{loose} in {policy}");
            }
        }
    }

    #[test]
    fn text_that_would_close_its_element_is_refused() {
        assert!(fit_for_inline("script", "f()\n").is_ok());
        for bad in ["a</SCRIPT b", "<!-- x", "a\r\nb", "</style>"] {
            assert!(fit_for_inline("script", bad).is_err(), "{bad:?}");
        }
    }
}
