//! Reasons to stop reading.

use std::borrow::Cow;

use super::cells::Full;

/// The reason why the cells of a column cannot be read.
pub(super) enum Stop {
    /// The file expands to more than the limit.
    Full,
    /// The data is damaged or unsupported.
    Damaged(Cow<'static, str>),
}

impl From<Full> for Stop {
    fn from(_: Full) -> Stop {
        Stop::Full
    }
}

impl From<String> for Stop {
    fn from(why: String) -> Stop {
        Stop::Damaged(why.into())
    }
}

impl From<&'static str> for Stop {
    fn from(why: &'static str) -> Stop {
        Stop::Damaged(why.into())
    }
}
