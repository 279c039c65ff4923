//! A picture as a value: a display list of few kinds of item, and everything needed to paint, measure and probe it.
//!
//! Colours are [`Role`]s that a [`Theme`] resolves when painting, text is measured with one baked font table, and
//! each shape carries an opaque [`Hit`]. The crate never knows what the shapes mean, nor any browser.
//!
//! ```
//! use makespan_scene::{Bars, Hit, Rect, Role, Scene, hit};
//! let mut bars = Bars::default();
//! bars.push(Rect::new(10.0, 10.0, 50.0, 8.0), Role::Succeeded, Hit(7));
//! let mut scene = Scene::new(100.0, 40.0, "One bar");
//! scene.push(bars);
//! assert_eq!(hit(&scene, 12.0, 12.0, 0.0), Hit(7));
//! ```

mod columns;
pub mod font;
pub mod glyph;
pub mod hit;
mod items;
pub mod log;
mod painter;
mod role;
pub mod scale;
mod shown;
pub mod svg;
mod theme;

pub use font::{FONT_STACK_MONO, FONT_STACK_SANS, fit, fit_middle, font_stack, visible, width};
pub use glyph::{glyph_char, status_glyph};
pub use hit::hit;
pub use items::{
    Anchor, Bars, Dash, Face, Group, Hit, Item, Link, Paint, Path, Px, Rect, Scene, Seg, Stroke, Text, Weight,
};
pub use log::{LogPainter, log};
pub use painter::{MAX_DEPTH, Painter, paint};
pub use role::Role;
pub use scale::{
    AxisMode, Break, Civil, Fold, Folds, LinearScale, Tick, TimeScale, ValueTick, bytes, civil, count,
    counted, duration, duration_words, ticks, timestamp,
};
pub use shown::{shown, shown_string};
pub use svg::{SvgOptions, class_rules, svg, svg_with};
pub use theme::{Rgb, Theme};
