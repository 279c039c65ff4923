//! A key with its modifiers, its label, and its form in the browser's storage.

/// A key with its modifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Combo {
    /// The key as in the event: `KeyboardEvent.code`.
    pub(crate) code: String,
    /// Whether Shift is pressed.
    pub(crate) shift: bool,
    /// Whether Ctrl (or Command) is pressed.
    pub(crate) ctrl: bool,
}

/// The names of keys whose code is no name for people.
const NAMES: [(&str, &str); 16] = [
    ("ArrowLeft", "←"),
    ("ArrowRight", "→"),
    ("ArrowUp", "↑"),
    ("ArrowDown", "↓"),
    ("BracketLeft", "["),
    ("BracketRight", "]"),
    ("Slash", "/"),
    ("Comma", ","),
    ("Period", "."),
    ("Semicolon", ";"),
    ("Quote", "'"),
    ("Backslash", "\\"),
    ("Minus", "-"),
    ("Equal", "="),
    ("Delete", "Del"),
    ("Escape", "Esc"),
];

impl Combo {
    /// Returns the key of an event; `None` for modifiers alone, and for keys that browsers need.
    pub(crate) fn pressed(code: &str, shift: bool, ctrl: bool) -> Option<Combo> {
        let is_modifier = ["Shift", "Control", "Alt", "Meta", "CapsLock"].iter().any(|m| code.starts_with(m));
        let is_kept = code.is_empty() || matches!(code, "Tab" | "Enter" | "Space" | "Escape");
        (!is_modifier && !is_kept && code.len() < 20).then(|| Combo { code: code.to_owned(), shift, ctrl })
    }

    /// Returns the label of the key.
    pub(crate) fn label(&self) -> String {
        let own = self.code.strip_prefix("Key").or_else(|| self.code.strip_prefix("Digit"));
        let name = NAMES.iter().find(|(code, _)| *code == self.code).map(|(_, name)| *name);
        let (ctrl, shift) = (if self.ctrl { "Ctrl " } else { "" }, if self.shift { "Shift " } else { "" });
        format!("{ctrl}{shift}{}", own.or(name).unwrap_or(&self.code))
    }

    /// Returns the key as stored: `KeyA`, with `s` for Shift and `c` for Ctrl before a colon.
    pub(super) fn stored(&self) -> String {
        let (ctrl, shift) = (if self.ctrl { "c" } else { "" }, if self.shift { "s" } else { "" });
        format!("{ctrl}{shift}:{}", self.code)
    }

    /// Parses the output of [`Combo::stored`].
    pub(super) fn read(text: &str) -> Option<Combo> {
        let (modifiers, code) = text.split_once(':')?;
        Combo::pressed(code, modifiers.contains('s'), modifiers.contains('c'))
    }
}
