//! A still picture, as wide as its container.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use makespan_scene::{Hit, Scene, Theme, hit, visible};

use super::{Draw, context, observe, paint, shown};
use crate::platform::frame;

/// Returns, for a size and a point in it, px: the text for what is there, and its position.
pub(crate) type TipAt = Rc<dyn Fn((f32, f32), f32, f32) -> Option<(String, (f32, f32))>>;

/// Handles a click at a point of a size, px, for pictures that are not scenes.
pub(crate) type OnPoint = Rc<dyn Fn((f32, f32), f32, f32)>;

/// The text beside the pointer, and its position.
type Words = Option<(String, (f32, f32))>;

/// A still picture as wide as its container: `scene` returns one of that width. `draw` draws instead by other means, at
/// the size of the scene. A `main` picture is the one that is copied and saved.
#[component]
pub(crate) fn Still(
    theme: Memo<usize>,
    scene: Rc<dyn Fn(f32) -> Scene>,
    #[prop(optional_no_strip)] on_hit: Option<Rc<dyn Fn(Hit)>>,
    #[prop(optional_no_strip)] draw: Option<Draw>,
    #[prop(optional_no_strip)] tip: Option<TipAt>,
    #[prop(optional_no_strip)] on_point: Option<OnPoint>,
    #[prop(optional_no_strip)] main: Option<&'static str>,
) -> impl IntoView {
    let holder = NodeRef::<Div>::new();
    let canvas = NodeRef::<Canvas>::new();
    let size = RwSignal::new((0.0f64, 0.0f64));
    let width = Memo::new(move |_| size.get().0);
    let shown_scene: Rc<RefCell<Scene>> = Rc::default();
    let height = RwSignal::new(0.0f64);
    // Until it is drawn, a picture has no title.
    let label = RwSignal::new("picture".to_owned());
    let words = RwSignal::new(Words::None);
    observe(holder, size);
    let redraw: Rc<dyn Fn()> = {
        let shown_scene = Rc::clone(&shown_scene);
        Rc::new(move || {
            let Some(canvas) = canvas.try_get_untracked().flatten() else { return };
            let scene = shown_scene.borrow();
            let (w, h) = (f64::from(scene.width), f64::from(scene.height));
            if let Some(context) = context(&canvas, w, h) {
                match &draw {
                    Some(draw) => draw(&canvas, w, h),
                    None => paint(&scene, &Theme::all()[theme.get_untracked()], &context),
                }
                if let Some(name) = main {
                    shown::offer(name, &canvas);
                }
            }
        })
    };
    Effect::new({
        let shown_scene = Rc::clone(&shown_scene);
        move |_| {
            let _ = theme.get();
            let w = width.get();
            if w >= 1.0 {
                let made = scene(w as f32);
                height.set(f64::from(made.height));
                label.set(made.title.clone());
                *shown_scene.borrow_mut() = made;
                frame::request(&redraw);
            }
        }
    });
    let extent = {
        let shown_scene = Rc::clone(&shown_scene);
        move || (shown_scene.borrow().width, shown_scene.borrow().height)
    };
    let pressed = extent.clone();
    let press = move |x: i32, y: i32| {
        if let Some(on_point) = &on_point {
            on_point(pressed(), x as f32, y as f32);
        }
        if let Some(on_hit) = &on_hit {
            on_hit(hit(&shown_scene.borrow(), x as f32, y as f32, 1.0));
        }
    };
    let tells = tip.is_some();
    let point = move |x: i32, y: i32| {
        let found = tip.as_ref().and_then(|tip| tip(extent(), x as f32, y as f32));
        if words.with_untracked(|w| *w != found) {
            words.set(found);
        }
    };
    let bubble = move || {
        let (text, (x, y)) = words.get()?;
        let dot =
            view! { <span class="tip-dot" style:left=format!("{x}px") style:top=format!("{y}px")></span> };
        let room = (width.get_untracked() as f32, height.get_untracked() as f32);
        Some(view! { {dot}{bubble(&text, (x - 14.0, y - 10.0, x + 14.0, y + 10.0), room)} })
    };
    view! {
        <div class="picture" node_ref=holder style:height=move || format!("{}px", height.get())>
            <canvas node_ref=canvas role="img" aria-label=move || label.get() on:click=move |e| press(e.offset_x(), e.offset_y())
                on:pointermove=move |e| if tells { point(e.offset_x(), e.offset_y()) } on:pointerleave=move |_| words.set(None)></canvas>
            {bubble}
        </div>
    }
}

/// Minimum width beside a part for a bubble, px; a narrower one would be a column of single words.
const NARROW: f32 = 140.0;

/// Text beside a part of a picture (left, top, right, bottom), on the side with room; across the picture if neither
/// side has enough.
pub(crate) fn bubble(text: &str, beside: (f32, f32, f32, f32), (w, h): (f32, f32)) -> impl IntoView + use<> {
    let (x0, y0, x1, y1) = beside;
    let px = |v: f32| format!("{v}px");
    let is_left = x1 < w * 0.55;
    let is_high = y1 < h * 0.6;
    let auto = || "auto".to_owned();
    let room = if is_left { w - x1 } else { x0 } - 4.0;
    let (left, right, room) = match (room >= NARROW, is_left) {
        (false, _) => (px(4.0), auto(), w - 8.0),
        (true, true) => (px(x1), auto(), room),
        (true, false) => (auto(), px(w - x0), room),
    };
    let widest = format!("min(340px, {room}px)");
    let (top, bottom) = if is_high { (px(y1), auto()) } else { (auto(), px(h - y0)) };
    let lines: Vec<_> =
        text.lines().map(|l| view! { <div><bdi>{visible(l).into_owned()}</bdi></div> }).collect();
    view! { <div class="tip" role="status" style:left=left style:right=right style:top=top style:bottom=bottom style:max-width=widest>{lines}</div> }
}
