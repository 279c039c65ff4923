//! How a verb ends.

/// What a verb answers: nothing, or the sentence that says why it stopped.
pub(crate) type Outcome<T = ()> = Result<T, String>;
