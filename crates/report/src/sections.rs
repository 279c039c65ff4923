//! Writes sections and tables of the views as static HTML. All their text is treated as foreign, although most of it is
//! ours.

use std::borrow::Cow;

use makespan_scene::{counted, glyph_char};
use makespan_views::{Align, Block, Cell, Figure, Found, Section, Table, Value};

use crate::html::{Html, clipped};
use crate::pictures::picture;

/// Maximum length of a text in a cell, in characters.
const LONGEST: usize = 1_000;
/// Maximum length of a text of several lines, in characters.
const LONGEST_LINES: usize = 8_192;

/// Number of rows of a table that are printed on paper; must match the style sheet.
const ON_PAPER: usize = 13;

/// Maximum number of pairs in a list.
const PAIRS: usize = 500;

/// Links of cells that name a run.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Leads<'a> {
    /// Nowhere.
    #[default]
    Nowhere,
    /// To the parts of this page, which the first N runs have.
    Parts(usize),
    /// To other pages: their addresses, by the number in the cell.
    Pages(&'a [String]),
}

impl Leads<'_> {
    fn address(self, run: u32) -> Option<Cow<'static, str>> {
        match self {
            Leads::Nowhere => None,
            Leads::Parts(parts) => {
                ((run as usize) < parts).then(|| Cow::Owned(format!("#run-{}", run.saturating_add(1))))
            }
            Leads::Pages(pages) => pages.get(run as usize).map(|page| Cow::Owned(page.clone())),
        }
    }
}

/// Writes a section under a heading. The ids within its pictures begin with `id_prefix`.
pub(crate) fn section(page: &mut Html, section: &Section, id_prefix: &str) {
    // The chart of concurrency is among the charts.
    if matches!(section.blocks.as_slice(), [Block::Chart(_)]) {
        return;
    }
    page.open("h3", &[]).text(&section.title).close("h3");
    // A table whose title is the heading needs no second one.
    if let [Block::Table(only), rest @ ..] = section.blocks.as_slice()
        && only.title == section.title
    {
        table(page, &Table { title: String::new(), ..only.clone() }, Leads::Nowhere);
        blocks(page, rest, id_prefix);
    } else {
        blocks(page, &section.blocks, id_prefix);
    }
}

/// Writes blocks without a heading.
pub(crate) fn blocks(page: &mut Html, blocks: &[Block], id_prefix: &str) {
    for (i, block) in blocks.iter().enumerate() {
        match block {
            Block::Figures(all) => figures(page, all),
            Block::Pairs(all) => pairs(page, all),
            Block::Table(all) => table(page, all, Leads::Nowhere),
            Block::Text(text) => {
                page.open("pre", &[]).lines(&clipped(text, LONGEST_LINES)).close("pre");
            }
            Block::Command(text) => {
                page.open("pre", &[]).text(text).close("pre");
            }
            Block::Answer(cell) => {
                page.open("p", &[]).open("strong", &[]).text(&shown(cell)).close("strong").close("p");
            }
            Block::Note(text) => {
                page.element("p", text);
            }
            Block::Caution(text) => {
                page.open("p", &[]).element("strong", "Note: ").text(text).close("p");
            }
            Block::Picture(scene) => picture(page, scene.clone(), &format!("{id_prefix}{i}-")),
            Block::Found(all) => found(page, all),
            Block::Chart(_) => {}
        }
    }
}

fn figures(page: &mut Html, all: &[Figure]) {
    page.open("table", &[]).open("tbody", &[]);
    for f in all {
        page.heading_cell(&f.label).number_cell(&shown(&f.value)).cell(&f.note).close("tr");
    }
    page.end_table();
}

fn pairs(page: &mut Html, all: &[(String, Cell)]) {
    page.open("table", &[]).open("tbody", &[]);
    for (name, cell) in all.iter().take(PAIRS) {
        page.heading_cell(&clipped(name, 200));
        value(page, cell, Align::Left, Leads::Nowhere);
        page.close("tr");
    }
    page.end_table();
    if all.len() > PAIRS {
        page.element("p", &format!("{} not shown.", counted(all.len() - PAIRS, "more row")));
    }
}

