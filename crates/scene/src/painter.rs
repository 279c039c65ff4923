//! The painter trait and the one walk over a scene.

use crate::items::{Bars, Group, Item, Link, Path, Scene, Text};

/// Groups nested deeper than this are left out, so that no painter's own stack of states grows without bound.
pub const MAX_DEPTH: usize = 64;

/// Something a scene can be painted on. Calls come in painting order; `push` and `pop` are always balanced.
pub trait Painter {
    /// The picture starts.
    fn begin(&mut self, scene: &Scene);
    /// A group starts: what follows, up to the matching `pop`, is moved, scaled and clipped by it.
    fn push(&mut self, group: &Group);
    /// The innermost group ends.
    fn pop(&mut self);
    /// Rectangles.
    fn bars(&mut self, bars: &Bars);
    /// A free shape.
    fn path(&mut self, path: &Path);
    /// A line of text.
    fn text(&mut self, text: &Text);
    /// An area that leads somewhere.
    fn link(&mut self, link: &Link);
    /// The picture ends.
    fn end(&mut self);
}

/// Paints a scene. The walk keeps its own stack: depth costs no call stack.
pub fn paint(scene: &Scene, painter: &mut dyn Painter) {
    painter.begin(scene);
    let mut open = vec![scene.items.iter()];
    while let Some(items) = open.last_mut() {
        match items.next() {
            Some(Item::Group(group)) => {
                if open.len() <= MAX_DEPTH {
                    painter.push(group);
                    open.push(group.items.iter());
                }
            }
            Some(Item::Bars(bars)) => painter.bars(bars),
            Some(Item::Path(path)) => painter.path(path),
            Some(Item::Text(text)) => painter.text(text),
            Some(Item::Link(link)) => painter.link(link),
            None => {
                open.pop();
                if !open.is_empty() {
                    painter.pop();
                }
            }
        }
    }
    painter.end();
}
