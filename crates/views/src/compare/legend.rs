//! The legend of a comparison: the meaning of its colours and signs, as a strip below the pictures.

use makespan_scene::{Bars, Dash, Face, Hit, Paint, Rect, Role, Scene, Stroke, Text, Weight, width};

const SIZE: f32 = 11.0;
const LINE: f32 = 20.0;

/// The picture that a strip explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Legend {
    /// The combined graph.
    Graph,
    /// The timelines.
    Timeline,
}

/// A sign with its meaning.
enum Mark {
    /// The diverging scale from less to more.
    Scale,
    /// A box: its outline, and the sign within.
    Box(Option<Stroke>, Role, &'static str),
}

impl Legend {
    /// Draws the strip at a width, in as many lines as it needs.
    pub fn scene(self, wide: f32) -> Scene {
        let entries = self.entries();
        let mut scene = Scene::new(wide, LINE, "Legend");
        let (mut x, mut y) = (0.0f32, 0.0f32);
        for (mark, words) in entries {
            let (before, after) = match mark {
                Mark::Scale => ("shorter", "longer"),
                Mark::Box(..) => ("", words),
            };
            let text = |words: &str| width(words, SIZE, Weight::Regular, Face::Sans);
            let drawn = match mark {
                Mark::Scale => 9.0 * 14.0 + text(before) + 8.0,
                Mark::Box(..) => 22.0,
            };
            let room = drawn + 6.0 + text(after) + 18.0;
            if x > 0.0 && x + room > wide {
                (x, y) = (0.0, y + LINE);
            }
            let base = y + 14.0;
            let mut at = x;
            match mark {
                Mark::Scale => {
                    scene.push(Text::new(at, base, SIZE, Role::TextMuted, before));
                    at += text(before) + 6.0;
                    let mut steps = Bars::default();
                    for i in 0..9 {
                        let role = Role::diverge((i as f32 - 4.0) / 4.0);
                        steps.push(Rect::new(at + i as f32 * 14.0, y + 5.0, 14.0, 10.0), role, Hit::NONE);
                    }
                    scene.push(steps);
                    at += 9.0 * 14.0 + 6.0;
                }
                Mark::Box(outline, fill, sign) => {
                    let mut bars = Bars { radius: 3.0, outline, ..Bars::default() };
                    bars.push(Rect::new(at + 1.0, y + 4.0, 20.0, 12.0), Paint::from(fill), Hit::NONE);
                    scene.push(bars);
                    let sign = Text::new(at + 11.0, base - 0.5, SIZE, fill.on(), sign);
                    scene.push(sign.anchored(makespan_scene::Anchor::Middle).bold());
                    at += 27.0;
                }
            }
            scene.push(Text::new(at, base, SIZE, Role::TextMuted, after));
            x += room;
        }
        scene.height = y + LINE;
        scene
    }

    fn entries(self) -> Vec<(Mark, &'static str)> {
        let solid = |role, width| Some(Stroke::new(role, width));
        let dashed = Some(Stroke::new(Role::TextMuted, 1.3).dashed(Dash::Dashed));
        let added = Mark::Box(solid(Role::Text, 1.7), Role::Raised, "+");
        match self {
            Legend::Graph => vec![
                (Mark::Scale, ""),
                (Mark::Box(solid(Role::Border, 1.0), Role::Raised, "="), "in both"),
                (added, "added in B"),
                (Mark::Box(dashed, Role::Raised, "−"), "only in A"),
                (Mark::Box(solid(Role::Border, 1.0), Role::Raised, "→"), "renamed"),
            ],
            Legend::Timeline => vec![
                (Mark::Scale, ""),
                (Mark::Box(None, Role::Neutral, ""), "the same in A"),
                (added, "added in B"),
                (Mark::Box(dashed, Role::Surface, ""), "only in A"),
            ],
        }
    }
}
