//! JavaScript that runs in the page under test, the same in both browsers.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Runs before anything of the page: keeps what the page must never cause.
pub(crate) const WATCH: &str = r#"
    window.harnessSaw = [];
    addEventListener('securitypolicyviolation', (event) =>
        harnessSaw.push(`policy: ${event.effectiveDirective} refused ${event.blockedURI} ${event.sample}`));
    addEventListener('error', (event) => harnessSaw.push(`error: ${event.message || 'a resource failed to load'}`), true);
    addEventListener('unhandledrejection', (event) => harnessSaw.push(`rejected: ${event.reason}`));
"#;

/// Whether the app says that what it was asked for is on the screen.
pub(crate) const STATE: &str = "return document.documentElement.dataset.makespanState || ''";

/// Builds files from `[[name, base64], …]` and drops them on the page as a person would.
pub(crate) const DROP: &str = r#"
    const transfer = new DataTransfer();
    for (const [name, text] of arguments[0]) {
        const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
        transfer.items.add(new File([bytes], name));
    }
    const at = { bubbles: true, cancelable: true, composed: true, dataTransfer: transfer,
        clientX: innerWidth / 2, clientY: innerHeight / 2 };
    for (const kind of ['dragenter', 'dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(kind, at));
    }
"#;

/// The argument for [`DROP`].
pub(crate) fn dropped(files: &[PathBuf]) -> Value {
    let pair = |path: &PathBuf| {
        let bytes =
            std::fs::read(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
        json!([file_name(path), STANDARD.encode(bytes)])
    };
    Value::Array(files.iter().map(pair).collect())
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
