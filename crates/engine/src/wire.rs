//! The binary form of questions and answers: one byte of version, then the value as
//! [postcard](https://postcard.jamesmunns.com/wire-format) writes it.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The version of the messages. It changes whenever a question or an answer changes its fields.
pub const VERSION: u8 = 9;

/// Why a message could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// It is of another version than this program.
    #[error(
        "the message has version {0}, this program reads version {VERSION}; use the same release on both sides"
    )]
    Version(u8),
    /// It is empty, cut off or damaged.
    #[error("the message is damaged")]
    Damaged,
}

/// Writes a question, an answer, or another value of this crate.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    // Only a value that refuses to be serialised could fail, and none of ours does; what would come of it is refused
    // as damaged on the other side.
    postcard::to_extend(value, vec![VERSION]).unwrap_or_default()
}

/// Reads it back.
///
/// # Errors
///
/// When the message is of another version, or damaged.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, WireError> {
    match bytes.split_first() {
        Some((&VERSION, rest)) => postcard::from_bytes(rest).map_err(|_| WireError::Damaged),
        Some((&other, _)) => Err(WireError::Version(other)),
        None => Err(WireError::Damaged),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Question;
    use makespan_views::ViewState;

    #[test]
    fn a_damaged_message_is_refused() {
        let question = Question::Picture { view: ViewState::default(), size: (1.0, 2.0) };
        let bytes = encode(&question);
        assert_eq!(decode::<Question>(&bytes), Ok(question));
        for cut in 0..bytes.len() {
            assert_eq!(decode::<Question>(&bytes[..cut]), Err(WireError::Damaged));
        }
        let mut other = bytes;
        other[0] = VERSION + 1;
        assert_eq!(decode::<Question>(&other), Err(WireError::Version(VERSION + 1)));
    }
}
