//! Appearance of a node: at small zoom a block of colour, then a name, then all details.

use makespan_model::Status;
use makespan_scene::{
    Bars, Face, Hit, Item, Paint, Rect, Role, Seg, Text, Weight, count, fit as fit_text, fit_middle,
    status_glyph, width,
};

use super::node::{LABEL, NOTE, Node};
use crate::roles::status_role;

/// Minimum size of text on the screen, px.
const LEAST: f32 = 10.0;
/// Minimum zoom for names, and for a second line.
const NAMED: f32 = 0.35;
const NOTED: f32 = 0.8;

/// The shapes of all nodes: boxes by kind, and what is drawn on them.
#[derive(Debug, Default)]
pub(crate) struct Cards {
    /// Colours on the boxes: statuses, durations, marks of gates.
    pub(crate) stripes: Bars,
    /// Names and signs.
    pub(crate) signs: Vec<Item>,
}

/// The style of one node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// Its colour.
    pub(crate) role: Role,
    /// Whether that colour means its status.
    pub(crate) is_status: bool,
    /// Its opacity.
    pub(crate) alpha: u8,
    /// Pixels per unit.
    pub(crate) zoom: f32,
}

/// Returns whether nodes have names at this zoom; at a smaller one they are blocks of colour.
pub(crate) fn is_named(zoom: f32) -> bool {
    zoom >= NAMED
}

impl Cards {
    /// Draws the contents of a node's box.
    pub(crate) fn card(&mut self, node: &Node, rect: Rect, style: Style) {
        let paint = |role: Role| Paint::from(role).with_alpha(style.alpha);
        if !is_named(style.zoom) {
            if style.is_status && node.common_status().is_none() {
                self.shares(node, rect, style);
            }
            return;
        }
        let square = Rect::new(rect.x + 5.0, rect.y + 5.0, 20.0, rect.h - 10.0);
        match (style.is_status, node.common_status()) {
            (true, None) => self.shares(node, square, style),
            (_, common) => {
                self.stripes.push(square, paint(style.role), Hit::NONE);
                let (cx, cy) = (square.x + square.w / 2.0, square.y + square.h / 2.0);
                if let Some(status) = common
                    && let Some(sign) =
                        status_glyph(status_role(status), cx, cy, 12.0, paint(style.role.on()))
                {
                    self.signs.push(sign.into());
                }
            }
        }
        self.words(node, rect, style);
        if let Some(share) = node.share {
            let room = rect.w - 38.0;
            let bar = Rect::new(rect.x + 32.0, rect.bottom() - 5.0, (room * share).max(1.0), 2.5);
            self.stripes.push(bar, paint(Role::TextMuted), Hit::NONE);
        }
        if node.is_gate {
            for x in [rect.x - 2.0, rect.right() - 2.0] {
                self.stripes.push(
                    Rect::new(x, rect.y - 3.0, 4.0, rect.h + 6.0),
                    paint(Role::Text),
                    Hit::NONE,
                );
            }
        }
    }

    fn words(&mut self, node: &Node, rect: Rect, style: Style) {
        let paint = |role: Role| Paint::from(role).with_alpha(style.alpha);
        let noted = style.zoom >= NOTED && !node.note.is_empty();
        let size = LABEL.max(LEAST / style.zoom);
        let x = rect.x + 32.0;
        let mut room = rect.w - 38.0;
        // The number of its tasks, or of its attempts.
        let many = match node.task() {
            None => format!("×{}", count(node.tasks.len() as u64)),
            Some(_) if node.tries > 1 => format!("↻{}", count(u64::from(node.tries))),
            Some(_) => String::new(),
        };
        let wide = width(&many, size, Weight::Regular, Face::Sans);
        if !many.is_empty() && wide < room * 0.5 {
            room -= wide + 4.0;
            let at = rect.right() - 6.0 - wide;
            let y = if noted { rect.y + 16.5 } else { rect.y + rect.h / 2.0 + size * 0.36 };
            self.signs.push(Text::new(at, y, size, paint(Role::TextMuted), many).into());
        }
        let label = fit_middle(&node.label, room, size, Weight::Bold, Face::Sans);
        let y = if noted { rect.y + 16.5 } else { rect.y + rect.h / 2.0 + size * 0.36 };
        self.signs.push(Text::new(x, y, size, paint(Role::Text), label).bold().into());
        if noted {
            let size = NOTE.max(LEAST / style.zoom);
            // The number of tasks is already shown above.
            let rest = node.task().is_none().then(|| node.note.split_once(" · ")).flatten();
            let note = fit_text(
                rest.map_or(node.note.as_str(), |parts| parts.1),
                rect.w - 38.0,
                size,
                Weight::Regular,
                Face::Sans,
            );
            self.signs.push(Text::new(x, rect.y + 30.0, size, paint(Role::TextMuted), note).into());
        }
    }

    /// Draws the statuses of a node's tasks from top to bottom, in proportion; each status that occurs stays visible.
    fn shares(&mut self, node: &Node, rect: Rect, style: Style) {
        let total = node.tasks.len().max(1) as f32;
        let least = rect.h / 12.0;
        let present: Vec<(Status, f32)> = Status::ALL
            .into_iter()
            .map(|s| (s, node.statuses[s as usize] as f32 / total * rect.h))
            .filter(|(_, h)| *h > 0.0)
            .map(|(s, h)| (s, h.max(least)))
            .collect();
        let sum: f32 = present.iter().map(|(_, h)| h).sum();
        let mut y = rect.y;
        for (status, h) in present {
            let h = h * rect.h / sum;
            let paint = Paint::from(status_role(status)).with_alpha(style.alpha);
            self.stripes.push(Rect::new(rect.x, y, rect.w, h), paint, Hit::NONE);
            y += h;
        }
    }

    /// The title of an expanded group.
    pub(crate) fn title(&mut self, node: &Node, rect: Rect, style: Style) {
        if !is_named(style.zoom) {
            return;
        }
        let paint = |role: Role| Paint::from(role).with_alpha(style.alpha);
        let size = LABEL.max(LEAST / style.zoom);
        let (x, y) = (rect.x + 14.0, rect.y + 15.0);
        let sign = vec![Seg::Move(x - 4.0, y - 2.5), Seg::Line(x, y + 2.5), Seg::Line(x + 4.0, y - 2.5)];
        let stroke = makespan_scene::Stroke::new(paint(Role::TextMuted), 1.5);
        self.signs.push(makespan_scene::Path::stroked(sign, stroke).into());
        let room = rect.w - 34.0;
        let words = format!("{} · {}", node.label, node.note);
        let words = fit_text(&words, room, size, Weight::Bold, Face::Sans);
        self.signs.push(
            Text::new(rect.x + 26.0, rect.y + 15.0 + size * 0.36, size, paint(Role::Text), words)
                .bold()
                .into(),
        );
    }
}
