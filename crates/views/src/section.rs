//! Text and tables for people, as values: sections of blocks, which the page, the report and the terminal paint.

use std::borrow::Cow;

use makespan_analysis::Finding;
use makespan_model::Run;
use makespan_scene::{Role, Scene, counted};
use serde::{Deserialize, Serialize};

use crate::chart::Plot;
use crate::findings;
use crate::roles::severity_role;
use crate::state::ViewState;
use crate::table::{Cell, Table};

/// Maximum number of rows of a list on a page. A longer one belongs in a scrolled table or in a file.
pub const LONGEST_LIST: usize = 200;

/// A titled part of a page or a panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Stable name.
    pub id: Cow<'static, str>,
    /// Title: a noun phrase.
    pub title: String,
    /// Its parts.
    pub blocks: Vec<Block>,
}

/// A part of a section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Block {
    /// The most important numbers.
    Figures(Vec<Figure>),
    /// Names with values.
    Pairs(Vec<(String, Cell)>),
    /// Rows.
    Table(Table),
    /// Text as it was written, with its line breaks.
    Text(String),
    /// A command for a POSIX shell, to be copied as it stands.
    Command(String),
    /// The sentence that gives the result.
    Answer(Cell),
    /// A sentence.
    Note(String),
    /// A sentence without which the rest would be misread.
    Caution(String),
    /// A picture.
    Picture(Scene),
    /// Findings, each with the view that shows it.
    Found(Vec<Found>),
    /// A chart, drawn at the size of its place.
    Chart(Box<Plot>),
}

/// One of the most important numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Its label.
    pub label: Cow<'static, str>,
    /// The number.
    pub value: Cell,
    /// What it is based on, or how it compares; may be empty.
    pub note: String,
}

/// A finding in words, with the view that shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Stable code.
    pub code: Cow<'static, str>,
    /// The fact with its number.
    pub title: String,
    /// The evidence, in a sentence or two.
    pub text: String,
    /// One thing to try.
    pub action: Cow<'static, str>,
    /// The colour of its severity.
    pub role: Role,
    /// The view that shows it.
    pub view: ViewState,
}

impl Section {
    /// Creates a section of blocks.
    pub fn new(id: &'static str, title: impl Into<String>, blocks: Vec<Block>) -> Section {
        Section { id: Cow::Borrowed(id), title: title.into(), blocks }
    }

    /// Limits the section to a page: lists of at most [`LONGEST_LIST`] rows, and the number of further rows.
    pub fn for_page(mut self) -> Section {
        let mut blocks = Vec::with_capacity(self.blocks.len());
        for block in self.blocks {
            let (block, left_out) = match block {
                Block::Table(table) => (Block::Table(table.first(LONGEST_LIST)), 0),
                Block::Pairs(mut pairs) => {
                    let left_out = pairs.len().saturating_sub(LONGEST_LIST);
                    pairs.truncate(LONGEST_LIST);
                    (Block::Pairs(pairs), left_out)
                }
                other => (other, 0),
            };
            blocks.push(block);
            if left_out > 0 {
                blocks.push(note(format!("{} are not shown.", counted(left_out, "more entry"))));
            }
        }
        self.blocks = blocks;
        self
    }

    /// Creates a section of one table, with the table's title; `None` for a table without rows.
    pub fn of_table(id: &'static str, table: Table) -> Option<Section> {
        (!table.is_empty()).then(|| Section::new(id, table.title.clone(), vec![Block::Table(table)]))
    }

    /// Returns the first picture, if it has one.
    pub fn picture(&self) -> Option<&Scene> {
        self.blocks
            .iter()
            .find_map(|block| if let Block::Picture(scene) = block { Some(scene) } else { None })
    }
}

impl Found {
    /// Describes a finding about a run.
    pub fn new(run: &Run, finding: &Finding) -> Found {
        let (title, text) = findings::sentences(run, finding);
        Found {
            code: Cow::Borrowed(finding.code()),
            title,
            text,
            action: Cow::Borrowed(findings::advice(finding.action())),
            role: severity_role(finding.severity),
            view: findings::view_of(run, finding),
        }
    }
}

/// Returns a remark below a table.
pub(crate) fn note(text: impl Into<String>) -> Block {
    Block::Note(text.into())
}
