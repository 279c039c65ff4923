//! Converts events of pointer, fingers and wheel on a picture to gestures.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{PointerEvent, WheelEvent};

/// A gesture; positions are in px of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Gesture {
    /// The pointer is at a position.
    Hover(f64, f64),
    /// The pointer left the picture.
    Leave,
    /// The pointer was pressed and released without moving.
    Click(f64, f64),
    /// A click followed by another.
    DoubleClick(f64, f64),
    /// The pointer drags the picture: distance since the last event.
    Drag(f64, f64),
    /// The pointer drags a selection: where it began, where it is, whether it was released.
    Select((f64, f64), (f64, f64), bool),
    /// Zooms by a factor around a position.
    Zoom(f64, f64, f64),
    /// Scrolls: right and down.
    Scroll(f64, f64),
}

/// Maximum movement of a click, px.
const STILL: f64 = 4.0;

/// Converts events to gestures.
#[derive(Clone)]
pub(crate) struct Gestures {
    on: Rc<dyn Fn(Gesture)>,
    /// Whether a drag that begins with this event selects.
    selects: Rc<dyn Fn(&PointerEvent) -> bool>,
    /// Pressed pointers: id and position.
    active: Rc<RefCell<Vec<(i32, f64, f64)>>>,
    moved: Rc<Cell<bool>>,
    /// Where the current selection began.
    selecting: Rc<Cell<Option<(f64, f64)>>>,
}

fn place(event: &PointerEvent) -> (f64, f64) {
    (f64::from(event.offset_x()), f64::from(event.offset_y()))
}

impl Gestures {
    pub(crate) fn new(on: Rc<dyn Fn(Gesture)>, selects: Rc<dyn Fn(&PointerEvent) -> bool>) -> Gestures {
        Gestures { on, selects, active: Rc::default(), moved: Rc::default(), selecting: Rc::default() }
    }

    pub(crate) fn down(&self, event: &PointerEvent) {
        let (x, y) = place(event);
        self.active.borrow_mut().push((event.pointer_id(), x, y));
        self.moved.set(false);
        self.selecting.set(((self.selects)(event) && event.button() == 0).then_some((x, y)));
        if let Some(target) = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()) {
            let _ = target.set_pointer_capture(event.pointer_id());
        }
    }

    pub(crate) fn moved(&self, event: &PointerEvent) {
        let (x, y) = place(event);
        let before = self.active.borrow().clone();
        let Some(&(_, px, py)) = before.iter().find(|p| p.0 == event.pointer_id()) else {
            (self.on)(Gesture::Hover(x, y));
            return;
        };
        if !self.moved.get() && (x - px).hypot(y - py) < STILL && before.len() == 1 {
            return;
        }
        self.moved.set(true);
        for p in self.active.borrow_mut().iter_mut().filter(|p| p.0 == event.pointer_id()) {
            (p.1, p.2) = (x, y);
        }
        if let [a, b] = before.as_slice() {
            // Two fingers: the distance between them zooms, their middle stays.
            let other = if a.0 == event.pointer_id() { b } else { a };
            let old = (px - other.1).hypot(py - other.2).max(1.0);
            let new = (x - other.1).hypot(y - other.2).max(1.0);
            (self.on)(Gesture::Zoom(f64::midpoint(x, other.1), f64::midpoint(y, other.2), new / old));
        } else if let Some(from) = self.selecting.get() {
            (self.on)(Gesture::Select(from, (x, y), false));
        } else {
            (self.on)(Gesture::Drag(x - px, y - py));
        }
    }

    pub(crate) fn up(&self, event: &PointerEvent) {
        let (x, y) = place(event);
        if !self.lift(event) {
            return;
        }
        match self.selecting.take() {
            Some(from) if self.moved.get() => (self.on)(Gesture::Select(from, (x, y), true)),
            _ if !self.moved.get() && event.button() == 0 => (self.on)(Gesture::Click(x, y)),
            _ => {}
        }
    }

    /// The browser cancelled the pointer: the finger counts as lifted, and nothing was clicked.
    pub(crate) fn cancelled(&self, event: &PointerEvent) {
        self.lift(event);
        self.selecting.set(None);
        (self.on)(Gesture::Leave);
    }

    /// Returns whether it was the only pressed pointer.
    fn lift(&self, event: &PointerEvent) -> bool {
        let mut active = self.active.borrow_mut();
        let was_alone = active.len() == 1;
        active.retain(|p| p.0 != event.pointer_id());
        was_alone && active.is_empty()
    }

    pub(crate) fn left(&self) {
        (self.on)(Gesture::Leave);
    }

    pub(crate) fn double(&self, x: f64, y: f64) {
        (self.on)(Gesture::DoubleClick(x, y));
    }

    pub(crate) fn wheel(&self, event: &WheelEvent) {
        event.prevent_default();
        let (x, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        // Converts lines and pages, as some mice report, to px.
        let unit = [1.0, 20.0, 400.0][(event.delta_mode() as usize).min(2)];
        let (dx, dy) = (event.delta_x() * unit, event.delta_y() * unit);
        (self.on)(if event.ctrl_key() || event.meta_key() {
            Gesture::Zoom(x, y, (-dy / 300.0).exp().clamp(0.2, 5.0))
        } else if event.shift_key() && dx == 0.0 {
            Gesture::Scroll(dy, 0.0)
        } else {
            Gesture::Scroll(dx, dy)
        });
    }
}