fn found(page: &mut Html, all: &[Found]) {
    page.vouched("<ul>");
    for f in all {
        page.vouched("<li>").open("strong", &[]).text(&f.title).text(".").close("strong");
        page.text(" ").text(&f.text).text(" ").text(&f.action).vouched("</li>");
    }
    page.vouched("</ul>");
}

/// Writes a table with its title.
pub(crate) fn table(page: &mut Html, table: &Table, leads: Leads<'_>) {
    if table.rows.is_empty() {
        return;
    }
    let is_long = table.rows.len() > ON_PAPER;
    page.open("table", if is_long { &[("class", "l")] } else { &[] });
    if !table.title.is_empty() {
        page.element("caption", &table.title);
    }
    rows(page, table, table.rows.len(), leads);
}

/// Writes a collapsed table, with its first rows only.
pub(crate) fn folded(page: &mut Html, table: &Table, most: usize) {
    page.open("details", &[]).open("summary", &[]).text("As a table: ").name(&table.title).close("summary");
    page.open("table", &[]);
    rows(page, table, most, Leads::Nowhere);
    page.close("details");
}

/// Writes columns and rows of an open table, and closes it. Drawings made of text are omitted, because the page has
/// pictures.
fn rows(page: &mut Html, table: &Table, most: usize, leads: Leads<'_>) {
    page.open("thead", &[]).open("tr", &[]);
    for column in table.columns.iter().filter(|c| c.align != Align::Plot) {
        let class = if column.align == Align::Right { ("class", "n") } else { ("scope", "col") };
        let tag = if column.title.is_empty() { "td" } else { "th" };
        page.open(tag, &[class]).text(&clipped(&column.title, 200)).close(tag);
    }
    page.close("tr").close("thead").open("tbody", &[]);
    for row in table.rows.iter().take(most) {
        page.row();
        for (cell, column) in row.iter().zip(&table.columns).filter(|(_, c)| c.align != Align::Plot) {
            value(page, cell, column.align, leads);
        }
    }
    page.end_table();
    if table.rows.len().min(most) > ON_PAPER {
        let more = counted(table.rows.len().min(most) - ON_PAPER, "more row");
        page.open("p", &[("class", "o")]).text(&format!("{more} in the file but not on paper.")).close("p");
    }
    let more = table.rows.len().saturating_sub(most) + table.left_out;
    if more > 0 {
        page.element("p", &format!("{} not shown.", counted(more, "more row")));
    }
}

/// Writes one cell: numbers aligned right, names isolated so that they cannot reverse the surrounding text.
fn value(page: &mut Html, cell: &Cell, align: Align, leads: Leads<'_>) {
    let text = shown(cell);
    if align == Align::Right {
        page.number_cell(&clipped(&text, LONGEST));
        return;
    }
    if let Some(address) = cell.task.and_then(|run| leads.address(run)) {
        page.text_cell(&text).open("a", &[("href", &address)]);
        page.name(&text).vouched("</a>");
        return;
    }
    match (&cell.value, cell.task) {
        (Value::Text(_), Some(_)) => {
            page.name_cell(&text);
        }
        (Value::Text(_), None) => {
            let text = clipped(&text, LONGEST);
            page.text_cell(&text).vouched("<bdi>").text(&text).vouched("</bdi>");
        }
        _ => {
            page.cell(&text);
        }
    }
}

/// Returns the text of a cell; a status with its sign.
pub(crate) fn shown(cell: &Cell) -> Cow<'_, str> {
    match (&cell.value, cell.status) {
        (Value::Status(status), Some(role)) => Cow::Owned(format!("{} {}", glyph_char(role), status.name())),
        _ => cell.text(),
    }
}
