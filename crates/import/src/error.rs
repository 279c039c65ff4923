//! Reasons why nothing in a file could be read.

use std::fmt;

/// The reason why nothing could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// The file has this format, but is damaged.
    Broken {
        /// The problem, for people.
        message: String,
        /// Offset in the file in bytes, if known.
        offset: Option<u64>,
    },
    /// The file has this format in a version that this program does not support.
    Newer {
        /// The version found and the supported ones, for people.
        message: String,
    },
}

impl ReadError {
    /// Returns the error of damage at an unknown place.
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
