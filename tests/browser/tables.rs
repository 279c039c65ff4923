//! Tables: the columns of a file that are mapped, the table of tasks, and properties as lanes; and the reader's own keys.

use super::support::{Chromium, Folder, Program, Setup, TempFolder, View};
use super::{painted, rows, sample};

/// A table whose columns mean nothing to any importer.
const ODD: &str = "Auftrag;Anfang;Ende;Ergebnis;Knoten\n\
    holen;2026-03-01T10:00:00Z;2026-03-01T10:01:00Z;GRÜN;n1\n\
    packen;2026-03-01T10:01:00Z;2026-03-01T10:03:30Z;ok;n2\n";

/// Chooses in the list of that label.
async fn choose(page: &Chromium, label: &str, value: &str) {
    page.js(&format!(
        "const list = document.querySelector('select[aria-label=\"{label}\"]'); list.focus(); list.value = '{value}'; \
         list.dispatchEvent(new Event('change', {{ bubbles: true }}));"
    ))
    .await;
}

#[tokio::test]
async fn the_columns_of_a_table_are_mapped_in_the_page_and_kept_in_the_link() {
    let Some(setup) = Setup::without_program() else { return };
    let folder = TempFolder::new("columns");
    let file = folder.write("odd.csv", ODD);
    let app = Folder::serve(&setup.dist);
    let page = Chromium::start(&setup, View { width: 390, height: 844, dark: false }).await;
    page.goto(&app.url).await;
    page.wait_until("document.documentElement.dataset.makespanState === 'empty'").await;
    page.drop_files(std::slice::from_ref(&file)).await;
    page.wait_until("document.querySelector('[role=dialog] [data-testid=columns] table')").await;
    page.wait_until("document.querySelector('[role=dialog]').contains(document.activeElement)").await;
    let wide = page
        .js("const sheet = document.querySelector('.sheet-page'); return Math.max(sheet.scrollWidth - sheet.clientWidth, document.documentElement.scrollWidth - innerWidth)")
        .await;
    assert_eq!(wide.as_i64(), Some(0), "the sheet is wider than the page");

    // The guess stands there, and a change of it is seen at once, with the focus where it was.
    let now = |label: &str| format!("document.querySelector('select[aria-label=\"{label}\"]')?.value");
    page.wait_until(&format!("{} === 'started'", now("Field of Anfang"))).await;
    choose(&page, "Field of Knoten", "worker").await;
    page.wait_until("document.querySelector('[data-testid=columns] .scroll-x').innerText.includes('n2')")
        .await;
    choose(&page, "Status of GRÜN", "cached").await;
    page.wait_until("document.querySelector('[data-testid=columns] .scroll-x').innerText.includes('cached')")
        .await;
    let focused = page.js("return document.activeElement.getAttribute('aria-label')").await;
    assert_eq!(focused.as_str(), Some("Status of GRÜN"));

    // Esc leaves the sheet, and a button opens it again.
    page.press("Escape").await;
    page.wait_until("!document.querySelector('[role=dialog]')").await;
    page.click(".failed li button").await;
    page.wait_until("document.querySelector('[role=dialog] [data-testid=columns] table')").await;
    choose(&page, "Status of GRÜN", "failed").await;
    page.wait_until("document.querySelector('[data-testid=columns] .scroll-x').innerText.includes('failed')")
        .await;
    page.click(".mapping .buttons .main").await;
    page.wait_ready().await;
    page.wait_until("location.hash.includes('map=')").await;
    page.wait_until("document.querySelector('.foot').innerText.includes('1 failed')").await;

    // Whoever follows the link and opens the same table is not asked again.
    let link = page.js("return location.href").await;
    page.goto("about:blank").await;
    page.goto(link.as_str().expect("an address")).await;
    page.wait_until("document.documentElement.dataset.makespanState === 'empty'").await;
    page.drop_files(&[file]).await;
    page.wait_ready().await;
    assert!(page.js("return document.querySelector('[role=dialog]') === null").await.as_bool().unwrap());
    assert!(page.text(".foot").await.contains("1 failed"));
    page.assert_quiet().await;
}

/// Opens the sample of a pipeline that failed.
async fn pipeline(setup: &Setup) -> (Program, Chromium) {
    let app = Program::open(setup, &[sample("pipeline-retry.jsonl")]);
    let page = Chromium::start(setup, View::default()).await;
    page.goto(&app.url).await;
    page.wait_ready().await;
    (app, page)
}

