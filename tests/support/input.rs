//! Keys, mouse and wheel of a [`Chromium`], by WebDriver actions: trusted events, as from a person.

use serde_json::{Value, json};

use super::Chromium;

/// One turn of the wheel.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wheel {
    /// Pixels to the right.
    pub(crate) dx: i64,
    /// Pixels down.
    pub(crate) dy: i64,
    /// Whether Ctrl is held, as a trackpad's pinch has it.
    pub(crate) ctrl: bool,
}

impl Chromium {
    /// Presses a key or a chord, named as `KeyboardEvent.key` names them: `t`, `?`, `Escape`, `Shift+ArrowLeft`.
    pub(crate) async fn press(&self, chord: &str) {
        let keys: Vec<char> = split(chord).into_iter().map(key).collect();
        let down = keys.iter().map(|key| json!({ "type": "keyDown", "value": key }));
        let up = keys.iter().rev().map(|key| json!({ "type": "keyUp", "value": key }));
        self.act(vec![keyboard(down.chain(up).collect())]).await;
    }

    /// Types a text, key by key, into what has the focus.
    pub(crate) async fn type_text(&self, text: &str) {
        let strokes = text
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key })));
        self.act(vec![keyboard(strokes.collect())]).await;
    }

    /// Moves the mouse to a place in the viewport.
    pub(crate) async fn move_to(&self, (x, y): (i64, i64)) {
        self.act(vec![mouse(vec![to(x, y, 0)])]).await;
    }

    /// Clicks at a place in the viewport.
    pub(crate) async fn click_at(&self, (x, y): (i64, i64)) {
        self.act(vec![mouse(vec![to(x, y, 0), button("pointerDown"), button("pointerUp")])]).await;
    }

    /// Presses the left button at one place, moves in steps, and lets go at another.
    pub(crate) async fn drag(&self, (x0, y0): (i64, i64), (x1, y1): (i64, i64)) {
        let mut steps = vec![to(x0, y0, 0), button("pointerDown")];
        let count = 8;
        steps.extend((1..=count).map(|n| to(x0 + (x1 - x0) * n / count, y0 + (y1 - y0) * n / count, 16)));
        steps.push(button("pointerUp"));
        self.act(vec![mouse(steps)]).await;
    }

    /// Turns the wheel at a place in the viewport.
    pub(crate) async fn wheel(&self, (x, y): (i64, i64), turn: Wheel) {
        let pause = json!({ "type": "pause" });
        let scroll = json!({ "type": "scroll", "origin": "viewport", "duration": 0,
            "x": x, "y": y, "deltaX": turn.dx, "deltaY": turn.dy });
        let wheel = |steps: Vec<Value>| json!({ "type": "wheel", "id": "wheel", "actions": steps });
        if !turn.ctrl {
            return self.act(vec![wheel(vec![scroll])]).await;
        }
        let control = key("Control");
        let held = vec![
            json!({ "type": "keyDown", "value": control }),
            pause.clone(),
            json!({ "type": "keyUp", "value": control }),
        ];
        self.act(vec![keyboard(held), wheel(vec![pause.clone(), scroll, pause])]).await;
    }

    async fn act(&self, sources: Vec<Value>) {
        self.post("actions", json!({ "actions": sources })).await;
    }
}

fn keyboard(steps: Vec<Value>) -> Value {
    json!({ "type": "key", "id": "keyboard", "actions": steps })
}

fn mouse(steps: Vec<Value>) -> Value {
    json!({ "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" }, "actions": steps })
}

fn to(x: i64, y: i64, milliseconds: u64) -> Value {
    json!({ "type": "pointerMove", "origin": "viewport", "x": x, "y": y, "duration": milliseconds })
}

fn button(kind: &str) -> Value {
    json!({ "type": kind, "button": 0 })
}

/// The keys of a chord; a plus sign may itself be the last one.
fn split(chord: &str) -> Vec<&str> {
    match chord.strip_suffix('+') {
        Some("") => vec!["+"],
        Some(rest) => rest.trim_end_matches('+').split('+').chain(["+"]).collect(),
        None => chord.split('+').collect(),
    }
}

/// The character that WebDriver gives a key.
fn key(name: &str) -> char {
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) => letter,
        _ => {
            NAMED
                .iter()
                .find(|(known, _)| *known == name)
                .unwrap_or_else(|| panic!("no key is called {name}"))
                .1
        }
    }
}

/// The named keys, with the code points that the WebDriver standard gives them.
const NAMED: &[(&str, char)] = &[
    ("Backspace", '\u{E003}'),
    ("Tab", '\u{E004}'),
    ("Enter", '\u{E007}'),
    ("Shift", '\u{E008}'),
    ("Control", '\u{E009}'),
    ("Alt", '\u{E00A}'),
    ("Escape", '\u{E00C}'),
    ("Space", ' '),
    ("PageUp", '\u{E00E}'),
    ("PageDown", '\u{E00F}'),
    ("End", '\u{E010}'),
    ("Home", '\u{E011}'),
    ("ArrowLeft", '\u{E012}'),
    ("ArrowUp", '\u{E013}'),
    ("ArrowRight", '\u{E014}'),
    ("ArrowDown", '\u{E015}'),
    ("Delete", '\u{E017}'),
    ("Meta", '\u{E03D}'),
];
