//! Why reading ends early.

use std::borrow::Cow;

use super::cells::Full;

/// Why the cells of a column cannot be read.
pub(super) enum Stop {
    /// More would come out of the file than may.
    Full,
    /// What is wrong with it.
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
