//! Results of verbs.

/// The result of a verb: nothing, or a sentence with the reason of the failure.
pub(crate) type Outcome<T = ()> = Result<T, String>;
