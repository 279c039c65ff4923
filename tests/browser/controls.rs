//! Controls around pictures: the bar of controls where it does not fit, and the scrollbar.

use super::support::{Chromium, Folder, Program, Setup, TempFolder, View};
use super::{number, painted, sample};

/// Whether all of a button is visible, by its text.
async fn is_visible(page: &Chromium, text: &str) -> bool {
    let script = "const found = [...document.querySelectorAll('.tools button')].find(b => b.innerText === arguments[0]); \
                  const box = found.getBoundingClientRect(), rows = found.closest('.tools-rows').getBoundingClientRect(); \
                  return box.top >= rows.top && box.bottom <= rows.bottom && box.left >= 0 && box.right <= innerWidth";
    page.js_with(script, vec![text.into()]).await.as_bool().unwrap()
}

#[tokio::test]
async fn controls_that_do_not_fit_a_row_are_shown_on_request_and_to_the_keyboard() {
    let Some(setup) = Setup::from_env() else { return };
    let app = Program::open(&setup, &[sample("pipeline-retry.jsonl")]);
    let page = Chromium::start(&setup, View { width: 390, height: 844, dark: false }).await;
    page.goto(&app.url).await;
    page.wait_ready().await;
    page.press("6").await;
    painted(&page, "table").await;
    page.wait_until("document.querySelector('.tools-more')").await;
    assert!(!is_visible(&page, "Save as CSV").await);
    page.click(".tools-more").await;
    page.wait_until("document.querySelector('.tools-more[aria-expanded=true]')").await;
    assert!(is_visible(&page, "Save as CSV").await);
    page.click(".tools-more").await;
    page.wait_until("document.querySelector('.tools-more[aria-expanded=false]')").await;
    page.js("[...document.querySelectorAll('.tools button')].pop().focus()").await;
    page.wait_until("document.querySelector('.tools-more[aria-expanded=true]')").await;
    page.resize(1440, 900).await;
    page.wait_until("!document.querySelector('.tools-more')").await;
    page.assert_quiet().await;
}

#[tokio::test]
async fn the_scrollbar_moves_the_rows_of_a_picture_and_follows_them() {
    let Some(setup) = Setup::without_program() else { return };
    let folder = TempFolder::new("scrollbar");
    let rows: String = (0..300).map(|i| format!("t{i},{i},{}\n", i + 2)).collect();
    let file = folder.write("tasks.csv", format!("task,start,end\n{rows}"));
    let app = Folder::serve(&setup.dist);
    let page = Chromium::start(&setup, View::default()).await;
    page.goto(&format!("{}#v=1&view=timeline&lanes=task", app.url)).await;
    page.wait_until("document.documentElement.dataset.makespanState === 'empty'").await;
    page.drop_files(&[file]).await;
    page.wait_ready().await;
    painted(&page, "timeline").await;
    page.wait_until("document.querySelector('[data-testid=scrollbar] .thumb')").await;
    let now = "Number(document.querySelector('[data-testid=scrollbar]').ariaValueNow ?? document.querySelector('[data-testid=scrollbar]').getAttribute('aria-valuenow'))";
    let last = number(
        &page,
        "Number(document.querySelector('[data-testid=scrollbar]').getAttribute('aria-valuemax'))",
    )
    .await;
    assert!(last > 200 && last < 300, "{last}");
    assert_eq!(number(&page, now).await, 0);
    let middle = |selector: &str| {
        format!(
            "return (b => [Math.round(b.x + b.width / 2), Math.round(b.y + b.height / 2)])(document.querySelector('{selector}').getBoundingClientRect())"
        )
    };
    let point = async |selector: &str| -> (i64, i64) {
        serde_json::from_value(page.js(&middle(selector)).await).unwrap()
    };
    let thumb = point(".scrollbar .thumb").await;
    let below = number(&page, "innerHeight - 2").await as i64;
    page.drag(thumb, (thumb.0, below)).await;
    page.wait_until(&format!("{now} === {last}")).await;
    // A press beside the thumb moves it there.
    page.click_at(point("[data-testid=scrollbar]").await).await;
    page.wait_until(&format!("Math.abs({now} - {last} / 2) < 3")).await;
    // The keys of the picture move it as well.
    page.js("document.querySelector('.stage-overlay').focus()").await;
    page.press("0").await;
    page.wait_until(&format!("{now} === 0")).await;
    page.assert_quiet().await;
}

#[tokio::test]
async fn a_zoom_leaves_a_way_back_and_a_picture_is_saved_at_twice_its_size() {
    let Some(setup) = Setup::without_program() else { return };
    let app = Folder::serve(&setup.dist);
    let page = Chromium::start(&setup, View::default()).await;
    page.goto(&format!("{}#v=1&view=timeline", app.url)).await;
    page.wait_until("document.documentElement.dataset.makespanState === 'empty'").await;
    page.drop_files(&[sample("pipeline-a.jsonl")]).await;
    page.wait_ready().await;
    painted(&page, "timeline").await;

    let shown =
        |count: usize| format!("document.querySelectorAll('.crumbs > :not(span)').length === {count}");
    for count in [2, 3] {
        for _ in 0..4 {
            page.press("w").await;
        }
        page.wait_until(&shown(count)).await;
    }
    page.js("document.querySelectorAll('.crumbs button')[1].click()").await;
    page.wait_until(&shown(2)).await;
    page.js("document.querySelector('.crumbs button').click()").await;
    page.wait_until("!document.querySelector('.crumbs')").await;

    page.js("window.made = []; const make = URL.createObjectURL; \
         URL.createObjectURL = (blob) => { made.push(blob); return make.call(URL, blob) }; \
         const menu = document.querySelector('select[aria-label=\"Save as\"]'); menu.value = 'png'; \
         menu.dispatchEvent(new Event('change', { bubbles: true }))")
        .await;
    page.wait_until("made.length === 2 && made[1].type === 'image/png'").await;
    page.js("createImageBitmap(made[1]).then(all => { window.pixels = all.width })").await;
    page.wait_until("window.pixels > 0").await;
    let canvas = "Math.round(document.querySelector('.stage canvas').getBoundingClientRect().width)";
    assert_eq!(number(&page, "pixels").await, 2 * number(&page, canvas).await);
    page.assert_quiet().await;
}
