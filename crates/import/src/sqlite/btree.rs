//! Walks a b-tree from its root and hands out the cells that carry rows, in key order.
//!
//! Cell layout and spill sizes: sections 1.6 and 1.7 of <https://sqlite.org/fileformat2.html>. Work stays
//! linear in the size of the file whatever its links say: a page is entered once per walk, be it a tree page
//! or one of an overflow chain, and the cells of a page may not together be longer than the page.

use std::collections::BTreeSet;

use super::bytes::{u8_at, u16_at, u32_at, varint_at};
use super::error::{Error, Warnings};
use super::pager::{DATABASE_HEADER, Page, Pager};

/// The two kinds of tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Rows under 64-bit rowids, in leaves only.
    Table,
    /// Records that are their own keys, in every page: indices and tables WITHOUT ROWID.
    Index,
}

/// A cell with a record.
pub(super) struct Cell<'c> {
    /// 0 in an index tree.
    pub(super) rowid: i64,
    /// The record, shorter than `length` when its overflow chain is broken.
    pub(super) payload: &'c [u8],
    /// Bytes the cell says its record has.
    pub(super) length: u64,
    pub(super) page: &'c Page<'c>,
    /// Where the cell is in its page.
    pub(super) at: usize,
}

/// Calls `visit` for each record of the tree until it returns false. A page that cannot be read, or a cell,
/// gives a warning and the walk goes on.
///
/// # Errors
/// When the root page cannot be read.
pub(super) fn walk(
    pager: &Pager<'_>,
    warnings: &Warnings,
    kind: Kind,
    root: u32,
    visit: &mut dyn FnMut(&Cell<'_>) -> bool,
) -> Result<(), Error> {
    let mut walk = Walk { pager, warnings, kind, entered: BTreeSet::new(), payload: Vec::new() };
    let mut stack = vec![walk.enter(root)?];
    while let Some(node) = stack.last_mut() {
        let step = node.step;
        node.step += 1;
        // Before child `step` of an interior index page comes the record of cell `step - 1`.
        let record = match (node.leaf, kind) {
            (true, _) => Some(step),
            (false, Kind::Index) => step.checked_sub(1),
            (false, Kind::Table) => None,
        };
        if let Some(index) = record.filter(|&index| index < node.cells)
            && !walk.emit(node, index, visit)
        {
            return Ok(());
        }
        if step > node.cells || (node.leaf && step == node.cells) {
            stack.pop();
        } else if !node.leaf {
            match node.child(step).and_then(|child| walk.enter(child)) {
                Ok(child) => stack.push(child),
                Err(warning) => warnings.push(warning),
            }
        }
    }
    Ok(())
}

/// A page on the way from the root to the current cell.
struct Node<'a> {
    page: Page<'a>,
    leaf: bool,
    cells: usize,
    /// Where the array of cell pointers begins.
    pointers: usize,
    /// What is done next: a cell of a leaf, a child of an interior page.
    step: usize,
    /// Bytes the cells still to come may have.
    room: usize,
}

impl Node<'_> {
    fn cell(&self, index: usize) -> Result<usize, Error> {
        let pointer = self.pointers + 2 * index;
        let at = u16_at(self.page.bytes, pointer).map_or(0, usize::from);
        if at < self.pointers + 2 * self.cells || at >= self.page.bytes.len() {
            return Err(self.page.error(pointer, format!("cell {index} lies outside the page")));
        }
        Ok(at)
    }

    fn child(&self, index: usize) -> Result<u32, Error> {
        let at = if index == self.cells { self.pointers - 4 } else { self.cell(index)? };
        u32_at(self.page.bytes, at).ok_or_else(|| self.page.error(at, "a child pointer is cut"))
    }
}

struct Walk<'w, 'a> {
    pager: &'w Pager<'a>,
    warnings: &'w Warnings,
    kind: Kind,
    entered: BTreeSet<u32>,
    /// The payload of a cell with overflow pages; kept for its capacity.
    payload: Vec<u8>,
}

