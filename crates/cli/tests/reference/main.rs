//! The pages of the reference are made from what the program itself uses: its verbs, importers, rules, definitions and
//! charts. With MAKESPAN_BLESS=1 they are written.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod charts;
mod comments;
mod definitions;
mod findings;
mod formats;
mod pages;
mod runs;
mod verbs;

use pages::Pages;

#[test]
fn every_verb_has_its_page() {
    let pages = verbs::pages();
    assert!(pages.len() > 30);
    pages.check("verbs");
}

#[test]
fn every_format_has_its_page() {
    let pages = formats::pages();
    assert_eq!(pages.len(), makespan_import::REGISTRY.len() + 1, "a page each, and the list");
    pages.check("formats");
}

#[test]
fn every_finding_has_its_page_with_an_example() {
    findings::pages().check("findings");
}

#[test]
fn every_definition_has_its_page() {
    definitions::pages().check("definitions");
}

#[test]
fn every_kind_of_chart_has_its_page_and_its_picture() {
    charts::pages().check("charts");
}

#[test]
fn the_summary_lists_every_page_of_the_reference() {
    let all: [(&str, Pages); 5] = [
        ("verbs", verbs::pages()),
        ("formats", formats::pages()),
        ("findings", findings::pages()),
        ("definitions", definitions::pages()),
        ("charts", charts::pages()),
    ];
    pages::check_summary(&all);
}
