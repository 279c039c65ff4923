//! All limits of this crate.

/// Number of bytes at the beginning of a file that importers examine.
pub const HEAD_BYTES: usize = 64 << 10;

/// Number of bytes of a JSON text that are examined for its outline.
pub const SHAPE_BYTES: usize = 1 << 20;

/// Maximum number of keys per level in the outline.
pub const SHAPE_KEYS: usize = 64;

/// Maximum length of a value in the outline, bytes.
pub const SHAPE_VALUE_BYTES: usize = 80;

/// Maximum total size of all decompressed sources, bytes.
pub const EXPANDED_BYTES: usize = 1 << 30;

/// Size up to which compressed data may expand by any ratio, for the beginning and for each later part of this length.
pub const FREE_EXPANDED_BYTES: usize = 8 << 20;

/// Maximum expansion ratio beyond [`FREE_EXPANDED_BYTES`]; more counts as a decompression bomb.
pub const EXPANSION_RATIO: usize = 200;

/// Maximum number of members read from an archive.
pub const ARCHIVE_MEMBERS: usize = 100_000;

/// Maximum number of kinds of a problem that are distinguished; the rest is counted together.
pub const TALLY_KINDS: usize = 32;

/// Maximum number of files for which a note of one kind is listed; the rest is counted.
pub const REPORTED_FILES: usize = 20;

/// Number of files whose verdicts list the formats that were tried.
pub const LISTED_CLAIMS: usize = 1000;

/// Number of tables whose beginning is kept for mapping their columns.
pub const KEPT_TABLES: usize = 8;

/// Maximum window of zstd data, bytes.
pub const ZSTD_WINDOW: u64 = 32 << 20;