impl<'a> Walk<'_, 'a> {
    fn enter(&mut self, number: u32) -> Result<Node<'a>, Error> {
        let page = self.once(number)?;
        let head = if number == 1 { DATABASE_HEADER } else { 0 };
        let leaf = match (u8_at(page.bytes, head), self.kind) {
            (Some(0x0d), Kind::Table) | (Some(0x0a), Kind::Index) => true,
            (Some(0x05), Kind::Table) | (Some(0x02), Kind::Index) => false,
            (flag, _) => {
                let flag = flag.unwrap_or(0);
                return Err(page.error(head, format!("not a page of this tree (type {flag})")));
            }
        };
        let pointers = head + if leaf { 8 } else { 12 };
        let said = u16_at(page.bytes, head + 3).map_or(0, usize::from);
        let room = page.bytes.len().saturating_sub(pointers);
        let cells = said.min(room / 2);
        if cells < said {
            self.warnings.push(page.error(head + 3, format!("{said} cells do not fit the page")));
        }
        Ok(Node { page, leaf, cells, pointers, step: 0, room })
    }

    /// A page not met before in this walk: a valid file has one way to each, and a loop has a second.
    fn once(&mut self, number: u32) -> Result<Page<'a>, Error> {
        let page = self.pager.page(number)?;
        if self.entered.insert(number) {
            Ok(page)
        } else {
            Err(page.error(0, "two links of one tree lead to this page"))
        }
    }

    /// Hands the record of one cell to `visit`; false when the walk is to end.
    fn emit(&mut self, node: &mut Node<'a>, index: usize, visit: &mut dyn FnMut(&Cell<'_>) -> bool) -> bool {
        if node.room == 0 {
            return true;
        }
        match self.record(node, index) {
            Ok(Some(mut cell)) => {
                let payload = std::mem::take(&mut self.payload);
                if cell.payload.is_empty() {
                    cell.payload = &payload;
                }
                let more = visit(&cell);
                self.payload = payload;
                more
            }
            Ok(None) => true,
            Err(warning) => {
                self.warnings.push(warning);
                true
            }
        }
    }

    /// The cell; one with overflow pages leaves its payload in `self.payload` and the slice empty.
    fn record<'n>(&mut self, node: &'n mut Node<'a>, index: usize) -> Result<Option<Cell<'n>>, Error> {
        let at = node.cell(index)?;
        let bytes = node.page.bytes;
        let cut = || node.page.error(at, format!("cell {index} is cut"));
        let start = if node.leaf { at } else { at + 4 };
        let (length, mut next) = varint_at(bytes, start).ok_or_else(cut)?;
        let mut rowid = 0;
        if self.kind == Kind::Table {
            let (key, after) = varint_at(bytes, next).ok_or_else(cut)?;
            (rowid, next) = (key.cast_signed(), after);
        }
        if length > self.pager.longest_payload() {
            return Err(node
                .page
                .error(at, format!("cell {index} says {length} bytes: more than the file has")));
        }
        let local = local_length(self.kind, self.pager.usable(), length);
        let payload = bytes.get(next..next.saturating_add(local)).ok_or_else(cut)?;
        let spilled = length > local as u64;
        let chain = if spilled { Some(u32_at(bytes, next + local).ok_or_else(cut)?) } else { None };
        let size = next + local + if spilled { 4 } else { 0 } - at;
        if size > node.room {
            // Overlapping cells would let a small page stand for many times its size.
            node.room = 0;
            return Err(node.page.error(at, "the cells overlap: the rest of the page is left out"));
        }
        node.room -= size;
        if length == 0 {
            return Err(node.page.error(at, format!("cell {index} has no record")));
        }
        let Some(chain) = chain else {
            return Ok(Some(Cell { rowid, payload, length, page: &node.page, at }));
        };
        self.payload.clear();
        self.payload.extend_from_slice(payload);
        if let Err(warning) = self.follow(chain, length) {
            self.warnings.push(warning);
            let message = format!("the overflow chain of cell {index} is broken: its last columns are lost");
            self.warnings.push(node.page.error(at, message));
        }
        Ok(Some(Cell { rowid, payload: &[], length, page: &node.page, at }))
    }

    /// Appends the overflow chain that begins at page `number` until the payload has `length` bytes.
    fn follow(&mut self, mut number: u32, length: u64) -> Result<(), Error> {
        loop {
            let missing = length.saturating_sub(self.payload.len() as u64);
            if missing == 0 {
                return Ok(());
            }
            let page = self.once(number)?;
            number = u32_at(page.bytes, 0).unwrap_or(0);
            let data = page.bytes.get(4..).unwrap_or_default();
            let take = usize::try_from(missing).unwrap_or(usize::MAX).min(data.len());
            self.payload.extend_from_slice(data.get(..take).unwrap_or_default());
        }
    }
}

/// How many of a payload's bytes are in the cell itself.
fn local_length(kind: Kind, usable: usize, length: u64) -> usize {
    let most = match kind {
        Kind::Table => usable - 35,
        Kind::Index => (usable - 12) * 64 / 255 - 23,
    };
    if length <= most as u64 {
        return length as usize;
    }
    let least = (usable - 12) * 32 / 255 - 23;
    let fitting = least + ((length - least as u64) % (usable as u64 - 4)) as usize;
    if fitting <= most { fitting } else { least }
}
