//! Access to the browser, in the vocabulary of the app. Every access that can be refused is guarded.

pub(crate) mod boot;
pub(crate) mod clock;
pub(crate) mod dom;
pub(crate) mod embed;
pub(crate) mod export;
pub(crate) mod files;
pub(crate) mod frame;
pub(crate) mod kept;
pub(crate) mod prefs;
pub(crate) mod random;
