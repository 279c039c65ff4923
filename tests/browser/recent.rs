//! Files that were opened before: after a reload, and from the list on the first page.

use super::support::{Chromium, Folder, Setup, View};
use super::{painted, sample};

const EMPTY: &str = "document.documentElement.dataset.makespanState === 'empty'";

#[tokio::test]
async fn a_reload_keeps_the_run_and_closed_files_are_listed() {
    let Some(setup) = Setup::without_program() else { return };
    let app = Folder::serve(&setup.dist);
    let page = Chromium::start(&setup, View::default()).await;
    page.goto(&format!("{}#v=1&view=timeline", app.url)).await;
    page.wait_until(EMPTY).await;
    page.drop_files(&[sample("pipeline-a.jsonl")]).await;
    page.wait_ready().await;
    painted(&page, "timeline").await;
    // What is kept is written after the picture is drawn.
    page.wait_until("sessionStorage.getItem('makespan.tab')").await;
    page.js("location.reload()").await;
    page.wait_until("performance.getEntriesByType('navigation')[0].type === 'reload'").await;
    page.wait_ready().await;
    painted(&page, "timeline").await;
    assert!(page.text(".foot").await.contains("48 tasks"));

    // Closed on purpose, it stays closed, and is one of the recent files.
    page.click("button[aria-label='Close this run']").await;
    page.wait_until("document.querySelector('.recent button')").await;
    assert_eq!(page.text(".recent button").await, "pipeline-a.jsonl");
    page.wait_until("!sessionStorage.getItem('makespan.tab')").await;
    page.js("location.reload()").await;
    page.wait_until(EMPTY).await;
    page.wait_until("document.querySelector('.recent button')").await;
    page.js(
        "[...document.querySelectorAll('.landing button')].find(b => b.innerText === 'Forget these').click()",
    )
    .await;
    page.wait_until("!document.querySelector('.recent')").await;
    page.assert_quiet().await;
}

#[tokio::test]
async fn a_recent_file_opens_again_where_the_browser_has_handles() {
    let Some(setup) = Setup::without_program() else { return };
    let app = Folder::serve(&setup.dist);
    let page = Chromium::start(&setup, View::default()).await;
    page.goto(&app.url).await;
    page.wait_until(EMPTY).await;
    // The dialog belongs to the browser; a file of the page's own file system stands for what is chosen in it.
    page.js(
        "window.chosen = false; window.showOpenFilePicker = async () => { \
         const root = await navigator.storage.getDirectory(); \
         const handle = await root.getFileHandle('tiny.txt', { create: true }); \
         const file = await handle.createWritable(); await file.write('a 0..4 w1\\nb 4..9 w1 a'); await file.close(); \
         handle.requestPermission ??= async () => 'granted'; window.chosen = true; return [handle]; }",
    )
    .await;
    page.js(
        "[...document.querySelectorAll('.landing button')].find(b => b.innerText === 'Open files').click()",
    )
    .await;
    page.wait_ready().await;
    assert!(page.text(".foot").await.contains("2 tasks"));
    page.click("button[aria-label='Close this run']").await;
    page.wait_until("document.querySelector('.recent button')").await;
    page.js("window.showOpenFilePicker = () => { throw new Error('not asked again') }").await;
    page.click(".recent button").await;
    page.wait_ready().await;
    assert!(page.text(".foot").await.contains("2 tasks"));
    page.assert_quiet().await;
}
