//! Two canvases on top of each other, the lower for what seldom changes, the upper for what follows the pointer.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use makespan_scene::{Hit, Scene, Theme, hit};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, PointerEvent, ResizeObserver, WheelEvent};

use super::{AsScene, paint};
use crate::platform::{dom, frame};

/// Makes a scene of a size, px.
pub(crate) type MakeScene = Rc<dyn Fn(f32, f32) -> Scene>;
/// Draws on a canvas of a size, px, by other means than a scene.
pub(crate) type Draw = Rc<dyn Fn(&HtmlCanvasElement, f64, f64)>;

/// What a pointer did on the picture; places in px of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Gesture {
    /// It is over a place, with what lies there.
    Hover(f64, f64, Hit),
    /// It left.
    Leave,
    /// It pressed and let go without moving.
    Click(f64, f64, Hit),
    /// The same twice.
    DoubleClick(f64, f64, Hit),
    /// It drags the picture: by how much since the last time.
    Drag(f64, f64),
    /// It drags with Shift: where it began, where it is, whether it let go.
    Select((f64, f64), (f64, f64), bool),
    /// Zoom by a factor around a place.
    Zoom(f64, f64, f64),
    /// Scrolled: right and down.
    Scroll(f64, f64),
}

/// Sets the backing store to the size on screen and gives a context whose unit is a CSS pixel.
pub(super) fn context(
    canvas: &HtmlCanvasElement,
    width: f64,
    height: f64,
) -> Option<CanvasRenderingContext2d> {
    let ratio = dom::pixel_ratio();
    let (w, h) = ((width * ratio).round() as u32, (height * ratio).round() as u32);
    if canvas.width() != w || canvas.height() != h {
        canvas.set_width(w);
        canvas.set_height(h);
    }
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let _ = context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
    context.clear_rect(0.0, 0.0, width, height);
    Some(context)
}

/// A drawing surface. `base` and `overlay` are asked for a scene of a size whenever something they read has changed;
/// `on` hears of gestures; `painted` hears of the number of shapes after each drawing of the base.
#[component]
pub(crate) fn Stage(
    name: &'static str,
    #[prop(into)] label: Signal<String>,
    theme: Memo<usize>,
    size: RwSignal<(f64, f64)>,
    base: MakeScene,
    overlay: MakeScene,
    on: Rc<dyn Fn(Gesture)>,
    painted: Rc<dyn Fn(usize)>,
) -> impl IntoView {
    let holder = NodeRef::<Div>::new();
    let lower = NodeRef::<Canvas>::new();
    let upper = NodeRef::<Canvas>::new();
    let shown: Rc<RefCell<Scene>> = Rc::default();

    let as_scene: AsScene = {
        let shown = Rc::clone(&shown);
        Rc::new(move || shown.borrow().clone())
    };
    let draw_base: Rc<dyn Fn()> = {
        let shown = Rc::clone(&shown);
        // What is drawn in a frame was made by the effect before it: the newest scene wins.
        Rc::new(move || {
            // A frame may come after the view is gone.
            let Some((w, h)) = size.try_get_untracked() else { return };
            let Some(canvas) = lower.try_get_untracked().flatten() else { return };
            if let Some(context) = context(&canvas, w, h) {
                let scene = shown.borrow();
                paint(&scene, &Theme::all()[theme.get_untracked()], &context);
                painted(scene.item_count());
                super::shown::offer(name, &canvas, &as_scene);
            }
        })
    };
    Effect::new({
        let shown = Rc::clone(&shown);
        move |_| {
            let (w, h) = size.get();
            let _ = theme.get();
            if w >= 1.0 && h >= 1.0 {
                *shown.borrow_mut() = base(w as f32, h as f32);
                frame::request(&draw_base);
            }
        }
    });
    let above: Rc<RefCell<Scene>> = Rc::default();
    let draw_overlay: Rc<dyn Fn()> = {
        let above = Rc::clone(&above);
        Rc::new(move || {
            let Some((w, h)) = size.try_get_untracked() else { return };
            let Some(canvas) = upper.try_get_untracked().flatten() else { return };
            if let Some(context) = context(&canvas, w, h) {
                paint(&above.borrow(), &Theme::all()[theme.get_untracked()], &context);
            }
        })
    };
    Effect::new(move |_| {
        let (w, h) = size.get();
        let _ = theme.get();
        if w >= 1.0 && h >= 1.0 {
            *above.borrow_mut() = overlay(w as f32, h as f32);
            frame::request(&draw_overlay);
        }
    });

    Effect::new(move |_| {
        let Some(element) = holder.get() else { return };
        let measured = element.clone();
        // A size set within the observer's own round would make it go round again: the next frame takes it.
        let measure: Rc<dyn Fn()> = Rc::new(move || {
            let now = (f64::from(measured.client_width()), f64::from(measured.client_height()));
            if size.try_get_untracked().is_some_and(|before| before != now) {
                size.set(now);
            }
        });
        let changed: Closure<dyn FnMut()> = Closure::new(move || frame::request(&measure));
        if let Ok(observer) = ResizeObserver::new(changed.as_ref().unchecked_ref()) {
            observer.observe(&element);
            let kept = send_wrapper(observer, changed);
            on_cleanup(move || kept.take_down());
        }
    });

    let gestures = Gestures { on, shown, active: Rc::default(), moved: Rc::default(), last: Rc::default() };
    let [down, moving, up, leave, wheel, double] = std::array::from_fn(|_| gestures.clone());
    view! {
        <div class="stage" node_ref=holder data-testid=name>
            <canvas class="stage-base" node_ref=lower aria-hidden="true"></canvas>
            <canvas
                class="stage-overlay"
                node_ref=upper
                role="img"
                tabindex="0"
                aria-label=move || label.get()
                on:pointerdown=move |e| down.down(&e)
                on:pointermove=move |e| moving.moved(&e)
                on:pointerup=move |e| up.up(&e)
                on:pointercancel=move |e| up_cancel(&e)
                on:pointerleave=move |_| (leave.on)(Gesture::Leave)
                on:wheel=move |e| wheel.wheel(&e)
                on:dblclick=move |e| double.double(f64::from(e.offset_x()), f64::from(e.offset_y()))
            ></canvas>
        </div>
    }
}

