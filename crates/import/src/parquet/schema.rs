//! The metadata at the end of a Parquet file: its columns and their chunks.

use super::thrift::{Reader, Thrift};

/// The first and last bytes of a file.
pub(super) const MAGIC: &[u8] = b"PAR1";

/// Maximum number of columns to read.
const MOST_COLUMNS: usize = 1_000;

/// Physical type of values (`Type` in `parquet.thrift`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    Bool,
    Int32,
    Int64,
    /// A time in 12 bytes, in files of old programs.
    Int96,
    Float,
    Double,
    Bytes,
    /// Values of this many bytes.
    Fixed(usize),
}

/// Logical type of values, where it changes how they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Plain,
    Text,
    Unsigned,
    /// Days since 1970.
    Date,
    /// Times since 1970 in units of `unit` ns; local times without a zone unless `is_utc`.
    Time {
        unit: i64,
        is_utc: bool,
    },
    /// Numbers with this many digits after the decimal point.
    Decimal(u32),
    Uuid,
}

/// A column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Its name, after the names of its groups, separated by points.
    pub(super) name: String,
    pub(super) stored: Stored,
    pub(super) meaning: Meaning,
    /// Definition level of a value that is not null.
    pub(super) defined: u32,
    /// Number of repeated groups that contain it.
    pub(super) repeated: u32,
    /// Lowest definition level at which a list has an element.
    pub(super) element: u32,
    /// Reason why it cannot be read.
    pub(super) unreadable: Option<&'static str>,
}

/// The values of a column in a row group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk {
    /// Offset and length of its pages, bytes.
    pub(super) at: usize,
    pub(super) length: usize,
    /// Number of values, including nulls.
    pub(super) values: usize,
    /// Compression of its pages (`CompressionCodec`).
    pub(super) codec: i64,
    /// Whether it is in another file.
    pub(super) is_elsewhere: bool,
}

/// A row group.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) rows: usize,
    /// One per column; absent if the metadata does not contain it.
    pub(super) chunks: Vec<Option<Chunk>>,
}

/// The metadata of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Metadata {
    pub(super) columns: Vec<Column>,
    pub(super) groups: Vec<Group>,
    /// Number of columns after the maximum.
    pub(super) left_out: usize,
}

/// Reads the metadata.
///
/// # Errors
///
/// The file is cut or damaged.
pub(super) fn metadata(bytes: &[u8]) -> Result<Metadata, String> {
    let cut = "the file is cut: a Parquet file has its list of columns at its end; copy it again";
    let body = bytes.strip_suffix(MAGIC).ok_or(cut)?;
    let (body, length) = body.split_last_chunk::<4>().ok_or(cut)?;
    let length = u32::from_le_bytes(*length) as usize;
    let start = body.len().checked_sub(length).ok_or(cut)?;
    let damaged = "the list of columns at the end of the file is damaged";
    let root = Reader::new(&body[start..]).next_struct().ok_or(damaged)?;
    let mut metadata = Metadata::default();
    let mut elements = root.list(2).iter();
    let children = elements.next().and_then(|root| root.size(5)).ok_or(damaged)?;
    let mut path = Path::default();
    columns(&mut elements, children, &mut path, &mut metadata.columns).ok_or(damaged)?;
    let all = metadata.columns.len();
    metadata.columns.truncate(MOST_COLUMNS);
    metadata.left_out = all - metadata.columns.len();
    for group in root.list(4) {
        let chunks = group.list(1);
        let chunks = (0..metadata.columns.len()).map(|at| chunk(chunks.get(at)?)).collect();
        metadata.groups.push(Group { rows: group.size(3).ok_or(damaged)?, chunks });
    }
    Ok(metadata)
}

fn chunk(chunk: &Thrift<'_>) -> Option<Chunk> {
    let about = chunk.at(3)?;
    let pages = about.size(9)?;
    // Some writers give 0 if there is no dictionary.
    let dictionary = about.size(11).filter(|at| *at > 0);
    Some(Chunk {
        at: dictionary.map_or(pages, |dictionary| dictionary.min(pages)),
        length: about.size(7)?,
        values: about.size(5)?,
        codec: about.int(4)?,
        is_elsewhere: chunk.at(1).is_some(),
    })
}

/// The groups that contain a column.
#[derive(Clone, Default)]
struct Path {
    names: Vec<String>,
    defined: u32,
    repeated: u32,
    element: u32,
    /// Whether the innermost group is a list or a map.
    is_list: bool,
    is_map: bool,
}

