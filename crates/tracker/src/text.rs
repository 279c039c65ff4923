//! Names that are cheap to copy: most are literals.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// A name: of a task, a step, a metric, a unit.
///
/// A literal costs nothing, a `String` one allocation; copies share it.
#[derive(Clone)]
pub struct Text(Repr);

#[derive(Clone)]
enum Repr {
    Static(&'static str),
    Shared(Arc<str>),
}

impl Text {
    /// The text itself.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Static(text) => text,
            Repr::Shared(text) => text,
        }
    }

    /// Returns the number of bytes that it holds besides its own.
    pub(crate) fn weight(&self) -> usize {
        match &self.0 {
            Repr::Static(_) => 0,
            Repr::Shared(text) => text.len() + 16,
        }
    }
}

impl Default for Text {
    fn default() -> Text {
        Text(Repr::Static(""))
    }
}

impl From<&'static str> for Text {
    #[inline]
    fn from(text: &'static str) -> Text {
        Text(Repr::Static(text))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text(Repr::Shared(text.into()))
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Text {
        Text::from(text.clone())
    }
}

impl From<Cow<'static, str>> for Text {
    fn from(text: Cow<'static, str>) -> Text {
        match text {
            Cow::Borrowed(text) => Text::from(text),
            Cow::Owned(text) => Text::from(text),
        }
    }
}

impl From<&Text> for Text {
    fn from(text: &Text) -> Text {
        text.clone()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_derived_from_its_parts() {
        let owned = Text::from(String::from("align"));
        assert_eq!((owned.as_str(), owned.clone().as_str()), ("align", "align"));
        assert_eq!((Text::from("fetch").weight(), owned.weight() > 0), (0, true));
    }
}
