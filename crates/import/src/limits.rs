//! Every limit of this crate, by name.

/// How much of the beginning of a file an importer sees.
pub const HEAD_BYTES: usize = 64 << 10;

/// How much of a JSON text is looked at for its outline.
pub const SHAPE_BYTES: usize = 1 << 20;

/// How many keys of one level the outline keeps.
pub const SHAPE_KEYS: usize = 64;

/// The longest value that the outline keeps.
pub const SHAPE_VALUE_BYTES: usize = 80;

/// How many bytes all compressed sources together may expand to.
pub const EXPANDED_BYTES: usize = 1 << 30;

/// Up to here, compressed data may expand by any ratio; so may each stretch of that length of what comes out.
pub const FREE_EXPANDED_BYTES: usize = 8 << 20;

/// Beyond [`FREE_EXPANDED_BYTES`], data that expands by more than this is taken for a decompression bomb.
pub const EXPANSION_RATIO: usize = 200;

/// How many members of an archive are read.
pub const ARCHIVE_MEMBERS: usize = 100_000;

/// How many kinds of one complaint are distinguished before the rest is lumped together.
pub const TALLY_KINDS: usize = 32;

/// How many files that could not be read are told one by one; of the others the number.
pub const TOLD_FILES: usize = 20;

/// Of so many files the verdict says which importers they did not go to, and why.
pub const TOLD_CLAIMS: usize = 1000;

/// Of so many tables the beginning is kept, for whoever maps their columns.
pub const KEPT_TABLES: usize = 8;
