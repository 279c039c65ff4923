//! What an importer says of a file of which nothing could be read.

use std::fmt;

/// Why nothing at all could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// It is of this format, but damaged.
    Broken {
        /// What is wrong, for people.
        message: String,
        /// Byte of the file, where known.
        offset: Option<u64>,
    },
    /// It is of this format, of a version that this program does not know yet.
    Newer {
        /// Which version it is and which ones are known, for people.
        message: String,
    },
}

impl ReadError {
    /// Damaged, place unknown.
    pub fn broken(message: impl Into<String>) -> ReadError {
        ReadError::Broken { message: message.into(), offset: None }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Broken { message, offset: Some(offset) } => write!(f, "{message} (byte {offset})"),
            ReadError::Broken { message, offset: None } | ReadError::Newer { message } => {
                f.write_str(message)
            }
        }
    }
}

impl std::error::Error for ReadError {}
