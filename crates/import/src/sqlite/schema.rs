//! Tables, and what their `CREATE TABLE` statements say of the order columns are stored in.

use makespan_model::Order as _;
use std::cmp::Ordering;

use super::ddl;

/// Where the value of a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// The rowid is the value.
    Rowid,
    /// This many values into the record.
    Field(usize),
    /// Not stored: a VIRTUAL generated column.
    Computed,
}

/// One table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name as created.
    pub name: String,
    /// The names of its columns in the order declared, quotes taken off. Empty when its statement is
    /// unreadable.
    pub columns: Vec<String>,
    /// The column that stands for the rowid (INTEGER PRIMARY KEY), as an index of `columns`.
    pub rowid_column: Option<usize>,
    /// Whether it is a table WITHOUT ROWID.
    pub without_rowid: bool,
    pub(super) root: u32,
    slots: Vec<Slot>,
    /// Indices of `columns`, sorted by name with ASCII case ignored: a lookup stays cheap in the widest
    /// table.
    by_name: Vec<usize>,
}

impl Table {
    pub(super) fn new(name: String, root: u32, parsed: ddl::Parsed) -> Table {
        let ddl::Parsed { columns, primary_key, inline_key, without_rowid } = parsed;
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let mut by_name: Vec<usize> = (0..names.len()).collect();
        by_name.order_by(|&a, &b| compare(&names[a], &names[b]));
        let mut table = Table {
            name,
            columns: names,
            rowid_column: None,
            without_rowid,
            root,
            slots: vec![Slot::Computed; columns.len()],
            by_name,
        };
        let key: Vec<usize> = primary_key.iter().filter_map(|name| table.column(name)).collect();
        // A rowid stands in only for a lone key of the exact type INTEGER; declared DESC at the column, by a
        // quirk the format has to keep, it does not.
        if let ([only], false) = (key.as_slice(), without_rowid) {
            let column = &columns[*only];
            if column.integer && !(inline_key && column.descending) {
                table.rowid_column = Some(*only);
            }
        }
        let mut next = 0;
        let mut place = |slots: &mut [Slot], index: usize| {
            if slots[index] == Slot::Computed && !columns[index].computed {
                slots[index] = Slot::Field(next);
                next += 1;
            }
        };
        // Without rowids the key comes first in the record, in the order of the key.
        let first = if without_rowid { key } else { Vec::new() };
        for index in first.into_iter().chain(0..columns.len()) {
            place(&mut table.slots, index);
        }
        if let Some(index) = table.rowid_column {
            table.slots[index] = Slot::Rowid;
        }
        table
    }

    /// The index of the column of this name (ASCII case ignored).
    pub fn column(&self, name: &str) -> Option<usize> {
        let at = self.by_name.partition_point(|&index| compare(&self.columns[index], name) == Ordering::Less);
        let &index = self.by_name.get(at)?;
        self.columns[index].eq_ignore_ascii_case(name).then_some(index)
    }

    pub(super) fn slot(&self, index: usize) -> Option<Slot> {
        self.slots.get(index).copied()
    }
}

fn compare(a: &str, b: &str) -> Ordering {
    a.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn table(sql: &str) -> Table {
        Table::new("t".into(), 2, ddl::parse(sql).unwrap())
    }

    #[test]
    fn which_integer_key_is_the_rowid() {
        let alias = |sql| table(sql).rowid_column;
        assert_eq!(alias("CREATE TABLE t(id INTEGER PRIMARY KEY, a)"), Some(0));
        assert_eq!(alias("CREATE TABLE t(a, id integer not null primary key autoincrement)"), Some(1));
        assert_eq!(alias("CREATE TABLE t(a, \"Id\" INTEGER, PRIMARY KEY([id] DESC))"), Some(1));
        assert_eq!(alias("CREATE TABLE t(id INTEGER PRIMARY KEY DESC)"), None);
        assert_eq!(alias("CREATE TABLE t(id INT PRIMARY KEY)"), None);
        assert_eq!(alias("CREATE TABLE t(id INTEGER(8) PRIMARY KEY)"), None);
        assert_eq!(alias("CREATE TABLE t(id INTEGER, b, PRIMARY KEY(id, b))"), None);
        assert_eq!(alias("CREATE TABLE t(id INTEGER PRIMARY KEY) WITHOUT ROWID"), None);
    }

    #[test]
    fn where_columns_are_stored() {
        use Slot::{Computed, Field, Rowid};
        let slots = |sql| table(sql).slots;
        assert_eq!(slots("CREATE TABLE t(a, id INTEGER PRIMARY KEY, b)"), [Field(0), Rowid, Field(2)]);
        assert_eq!(
            slots("CREATE TABLE t(a, v AS (a+1), s INT GENERATED ALWAYS AS (a*2) STORED, b)"),
            [Field(0), Computed, Field(1), Field(2)]
        );
        assert_eq!(
            slots("CREATE TABLE t(a, b, c, d, PRIMARY KEY(c, a, C)) WITHOUT ROWID, STRICT"),
            [Field(1), Field(2), Field(0), Field(3)]
        );
    }

    #[test]
    fn names_are_found_in_any_case() {
        let table = table("CREATE TABLE t(Zeta, alpha, \"Mid dle\")");
        assert_eq!(table.column("ALPHA"), Some(1));
        assert_eq!(table.column("mid DLE"), Some(2));
        assert_eq!(table.column("zeta"), Some(0));
        assert_eq!(table.column("none"), None);
    }
}
