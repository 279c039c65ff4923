//! A picture that moves: two canvases, the lower one for the picture, the upper one for the overlay that follows the
//! pointer. Both are painted from answers of the engine. A gesture moves the painted picture at once; the next answer
//! replaces it.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use makespan_engine::{Answer, Overlay, Picture, Pointer, Press, Question, Touch};
use makespan_scene::{Scene, Theme, hit};
use makespan_views::Target;
use makespan_views::gesture::{Frame, Movement};
use makespan_views::timeline::{DrawnArea, Lanes};

use super::lane_menu::LaneMenu;
use super::rows::TableView;
use super::scrollbar::ScrollBar;
use super::{Answered, asked};
use crate::platform::{clock, frame};
use crate::state::actions::Action;
use crate::state::drag::Drag;
use crate::state::markers::MarkerAct;
use crate::state::store::Store;
use crate::surface::{Gesture, Gestures, bubble, context, observe, paint, paint_moved, shown};

/// Distance from a shape at which the pointer still hits it, px.
const NEAR: f32 = 2.0;

/// Maximum time between the two presses of a double click, ms.
const TWICE: f64 = 450.0;

/// Maximum distance between them, px.
const SAME_PLACE: f64 = 6.0;

/// The state of a picture that the components around it use.
#[derive(Clone, Copy)]
pub(crate) struct Twin {
    /// The current picture.
    pub(crate) picture: Answered<Picture>,
    /// Its overlay.
    pub(crate) overlay: Answered<Overlay>,
    /// Its size, px.
    size: RwSignal<(f64, f64)>,
    /// Position of the pointer.
    pointer: RwSignal<Pointer>,
}

impl Twin {
    /// Requests the picture of the current view and its overlay.
    pub(crate) fn new(store: Store) -> Twin {
        let size = RwSignal::new((0.0, 0.0));
        let pointer = RwSignal::new(Pointer::default());
        let sized = move || {
            let (w, h) = size.get();
            (w >= 1.0 && h >= 1.0).then_some((w as f32, h as f32))
        };
        let picture = asked(
            store,
            move || Some(Question::Picture { size: sized()?, view: store.view.get() }),
            |answer| if let Answer::Picture(picture) = answer { Some(picture) } else { None },
        );
        let focus = Memo::new(move |_| store.state.with(|s| s.panels.focus));
        let overlay = asked(
            store,
            move || {
                let pointer = Pointer { focus: focus.get(), ..pointer.get() };
                Some(Question::Overlay { size: sized()?, view: store.view.get(), pointer })
            },
            |answer| if let Answer::Overlay(overlay) = answer { Some(overlay) } else { None },
        );
        Twin { picture, overlay, size, pointer }
    }

    /// Returns a text of the current picture.
    pub(crate) fn text(self, of: impl Fn(&Picture) -> String) -> String {
        self.picture.with(|p| p.as_ref().map_or_else(String::new, |p| of(p)))
    }

    /// Returns whether the axis of the picture folds gaps. Unless the reader chose, this depends on the run.
    pub(crate) fn folds(self) -> bool {
        self.picture.with(|p| {
            let frame = p.as_ref().map(|p| &p.frame);
            matches!(frame, Some(Frame::Time { frame, .. }) if !frame.folds.is_empty())
        })
    }

    /// Returns the description of what is under the pointer, otherwise that of the picture.
    pub(crate) fn about(self) -> String {
        let under = self.overlay.with(|o| o.as_ref().map_or_else(String::new, |o| o.about.clone()));
        if under.is_empty() { self.text(|p| p.about.clone()) } else { under }
    }
}

/// Shows the picture, or its table if the view asks for it.
#[component]
pub(crate) fn PictureView(
    store: Store,
    twin: Twin,
    name: &'static str,
    table: &'static str,
    painted: Rc<dyn Fn(usize)>,
) -> impl IntoView {
    let is_table = Memo::new(move |_| store.view.with(|v| v.twin));
    let painted = StoredValue::new_local(painted);
    move || {
        let painted = painted.get_value();
        if is_table.get() {
            view! { <TableView store=store name=table painted=painted/> }.into_any()
        } else {
            view! { <Stage store=store twin=twin name=name painted=painted/> }.into_any()
        }
    }
}

