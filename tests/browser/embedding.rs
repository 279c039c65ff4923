//! The element that shows Makespan in another page.

use super::support::{Chromium, Folder, Setup, TempFolder, View};

#[tokio::test]
async fn an_element_without_its_file_shows_why() {
    let Some(setup) = Setup::without_program() else { return };
    let folder = TempFolder::new("element");
    folder.write("makespan-viewer.js", include_str!("../../static/makespan-viewer.js"));
    folder.write(
        "index.html",
        "<script src=makespan-viewer.js></script><makespan-viewer src=missing.json></makespan-viewer>",
    );
    let site = Folder::serve(folder.path());
    let page = Chromium::start(&setup, View::default()).await;
    page.goto(&site.url).await;
    page.wait_until("document.querySelector('makespan-viewer [role=alert]')").await;
    let said = page.text("makespan-viewer [role=alert]").await;
    assert_eq!(said, "Makespan: missing.json cannot be fetched: status 404");
    let hidden = page.js("return document.querySelector('makespan-viewer iframe').hidden").await;
    assert_eq!(hidden.as_bool(), Some(true), "the empty app is not shown beside it");
}
