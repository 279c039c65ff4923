//! Writes HTML so that foreign text never becomes markup: tags and attribute names are literals of this crate, everything
//! else goes through [`crate::escape`].

use makespan_format::clip_chars;
use makespan_scene::{Scene, SvgOptions, Theme, svg_with};

use crate::escape;

/// Maximum number of characters shown of a name or value; the data contains all of it.
const SHOWN: usize = 200;

/// Maximum length of a text in a cell that stays on one line, in characters.
const WHOLE: usize = 20;

/// An attribute: a literal name and a foreign value.
pub(crate) type Attribute<'a> = (&'static str, &'a str);

/// HTML while it is written.
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

    /// Writes words of this program or foreign ones, on one line.
    pub(crate) fn text(&mut self, text: &str) -> &mut Html {
        escape::text(text, &mut self.out);
        self
    }

    /// Writes a foreign name: isolated so that it cannot reorder the text around it, and cut to a readable length.
    pub(crate) fn name(&mut self, name: &str) -> &mut Html {
        self.out.push_str("<bdi>");
        escape::text(&clipped(name, SHOWN), &mut self.out);
        self.out.push_str("</bdi>");
        self
    }

    /// Writes a foreign text of several lines, for `pre`.
    pub(crate) fn lines(&mut self, text: &str) -> &mut Html {
        escape::lines(text, &mut self.out);
        self
    }

    /// Writes an element without attributes that contains words of this program.
    pub(crate) fn element(&mut self, tag: &'static str, text: &str) -> &mut Html {
        self.open(tag, &[]).text(text).close(tag)
    }

    /// Opens a row and writes its heading.
    pub(crate) fn heading_cell(&mut self, heading: &str) -> &mut Html {
        self.open("tr", &[]).open("th", &[("scope", "row")]).text(heading).close("th")
    }

    /// Closes a table and its body.
    pub(crate) fn end_table(&mut self) -> &mut Html {
        self.close("tbody").close("table")
    }

    /// Writes a cell with a foreign name. The end tags of cells and rows may be omitted (HTML, 13.1.2.4), which saves space in
    /// tables with a thousand rows.
    pub(crate) fn name_cell(&mut self, name: &str) -> &mut Html {
        self.text_cell(name);
        if name.is_empty() { self } else { self.name(name) }
    }

    /// Opens a cell for a text. A long one may be broken anywhere, so that a name of 80 characters without a space leaves
    /// room for the other columns; a short one stays on one line.
    pub(crate) fn text_cell(&mut self, text: &str) -> &mut Html {
        self.out.push_str(if text.chars().nth(WHOLE).is_some() { "<td class=t>" } else { "<td>" });
        self
    }

    /// Writes a cell with words of this program.
    pub(crate) fn cell(&mut self, text: &str) -> &mut Html {
        self.text_cell(text).text(text)
    }

    /// Writes a cell with a number.
    pub(crate) fn number_cell(&mut self, text: &str) -> &mut Html {
        self.out.push_str("<td class=n>");
        self.text(text)
    }

    /// Opens a row, which the next row closes.
    pub(crate) fn row(&mut self) -> &mut Html {
        self.out.push_str("\n<tr>");
        self
    }

    /// Writes a picture. The SVG painter writes well-formed markup and escapes its text.
    pub(crate) fn picture(&mut self, scene: &Scene, id_prefix: &str) -> &mut Html {
        let svg = svg_with(scene, &Theme::light(), SvgOptions { id_prefix, css_roles: true });
        self.out.push_str(&svg);
        self
    }

    /// Writes markup that this crate made and that is known to be safe: a style sheet, base64, a checked script.
    pub(crate) fn vouched(&mut self, markup: &str) -> &mut Html {
        self.out.push_str(markup);
        self
    }

    /// Returns the number of bytes written.
    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    /// Returns what was written.
    pub(crate) fn finish(self) -> String {
        self.out
    }
}

/// Returns the first `most` characters, and the total number if there are more.
pub(crate) fn clipped(text: &str, most: usize) -> String {
    let kept = clip_chars(text, most);
    if kept.len() == text.len() {
        return text.to_owned();
    }
    format!("{kept}… ({} characters)", text.chars().count())
}