/// Presses the button with this text.
async fn button(page: &Chromium, within: &str, text: &str) {
    let script = "const found = [...document.querySelectorAll(`${arguments[0]} button`)].find(b => b.innerText.trim() === arguments[1]); \
                  if (!found) throw new Error(`no button ${arguments[1]}`); found.click()";
    page.js_with(script, vec![within.into(), text.into()]).await;
}

/// The texts of the cells of a row of the task table, from 0.
async fn cells(page: &Chromium, row: usize) -> Vec<String> {
    let script = format!(
        "return [...document.querySelectorAll('[data-testid=table] tbody tr:not(.spacer)')[{row}].cells].map(c => c.innerText.trim())"
    );
    let found = page.js(&script).await;
    found.as_array().unwrap().iter().map(|c| c.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn rows_are_grouped_and_columns_are_chosen() {
    let Some(setup) = Setup::from_env() else { return };
    let (_app, page) = pipeline(&setup).await;
    page.press("6").await;
    painted(&page, "table").await;
    assert_eq!(rows(&page, "table").await, 48);
    choose(&page, "Group by", "step").await;
    page.wait_until("document.querySelectorAll('tr.group').length === 14").await;
    assert_eq!(cells(&page, 1).await[..4], ["✓\nsucceeded", "▸ fetch (6 tasks, medians)", "", ""]);
    page.click("tr.group:nth-of-type(3) button").await;
    page.wait_until("document.querySelector('tr.group button[aria-expanded=true]')").await;
    assert_eq!(rows(&page, "table").await, 20, "14 groups and the six tasks of one");
    assert_eq!(cells(&page, 2).await[1], "fetch-0");

    button(&page, ".tools", "Columns…").await;
    page.wait_until("document.querySelectorAll('[data-testid=table-columns] li').length === 8").await;
    page.click("[aria-label='Remove Step']").await;
    button(&page, ".table-columns", "+ Label, parameter or metric…").await;
    page.wait_until("document.querySelectorAll('#makespan-found li').length > 0").await;
    page.type_text("shard").await;
    page.wait_until("document.querySelectorAll('#makespan-found li').length === 1").await;
    page.press("Enter").await;
    page.wait_until(
        "[...document.querySelectorAll('[data-testid=table] th')].pop()?.innerText.trim() === 'shard'",
    )
    .await;
    assert_eq!(cells(&page, 2).await.len(), 8);
    page.wait_until("location.hash.includes('param.shard')").await;
    page.assert_quiet().await;
}

#[tokio::test]
async fn lanes_and_colours_follow_a_parameter() {
    let Some(setup) = Setup::from_env() else { return };
    let (_app, page) = pipeline(&setup).await;
    page.press("3").await;
    painted(&page, "timeline").await;
    button(&page, ".tools", "other…").await;
    page.wait_until("document.querySelectorAll('#makespan-found li').length > 0").await;
    page.type_text("shard").await;
    page.wait_until("document.querySelectorAll('#makespan-found li').length === 1").await;
    page.press("Enter").await;
    page.wait_until("location.hash.includes('lanes=param.shard')").await;
    page.wait_until("document.querySelector('.tools button.on')?.innerText === 'parameter shard'").await;
    button(&page, ".tools", "other…").await;
    page.wait_until("document.querySelectorAll('#makespan-found li').length > 0").await;
    page.press("Enter").await;
    page.wait_until("document.querySelectorAll('.legend-entry').length > 1").await;
    page.assert_quiet().await;
}

#[tokio::test]
async fn a_key_that_was_changed_works_at_the_next_visit_too() {
    let Some(setup) = Setup::from_env() else { return };
    let (app, page) = pipeline(&setup).await;
    page.press("?").await;
    page.wait_until("document.querySelector('[role=dialog]')").await;
    button(&page, "[role=dialog]", "Change keys…").await;
    page.wait_until("document.querySelector('.keys [role=dialog]')").await;
    page.js("document.querySelector(\"[aria-label='Key of Timeline: 3']\").click()").await;
    page.press("q").await;
    page.wait_until("document.querySelector(\"[aria-label='Key of Timeline: Q']\")").await;
    page.press("Escape").await;
    page.wait_until("!document.querySelector('[role=dialog]')").await;
    page.press("q").await;
    painted(&page, "timeline").await;
    page.press("1").await;
    page.press("3").await;
    page.settle().await;
    assert!(page.js("return location.hash").await.as_str().unwrap().contains("view=overview"));
    page.goto(&app.url).await;
    page.wait_ready().await;
    page.press("q").await;
    painted(&page, "timeline").await;
    page.assert_quiet().await;
}