/// Appends the columns of the next `children` elements; elements are stored in depth-first order.
fn columns<'t, 'b: 't>(
    elements: &mut impl Iterator<Item = &'t Thrift<'b>>,
    children: usize,
    path: &mut Path,
    out: &mut Vec<Column>,
) -> Option<()> {
    const DEEPEST: usize = 20;
    if path.names.len() > DEEPEST {
        return None;
    }
    for _ in 0..children {
        let element = elements.next()?;
        let outer = path.clone();
        let name = element.text(4)?;
        match element.int(3) {
            Some(1) => path.defined += 1,
            Some(2) => {
                path.defined += 1;
                path.repeated += 1;
                path.element = path.defined;
            }
            _ => {}
        }
        // Elements have the name of their list: `tags.list.element` is `tags`.
        if outer.repeated == 0 && !((outer.is_list || outer.is_map) && path.repeated > 0) {
            path.names.push(name);
        }
        let logical = |id: i16| element.at(10).is_some_and(|logical| logical.at(id).is_some());
        match element.size(5).filter(|children| *children > 0) {
            Some(children) => {
                path.is_list = element.int(6) == Some(3) || logical(3);
                path.is_map |= matches!(element.int(6), Some(1 | 2)) || logical(2);
                let before = out.len();
                columns(elements, children, path, out)?;
                // The columns of a list of structures would all have the same name.
                if path.repeated > 0 && outer.repeated == 0 && out.len() - before > 1 {
                    let why = if path.is_map { "a map" } else { "a list of structures" };
                    out[before..].iter_mut().for_each(|column| column.unreadable = Some(why));
                }
            }
            None => out.push(column(element, path)),
        }
        *path = outer;
    }
    Some(())
}

fn column(element: &Thrift<'_>, path: &Path) -> Column {
    let length = element.size(2).unwrap_or_default();
    let stored = match element.int(1) {
        Some(0) => Some(Stored::Bool),
        Some(1) => Some(Stored::Int32),
        Some(2) => Some(Stored::Int64),
        Some(3) => Some(Stored::Int96),
        Some(4) => Some(Stored::Float),
        Some(5) => Some(Stored::Double),
        Some(6) => Some(Stored::Bytes),
        Some(7) if length > 0 => Some(Stored::Fixed(length)),
        _ => None,
    };
    let unreadable = match stored {
        None => Some("a type that is unknown"),
        Some(_) if path.repeated > 1 => Some("lists within lists"),
        Some(_) if path.is_map => Some("a map"),
        Some(_) => None,
    };
    Column {
        name: path.names.join("."),
        stored: stored.unwrap_or(Stored::Bytes),
        meaning: meaning(element),
        defined: path.defined,
        repeated: path.repeated,
        element: path.element,
        unreadable,
    }
}

/// Returns the meaning of an element's values: by its logical type, else by the older converted type.
fn meaning(element: &Thrift<'_>) -> Meaning {
    let digits = |scale: Option<i64>| u32::try_from(scale.unwrap_or_default()).unwrap_or_default().min(40);
    if let Some(logical) = element.at(10) {
        if let Some(time) = logical.at(8) {
            let unit = time.at(2).map_or(1, |unit| match unit {
                unit if unit.at(1).is_some() => 1_000_000,
                unit if unit.at(2).is_some() => 1_000,
                _ => 1,
            });
            return Meaning::Time { unit, is_utc: time.int(1) == Some(1) };
        }
        if let Some(decimal) = logical.at(5) {
            return Meaning::Decimal(digits(decimal.int(1)));
        }
        if let Some(integer) = logical.at(10) {
            return if integer.int(2) == Some(0) { Meaning::Unsigned } else { Meaning::Plain };
        }
        for (id, meaning) in [
            (1, Meaning::Text),
            (4, Meaning::Text),
            (6, Meaning::Date),
            (12, Meaning::Text),
            (14, Meaning::Uuid),
        ] {
            if logical.at(id).is_some() {
                return meaning;
            }
        }
    }
    match element.int(6) {
        Some(0 | 4 | 19) => Meaning::Text,
        Some(5) => Meaning::Decimal(digits(element.int(7))),
        Some(6) => Meaning::Date,
        Some(9) => Meaning::Time { unit: 1_000_000, is_utc: true },
        Some(10) => Meaning::Time { unit: 1_000, is_utc: true },
        Some(11..=14) => Meaning::Unsigned,
        _ => Meaning::Plain,
    }
}
