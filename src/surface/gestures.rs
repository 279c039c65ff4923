//! Pointer, fingers and wheel on a picture, as gestures.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{PointerEvent, WheelEvent};

/// What a pointer did on the picture; places in px of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Gesture {
    /// It is over a place.
    Hover(f64, f64),
    /// It left.
    Leave,
    /// It pressed and let go without moving.
    Click(f64, f64),
    /// The same twice.
    DoubleClick(f64, f64),
    /// It drags the picture: by how much since the last time.
    Drag(f64, f64),
    /// It drags to select: where it began, where it is, whether it let go.
    Select((f64, f64), (f64, f64), bool),
    /// Zoom by a factor around a place.
    Zoom(f64, f64, f64),
    /// Scrolled: right and down.
    Scroll(f64, f64),
}

/// A press that moves less than this is a click, px.
const STILL: f64 = 4.0;

/// Makes gestures of events.
#[derive(Clone)]
pub(crate) struct Gestures {
    on: Rc<dyn Fn(Gesture)>,
    /// Whether a drag that begins so selects.
    selects: Rc<dyn Fn(&PointerEvent) -> bool>,
    /// Pointers that are down: id and place.
    active: Rc<RefCell<Vec<(i32, f64, f64)>>>,
    moved: Rc<Cell<bool>>,
    /// Where a selection began, if one is being made.
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

    /// The browser took the pointer for something of its own: the finger counts as lifted, and nothing was pressed.
    pub(crate) fn cancelled(&self, event: &PointerEvent) {
        self.lift(event);
        self.selecting.set(None);
        (self.on)(Gesture::Leave);
    }

    /// Whether it was the only one that was down.
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
        // Lines and pages, as some mice count, in px.
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
