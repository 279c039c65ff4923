//! The legend of a matrix.

use makespan_scene::{Bars, Face, Hit, Item, Path, Rect, Role, Seg, Stroke, Text, Weight, fit, status_glyph};

use crate::chart::{SMALL, wide};

/// Height of a line, px.
pub(super) const LINE: f32 = 17.0;
const STEP: f32 = 14.0;

/// A part of the legend.
#[derive(Clone, Debug, PartialEq)]
pub enum LegendPart {
    /// A scale: its steps in order, and the labels of the first, the last and optionally the middle one.
    Ramp {
        /// The steps.
        roles: Vec<Role>,
        /// Label of the first step.
        low: String,
        /// Label of the middle one; may be empty.
        middle: String,
        /// Label of the last step.
        high: String,
    },
    /// One colour, or one status with its sign.
    Patch {
        /// The colour.
        role: Role,
        /// What it means.
        text: String,
    },
    /// The hatching of unknown values.
    Unknown,
    /// The background of empty cells, and its meaning.
    Nothing(String),
}

impl LegendPart {
    /// Returns the sequential scale; if there is only one value, its middle.
    pub(super) fn heat(low: impl Into<String>, high: impl Into<String>) -> LegendPart {
        let (low, high) = (low.into(), high.into());
        if low == high {
            return LegendPart::Patch { role: Role::heat(0.5), text: low };
        }
        let roles = (0..9).map(|i| Role::heat(i as f32 / 8.0)).collect();
        LegendPart::Ramp { roles, low, middle: String::new(), high }
    }

    /// Returns the diverging scale.
    pub(super) fn diverge(low: &str, middle: &str, high: &str) -> LegendPart {
        let roles = (0..9).map(|i| Role::diverge((i as f32 - 4.0) / 4.0)).collect();
        LegendPart::Ramp { roles, low: low.to_owned(), middle: middle.to_owned(), high: high.to_owned() }
    }

    fn width(&self) -> f32 {
        match self {
            LegendPart::Ramp { roles, low, middle, high } => {
                let ends = wide(low, SMALL) + wide(high, SMALL) + 10.0;
                let middle = if middle.is_empty() { 0.0 } else { wide(middle, SMALL) + 12.0 };
                ends + (roles.len() as f32 * STEP).max(middle)
            }
            LegendPart::Patch { text, .. } | LegendPart::Nothing(text) => 19.0 + wide(text, SMALL),
            LegendPart::Unknown => 19.0 + wide(UNKNOWN, SMALL),
        }
    }

    fn draw(&self, x: f32, y: f32, room: f32, out: &mut Vec<Item>) {
        let words = |x: f32, text: &str, room: f32| -> Item {
            let text = fit(text, room, SMALL, Weight::Regular, Face::Sans);
            Text::new(x, y + 10.0, SMALL, Role::TextMuted, text).into()
        };
        let patch = |x: f32, w: f32| Rect::new(x, y, w, 12.0);
        match self {
            LegendPart::Ramp { roles, low, middle, high } => {
                out.push(words(x, low, room));
                let from = x + wide(low, SMALL) + 5.0;
                let mut bars = Bars::default();
                for (i, &role) in roles.iter().enumerate() {
                    bars.push(patch(from + i as f32 * STEP, STEP - 1.0), role, Hit::NONE);
                }
                out.push(bars.into());
                let length = roles.len() as f32 * STEP;
                if !middle.is_empty() {
                    let role = roles.get(roles.len() / 2).map_or(Role::Text, |r| r.on());
                    let at = from + length / 2.0 - 0.5;
                    let text = Text::new(at, y + 9.5, 10.0, role, middle.as_str());
                    out.push(text.anchored(makespan_scene::Anchor::Middle).into());
                }
                out.push(words(from + length + 5.0, high, room));
            }
            LegendPart::Patch { role, text } => {
                let mut bars = Bars { radius: 2.0, ..Bars::default() };
                bars.push(patch(x, 14.0), *role, Hit::NONE);
                out.push(bars.into());
                out.extend(status_glyph(*role, x + 7.0, y + 6.0, 9.0, role.on().into()).map(Item::from));
                out.push(words(x + 19.0, text, room - 19.0));
            }
            LegendPart::Unknown => {
                unknown(&[patch(x, 14.0)], out);
                out.push(words(x + 19.0, UNKNOWN, room - 19.0));
            }
            LegendPart::Nothing(text) => {
                let mut bars = Bars::default();
                bars.push(patch(x, 14.0), Role::Grid, Hit::NONE);
                out.push(bars.into());
                out.push(words(x + 19.0, text, room - 19.0));
            }
        }
    }
}

const UNKNOWN: &str = "unknown";

/// Hatches rectangles, with a single path for all of them.
pub(super) fn unknown(rects: &[Rect], out: &mut Vec<Item>) {
    if rects.is_empty() {
        return;
    }
    let mut bars = Bars::default();
    let mut segs = Vec::new();
    for rect in rects {
        bars.push(*rect, Role::Panel, Hit::NONE);
        // From the lower left to the upper right at 45°, seven px apart, as far as the rectangle extends.
        let reach = rect.w + rect.h;
        let most = ((reach / 7.0) as usize).min(24);
        for k in 1..=most.max(1) {
            let at = reach * k as f32 / (most.max(1) + 1) as f32;
            let (x0, y0) =
                if at < rect.h { (rect.x, rect.y + at) } else { (rect.x + at - rect.h, rect.bottom()) };
            let (x1, y1) =
                if at < rect.w { (rect.x + at, rect.y) } else { (rect.right(), rect.y + at - rect.w) };
            segs.extend([Seg::Move(x0, y0), Seg::Line(x1, y1)]);
        }
    }
    out.push(bars.into());
    out.push(Path::stroked(segs, Stroke::new(Role::EdgeMuted, 1.0)).into());
}

/// Draws the parts from (x, y) in lines of this width. Returns their height. Without `out`, they are only measured.
pub(super) fn draw(
    parts: &[LegendPart],
    (x, y): (f32, f32),
    width: f32,
    mut out: Option<&mut Vec<Item>>,
) -> f32 {
    let (mut at, mut line) = (0.0, 0);
    for part in parts {
        let needs = part.width();
        if at > 0.0 && at + needs > width {
            (at, line) = (0.0, line + 1);
        }
        if let Some(out) = out.as_deref_mut() {
            part.draw(x + at, y + line as f32 * LINE, width, out);
        }
        at += needs + 16.0;
    }
    if parts.is_empty() { 0.0 } else { (line + 1) as f32 * LINE + 3.0 }
}