fn up_cancel(event: &PointerEvent) {
    event.prevent_default();
}

/// Keeps an observer alive with its listener, and ends both.
struct Observed(ResizeObserver, Closure<dyn FnMut()>);

impl Observed {
    fn end(self) {
        self.0.disconnect();
        drop(self.1);
    }
}

/// The page has one thread, and clean-up runs on it; the wrapper only says so to the compiler.
fn send_wrapper(observer: ResizeObserver, listener: Closure<dyn FnMut()>) -> Kept {
    Kept(StoredValue::new_local(Some(Observed(observer, listener))))
}

struct Kept(StoredValue<Option<Observed>, LocalStorage>);

impl Kept {
    fn take_down(self) {
        if let Some(observed) = self.0.try_update_value(Option::take).flatten() {
            observed.end();
        }
    }
}

#[derive(Clone)]
struct Gestures {
    on: Rc<dyn Fn(Gesture)>,
    shown: Rc<RefCell<Scene>>,
    /// Pointers that are down: id and place.
    active: Rc<RefCell<Vec<(i32, f64, f64)>>>,
    moved: Rc<Cell<bool>>,
    /// Where a selection began, if one is being made.
    last: Rc<Cell<Option<(f64, f64)>>>,
}

/// A press that moves less than this is a click, px.
const STILL: f64 = 4.0;

impl Gestures {
    fn at(&self, x: f64, y: f64) -> Hit {
        hit(&self.shown.borrow(), x as f32, y as f32, 2.0)
    }

    fn down(&self, event: &PointerEvent) {
        let (x, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        self.active.borrow_mut().push((event.pointer_id(), x, y));
        self.moved.set(false);
        self.last.set((event.shift_key() && event.button() == 0).then_some((x, y)));
        if let Some(target) = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()) {
            let _ = target.set_pointer_capture(event.pointer_id());
        }
    }

    fn moved(&self, event: &PointerEvent) {
        let (x, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        let before = self.active.borrow().clone();
        let Some(&(_, px, py)) = before.iter().find(|p| p.0 == event.pointer_id()) else {
            (self.on)(Gesture::Hover(x, y, self.at(x, y)));
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
        } else if let Some(from) = self.last.get() {
            (self.on)(Gesture::Select(from, (x, y), false));
        } else {
            (self.on)(Gesture::Drag(x - px, y - py));
        }
    }

    fn up(&self, event: &PointerEvent) {
        let (x, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        let was = self.active.borrow().len();
        self.active.borrow_mut().retain(|p| p.0 != event.pointer_id());
        if was != 1 {
            return;
        }
        match self.last.take() {
            Some(from) if self.moved.get() => (self.on)(Gesture::Select(from, (x, y), true)),
            _ if !self.moved.get() => (self.on)(Gesture::Click(x, y, self.at(x, y))),
            _ => {}
        }
    }

    fn double(&self, x: f64, y: f64) {
        (self.on)(Gesture::DoubleClick(x, y, self.at(x, y)));
    }

    fn wheel(&self, event: &WheelEvent) {
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