/// Returns what is drawn over the timeline between two corners of its picture, px.
fn drawn(store: Store, from: (f64, f64), to: (f64, f64)) -> Option<DrawnArea> {
    let seen = store.frame.with_value(|frame| store.view.with_untracked(|v| frame.following(v)));
    match seen {
        Frame::Time { frame, rows, .. } => frame.drawn(from, to, rows),
        _ => None,
    }
}

#[component]
fn Stage(store: Store, twin: Twin, name: &'static str, painted: Rc<dyn Fn(usize)>) -> impl IntoView {
    let Twin { picture, overlay, size, pointer } = twin;
    let holder = NodeRef::<Div>::new();
    let (lower, upper) = (NodeRef::<Canvas>::new(), NodeRef::<Canvas>::new());
    observe(holder, size);
    Effect::new(move |_| {
        let (w, h) = size.get();
        store.size.set_value((w as f32, h as f32));
    });
    let theme = move || Theme::all().get(store.theme.try_get_untracked().unwrap_or(0)).cloned();

    // The latest scene, and the frame for which it was made.
    let stands: Rc<RefCell<(Scene, Frame)>> = Rc::default();
    let draw_base: Rc<dyn Fn()> = {
        let stands = Rc::clone(&stands);
        Rc::new(move || {
            // A frame may be drawn after the view is gone.
            let (Some((w, h)), Some(theme)) = (size.try_get_untracked(), theme()) else { return };
            let Some(canvas) = lower.try_get_untracked().flatten() else { return };
            let Some(context) = context(&canvas, w, h) else { return };
            let stands = stands.borrow();
            let (scene, was) = (&stands.0, &stands.1);
            let now = store.view.with_untracked(|v| was.following(v));
            match was.onto(&now).filter(|by| !by.is_still()).zip(was.body()) {
                Some((by, body)) => paint_moved(scene, &theme, &context, body, by),
                None => paint(scene, &theme, &context),
            }
            if scene.item_count() > 0 || picture.with_untracked(Option::is_some) {
                painted(scene.item_count());
            }
            shown::offer(name, &canvas);
        })
    };
    Effect::new({
        let (stands, draw_base) = (Rc::clone(&stands), Rc::clone(&draw_base));
        move |_| {
            if let Some(picture) = picture.get() {
                *stands.borrow_mut() = (picture.scene.clone(), picture.frame.clone());
                // Something else is under the resting pointer now.
                let (at, before) = pointer.with_untracked(|p| (p.at, p.hit));
                let now = at.map(|(x, y)| hit(&picture.scene, x, y, NEAR));
                if let Some(now) = now.filter(|now| *now != before) {
                    pointer.update(|p| p.hit = now);
                }
                store.frame.set_value(picture.frame.clone());
                frame::request(&draw_base);
            }
        }
    });
    Effect::new({
        let draw_base = Rc::clone(&draw_base);
        move |_| {
            store.view.track();
            store.theme.track();
            size.track();
            frame::request(&draw_base);
        }
    });
    let draw_overlay: Rc<dyn Fn()> = Rc::new(move || {
        let (Some((w, h)), Some(theme)) = (size.try_get_untracked(), theme()) else { return };
        let Some(canvas) = upper.try_get_untracked().flatten() else { return };
        if let (Some(context), Some(overlay)) = (context(&canvas, w, h), overlay.get_untracked()) {
            paint(&overlay.scene, &theme, &context);
        }
    });
    Effect::new(move |_| {
        overlay.track();
        store.theme.track();
        size.track();
        frame::request(&draw_overlay);
    });
    on_cleanup(move || {
        store.frame.set_value(Frame::Still);
        store.pointer.set_value(None);
        // The pointer is over another element, so the previous description no longer applies.
        let _ = pointer.try_set(Pointer::default());
    });

    let at = {
        let stands = Rc::clone(&stands);
        move |x: f64, y: f64| hit(&stands.borrow().0, x as f32, y as f32, NEAR)
    };
    let press = move |x: f64, y: f64, hit, double| {
        store.touch(Touch::Press(Press { x: x as f32, y: y as f32, hit, double }));
    };
    let lane_at = |hit| match Target::of(hit) {
        Some(Target::Lane(lane)) => Some(lane),
        _ => None,
    };
    let marker_at = |hit| match Target::of(hit) {
        Some(Target::Marker(place)) => Some(place as usize),
        _ => None,
    };
    // A drag that begins on a marker moves it. The marker is determined at the beginning, because the picture follows.
    let grabbed = StoredValue::new(None::<((f64, f64), Option<usize>)>);
    let held = {
        let at = at.clone();
        move |from: (f64, f64)| {
            let known = grabbed.get_value().filter(|(begin, _)| *begin == from);
            known.map_or_else(
                || {
                    let place = marker_at(at(from.0, from.1));
                    grabbed.set_value(Some((from, place)));
                    place
                },
                |(_, place)| place,
            )
        }
    };
    // A click on the name of a nested lane expands or collapses it; there, the secondary button opens the menu.
    let is_nested = move || store.shell.with_untracked(|s| s.lanes == Lanes::Nested);
    // Only the timeline of a run has areas; in other pictures, the part is enlarged.
    let takes_area = move || store.frame.with_value(|f| matches!(f, Frame::Time { compared: false, .. }));
    // The first click of a double click may open a panel that moves the picture: both refer to what was under the
    // first.
    let pressed = StoredValue::new(None);
    let small = |(x, y): (f64, f64)| (x as f32, y as f32);
    let gestures = Gestures::new(
        Rc::new(move |gesture| match gesture {
            Gesture::Hover(x, y) => {
                store.pointer.set_value(Some((x as f32, y as f32)));
                pointer.set(Pointer { at: Some((x as f32, y as f32)), hit: at(x, y), ..Pointer::default() });
            }
            Gesture::Leave => {
                store.pointer.set_value(None);
                pointer.set(Pointer::default());
                // A drag that the browser cancelled selects nothing.
                if store.state.with_untracked(|s| s.panels.picking.is_some()) {
                    store.dispatch(Action::Pick(None));
                }
            }
            Gesture::Click(x, y) if marker_at(at(x, y)).is_some() => {
                if let Some(place) = marker_at(at(x, y)) {
                    store.dispatch(Action::Marker(MarkerAct::Open(place)));
                }
            }
            Gesture::Click(x, y) => {
                if let Some(lane) = lane_at(at(x, y)).filter(|_| !is_nested()) {
                    store.dispatch(Action::LaneMenu(Some((lane, x, y))));
                } else if store.state.with_untracked(|s| s.panels.lane_menu.is_some()) {
                    store.dispatch(Action::LaneMenu(None));
                }
                let now = clock::now();
                let near = |a: f64, b: f64| (x - a).hypot(y - b) < SAME_PLACE;
                let first =
                    pressed.get_value().filter(|(since, a, b, _)| now - since < TWICE && near(*a, *b));
                if first.is_none() {
                    pressed.set_value(Some((now, x, y, at(x, y))));
                    press(x, y, at(x, y), false);
                }
            }
            Gesture::DoubleClick(x, y) => {
                let (x, y, hit) =
                    pressed.get_value().map_or_else(|| (x, y, at(x, y)), |(_, x, y, hit)| (x, y, hit));
                pressed.set_value(None);
                press(x, y, hit, true);
            }
            Gesture::Drag(dx, dy) => {
                if pointer.with_untracked(|p| p.at.is_some()) {
                    pointer.set(Pointer::default());
                }
                store.dispatch(Action::Move(Movement::Drag(dx, dy)));
            }
            Gesture::Scroll(dx, dy) => store.dispatch(Action::Move(Movement::Scroll(dx, dy))),
            Gesture::Zoom(x, y, by) => store.dispatch(Action::Move(Movement::Zoom(x, y, by))),
            Gesture::Select(from, to, is_over) if held(from).is_some() => {
                let seen = store.frame.with_value(|f| store.view.with_untracked(|v| f.following(v)));
                if let (Some(place), Frame::Time { frame, whole, .. }) = (held(from), seen) {
                    let t = frame.scale().t(to.0).clamp(whole.0, whole.1);
                    store.dispatch(Action::Marker(MarkerAct::Move(place, t)));
                }
                if is_over {
                    grabbed.set_value(None);
                }
            }
            Gesture::Select(from, to, false) => {
                pointer.set(Pointer { picked: Some((small(from), small(to))), ..Pointer::default() });
                if takes_area() {
                    store.dispatch(Action::Pick(drawn(store, from, to)));
                }
            }
            Gesture::Select(from, to, true) => {
                pointer.set(Pointer::default());
                match drawn(store, from, to).filter(|_| takes_area()) {
                    Some(drawn) => store.dispatch(Action::SelectArea(drawn)),
                    None if takes_area() => store.dispatch(Action::Pick(None)),
                    None => store.dispatch(Action::Move(Movement::Into(from, to))),
                }
            }
        }),
        Rc::new(move |e: &web_sys::PointerEvent| {
            let drags = takes_area() && store.state.with_untracked(|s| s.settings.drag == Drag::Selects);
            // A finger always moves the picture, because there is no other way.
            e.pointer_type() != "touch" && !store.space.get_value() && drags != e.shift_key()
        }),
    );
    let context_at = {
        let stands = Rc::clone(&stands);
        move |e: web_sys::MouseEvent| {
            let (x, y) = (f64::from(e.offset_x()), f64::from(e.offset_y()));
            if let Some(lane) = lane_at(hit(&stands.borrow().0, x as f32, y as f32, NEAR)) {
                e.prevent_default();
                store.dispatch(Action::LaneMenu(Some((lane, x, y))));
            }
        }
    };
    let [down, moving, up, cancelled, leave, wheel, double] = std::array::from_fn(|_| gestures.clone());
    let tip = move || {
        let (w, h) = size.get();
        let tip = overlay.with(|o| o.as_ref().and_then(|o| o.tip.clone()))?;
        let (x0, y0, x1, y1) = tip.beside;
        Some(bubble(&tip.text, (x0 - 6.0, y0 - 4.0, x1 + 6.0, y1 + 4.0), (w as f32, h as f32)))
    };
    let seen = move || {
        let frame = twin.picture.with(|p| p.as_ref().map_or(Frame::Still, |p| p.frame.clone()));
        store.view.with(|v| frame.following(v))
    };
    let rows_seen = Memo::new(move |_| seen().scrolled());
    let body_top = Memo::new(move |_| {
        let body = twin.picture.with(|p| p.as_ref().and_then(|p| p.frame.body()));
        body.map_or(0.0, |b| f64::from(b.y))
    });
    // Until there is a picture, its name is all that can be said of it.
    let label = move || match twin.text(|p| p.label.clone()) {
        text if text.is_empty() => name.to_owned(),
        text => text,
    };
    view! {
        <div class="stage" node_ref=holder data-testid=name>
            <canvas class="stage-base" node_ref=lower aria-hidden="true"></canvas>
            <canvas
                class="stage-overlay"
                node_ref=upper
                role="img"
                tabindex="0"
                aria-label=label
                on:pointerdown=move |e| down.down(&e)
                on:pointermove=move |e| moving.moved(&e)
                on:pointerup=move |e| up.up(&e)
                on:pointercancel=move |e| cancelled.cancelled(&e)
                on:pointerleave=move |_| leave.left()
                on:wheel=move |e| wheel.wheel(&e)
                on:contextmenu=context_at
                on:dblclick=move |e| double.double(f64::from(e.offset_x()), f64::from(e.offset_y()))
            ></canvas>
            <ScrollBar store=store seen=rows_seen top=body_top/>
            {tip}
            <LaneMenu store=store canvas=upper/>
        </div>
    }
}
