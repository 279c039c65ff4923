//! A report on paper.

use std::process::Command;

use super::support::{Chromium, Setup, TempFolder, View};

/// Width of an A4 page between its margins, in CSS pixels.
const PAPER: u32 = 688;

#[tokio::test]
async fn on_paper_no_table_reaches_into_the_next_column_or_over_the_edge() {
    let Some(setup) = Setup::from_env() else { return };
    let folder = TempFolder::new("paper");
    let name = "PIPELINE:SUBWORKFLOW_WITH_A_LONG_NAME:ENRICHMENT_ANALYSIS_WITHOUT_CONTROL";
    let mut notation = String::from("run nightly\n");
    for i in 0..24 {
        let after = if i > 0 { format!(" after={name}_{}", i - 1) } else { String::new() };
        let status = if i % 4 == 3 { "failed error=\"exit code 127\"" } else { "succeeded" };
        notation.push_str(&format!("{name}_{i} {}..{} - step={name}{after} {status}\n", i * 10, i * 10 + 9));
    }
    let source = folder.write("long.txt", &notation);
    let report = folder.path().join("report.html");
    let made =
        Command::new(&setup.program).args(["report", "--static", "-o"]).args([&report, &source]).status();
    assert!(made.unwrap().success());
    let page = Chromium::start(&setup, View { width: PAPER, height: 972, dark: false }).await;
    page.goto_file(&report).await;
    page.cdp("Emulation.setEmulatedMedia", serde_json::json!({ "media": "print" })).await;
    page.resize(PAPER, 972).await;
    let wide = page
        .js("const wide = []; let seen = 0;
             for (const table of document.querySelectorAll('#makespan-static table')) {
               const box = table.parentElement, style = getComputedStyle(box);
               const spans = getComputedStyle(table).columnSpan === 'all' || style.columnCount === 'auto';
               const most = spans ? box.clientWidth : (box.clientWidth - parseFloat(style.columnGap)) / 2;
               for (const part of table.getClientRects()) {
                 seen += 1;
                 if (part.width > most + 1) wide.push(`${table.innerText.slice(0, 60)}: ${part.width} of ${most}`);
               }
             }
             return seen > 8 ? wide : ['only ' + seen + ' tables'];")
        .await;
    assert_eq!(wide, serde_json::json!([]), "tables that are too wide");
}
