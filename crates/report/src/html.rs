//! Writes HTML so that nothing foreign can be markup: tags and attribute names are literals of this crate, everything
//! else goes through [`crate::escape`].

use makespan_format::clip_chars;
use makespan_scene::{Scene, SvgOptions, Theme, svg_with};

use crate::escape;

/// How many characters of a name or value are shown; the whole stands in the data.
const SHOWN: usize = 200;

/// An attribute: a literal name and a foreign value.
pub(crate) type Attribute<'a> = (&'static str, &'a str);

/// HTML as it is written.
#[derive(Default)]
pub(crate) struct Html {
    out: String,
}

impl Html {
    /// `<tag …>`.
    pub(crate) fn open(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) -> &mut Html {
        self.out.push('<');
        self.out.push_str(tag);
        for (name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            escape::attribute(value, &mut self.out);
            self.out.push('"');
        }
        self.out.push('>');
        self
    }

    /// `</tag>` and a line break, which costs a byte and makes the file readable.
    pub(crate) fn close(&mut self, tag: &'static str) -> &mut Html {
        self.out.push_str("</");
        self.out.push_str(tag);
        self.out.push_str(">\n");
        self
    }

    /// Words of ours or foreign ones, on one line.
    pub(crate) fn text(&mut self, text: &str) -> &mut Html {
        escape::text(text, &mut self.out);
        self
    }

    /// A foreign name: kept from turning the text around it, cut to a readable length.
    pub(crate) fn name(&mut self, name: &str) -> &mut Html {
        self.out.push_str("<bdi>");
        escape::text(&clipped(name, SHOWN), &mut self.out);
        self.out.push_str("</bdi>");
        self
    }

    /// A foreign text of several lines; for `pre`.
    pub(crate) fn lines(&mut self, text: &str) -> &mut Html {
        escape::lines(text, &mut self.out);
        self
    }

    /// An element without attributes that holds our own words.
    pub(crate) fn element(&mut self, tag: &'static str, text: &str) -> &mut Html {
        self.open(tag, &[]).text(text).close(tag)
    }

    /// Opens a row with its heading.
    pub(crate) fn heading_cell(&mut self, heading: &str) -> &mut Html {
        self.open("tr", &[]).open("th", &[("scope", "row")]).text(heading).close("th")
    }

    /// Closes a table with its body.
    pub(crate) fn end_table(&mut self) -> &mut Html {
        self.close("tbody").close("table")
    }

    /// A cell with a foreign name. The end tags of cells and rows may be left out (HTML, 13.1.2.4), and in tables of a
    /// thousand rows they are.
    pub(crate) fn name_cell(&mut self, name: &str) -> &mut Html {
        self.out.push_str("<td>");
        if name.is_empty() { self } else { self.name(name) }
    }

    /// A cell with our own words.
    pub(crate) fn cell(&mut self, text: &str) -> &mut Html {
        self.out.push_str("<td>");
        self.text(text)
    }

    /// A cell with a number.
    pub(crate) fn number_cell(&mut self, text: &str) -> &mut Html {
        self.out.push_str("<td class=n>");
        self.text(text)
    }

    /// Starts a row that the next one ends.
    pub(crate) fn row(&mut self) -> &mut Html {
        self.out.push_str("\n<tr>");
        self
    }

    /// A picture. What the SVG painter writes is well-formed, and its text is escaped there.
    pub(crate) fn picture(&mut self, scene: &Scene, id_prefix: &str) -> &mut Html {
        let svg = svg_with(scene, &Theme::light(), SvgOptions { id_prefix, css_roles: true });
        self.out.push_str(&svg);
        self
    }

    /// Markup that this crate made and vouches for: a style sheet, base64, a script that was checked.
    pub(crate) fn vouched(&mut self, markup: &str) -> &mut Html {
        self.out.push_str(markup);
        self
    }

    /// How much was written, bytes.
    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    /// What was written.
    pub(crate) fn finish(self) -> String {
        self.out
    }
}

/// The first `most` characters, and how many there are where that is not all.
pub(crate) fn clipped(text: &str, most: usize) -> String {
    let kept = clip_chars(text, most);
    if kept.len() == text.len() {
        return text.to_owned();
    }
    format!("{kept}… ({} characters)", text.chars().count())
}
