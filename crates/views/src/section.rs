//! What people read, as values: sections of blocks. The page, the report and the terminal paint the same ones.

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

/// Most rows of a list within a page. A longer one belongs into a table that is scrolled or into a file.
pub const LONGEST_LIST: usize = 200;

/// A titled part of a page or a panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Stable name.
    pub id: Cow<'static, str>,
    /// What people read: a noun phrase.
    pub title: String,
    /// Its parts.
    pub blocks: Vec<Block>,
}

/// A part of a section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Block {
    /// The numbers that people look for first.
    Figures(Vec<Figure>),
    /// Names with values.
    Pairs(Vec<(String, Cell)>),
    /// Rows.
    Table(Table),
    /// Text as it was written, with its line breaks.
    Text(String),
    /// A command for a POSIX shell, to be copied as it stands.
    Command(String),
    /// The sentence that answers.
    Answer(Cell),
    /// A sentence of ours.
    Note(String),
    /// A sentence of ours without which the rest would be misread.
    Caution(String),
    /// A picture.
    Picture(Scene),
    /// Findings, each with the view that shows it.
    Found(Vec<Found>),
    /// A chart, drawn at the size of its place.
    Chart(Box<Plot>),
}

/// One number that people look for first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What it is.
    pub label: Cow<'static, str>,
    /// The number.
    pub value: Cell,
    /// What it rests on, or how it compares; may be empty.
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
    /// The colour of how much it matters.
    pub role: Role,
    /// Where to see it.
    pub view: ViewState,
}

impl Section {
    /// A section of blocks.
    pub fn new(id: &'static str, title: impl Into<String>, blocks: Vec<Block>) -> Section {
        Section { id: Cow::Borrowed(id), title: title.into(), blocks }
    }

    /// The same with as much as a page holds: lists of at most [`LONGEST_LIST`] rows, and a count of the rest.
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

    /// A section of one table, under the table's own title; `None` for a table without rows.
    pub fn of_table(id: &'static str, table: Table) -> Option<Section> {
        (!table.is_empty()).then(|| Section::new(id, table.title.clone(), vec![Block::Table(table)]))
    }

    /// The first picture, if it has one.
    pub fn picture(&self) -> Option<&Scene> {
        self.blocks
            .iter()
            .find_map(|block| if let Block::Picture(scene) = block { Some(scene) } else { None })
    }
}

impl Found {
    /// A finding about a run, in words.
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

/// What may be said of a table under it.
pub(crate) fn note(text: impl Into<String>) -> Block {
    Block::Note(text.into())
}
