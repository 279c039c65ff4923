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

#[cfg(unix)]
#[tokio::test]
async fn an_element_shows_its_run_without_what_belongs_to_the_page_around() {
    let Some(setup) = Setup::without_program() else { return };
    let folder = TempFolder::new("embedded");
    std::os::unix::fs::symlink(&setup.dist, folder.path().join("app")).unwrap();
    folder.write(
        "index.html",
        "<script src=app/makespan-viewer.js></script>
        <makespan-viewer src=app/samples/pipeline-a.jsonl view=timeline style=\"height:600px\"></makespan-viewer>",
    );
    let site = Folder::serve(folder.path());
    let page = Chromium::start(&setup, View::default()).await;
    page.goto(&site.url).await;
    let inside = |expression: &str| {
        format!("document.querySelector('makespan-viewer iframe')?.contentDocument?.{expression}")
    };
    page.wait_until(&inside("querySelector('.foot')?.innerText.includes('48 tasks')")).await;
    page.wait_until(&inside("querySelector('.rail button.here[data-view=timeline]')")).await;
    let buttons = inside("querySelectorAll('.top button')");
    let buttons =
        page.js(&format!("return [...{buttons}].map((button) => button.innerText).join('|')")).await;
    assert_eq!(buttons.as_str(), Some("Time: since start|☰|Theme: light|?"));
}
