//! Copies pictures to the clipboard, and saves files.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, HtmlAnchorElement, HtmlCanvasElement, HtmlImageElement,
    Url,
};

use super::dom;

/// Offers text as a file with this name, by the browser's own download. Nothing else leaves the page.
pub(crate) fn save(name: &str, kind: &str, text: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options)?;
    save_blob(name, &blob)
}

fn save_blob(name: &str, blob: &Blob) -> Result<(), JsValue> {
    let url = Url::create_object_url_with_blob(blob)?;
    let document = dom::document().ok_or(JsValue::NULL)?;
    let link: HtmlAnchorElement = document.create_element("a")?.dyn_into()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The download keeps its own reference to the data.
    Url::revoke_object_url(&url)
}

/// Offers a picture given as SVG as a PNG file with this name, on this background: two pixels for each px of the picture.
pub(crate) async fn save_pixels(name: &str, svg: &str, ground: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type("image/svg+xml");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&svg.into()), &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let image = HtmlImageElement::new()?;
    image.set_src(&url);
    let decoded = JsFuture::from(image.decode()).await;
    let drawn = decoded.and_then(|_| pixels(&image, ground));
    Url::revoke_object_url(&url)?;
    let canvas = drawn?;
    let promise = Promise::new(&mut |resolve, _| {
        // The callback gets null if the picture is too large.
        let _ = canvas.to_blob(&resolve);
    });
    save_blob(name, &JsFuture::from(promise).await?.dyn_into()?)
}

/// Draws an image at twice its size.
fn pixels(image: &HtmlImageElement, ground: &str) -> Result<HtmlCanvasElement, JsValue> {
    let document = dom::document().ok_or(JsValue::NULL)?;
    let canvas: HtmlCanvasElement = document.create_element("canvas")?.dyn_into()?;
    canvas.set_width(image.natural_width().saturating_mul(2));
    canvas.set_height(image.natural_height().saturating_mul(2));
    let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?;
    let context: CanvasRenderingContext2d = context.dyn_into()?;
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    context.set_fill_style_str(ground);
    context.fill_rect(0.0, 0.0, width, height);
    context.draw_image_with_html_image_element_and_dw_and_dh(image, 0.0, 0.0, width, height)?;
    Ok(canvas)
}

/// Copies a canvas to the clipboard as a picture; if that is refused, offers it as a file with this name. Calls `said`
/// with the outcome.
pub(crate) fn copy_picture(canvas: &HtmlCanvasElement, name: &str, said: impl Fn(&str) + Clone + 'static) {
    let file = format!("{name}.png");
    let taken = Closure::once_into_js(move |blob: JsValue| {
        let Ok(blob) = blob.dyn_into::<Blob>() else {
            said("The picture could not be drawn: it may be too large for this browser.");
            return;
        };
        let (instead, word) = (blob.clone(), said.clone());
        wasm_bindgen_futures::spawn_local(async move {
            let copied = match to_clipboard(&blob) {
                Ok(promise) => JsFuture::from(promise).await.is_ok(),
                Err(_) => false,
            };
            if copied {
                word("Picture copied.");
            } else if save_blob(&file, &instead).is_ok() {
                word("The picture could not be copied; it was saved as a file.");
            }
        });
    });
    let _ = canvas.to_blob(taken.unchecked_ref());
}

/// Calls `navigator.clipboard.write` with one picture; fails in browsers that lack any part of it.
fn to_clipboard(blob: &Blob) -> Result<js_sys::Promise, JsValue> {
    let window = dom::window().ok_or(JsValue::NULL)?;
    let make: Function = Reflect::get(&window, &"ClipboardItem".into())?.dyn_into()?;
    let parts = Object::new();
    Reflect::set(&parts, &"image/png".into(), blob)?;
    let item = Reflect::construct(&make, &Array::of1(&parts))?;
    let clipboard = Reflect::get(&window.navigator(), &"clipboard".into())?;
    let write: Function = Reflect::get(&clipboard, &"write".into())?.dyn_into()?;
    write.call1(&clipboard, &Array::of1(&item))?.dyn_into()
}
