//! (being written)
mod redact;
mod policy;
mod payload;
pub mod escape;
mod html;
pub use redact::{MARK, Redacted, Redactor};
#[derive(Debug)] pub enum ReportError { Compress(std::io::Error), NotInline{what:&'static str, found:&'static str} }
