//! Layout of a chart in a picture of a given size: title, legend, axes, notes and the area for the data. All text is
//! measured with the table of the scene crate, so that nothing overlaps on any painter.

use makespan_scene::{Anchor, Face, Rect, Role, Weight, fit, fit_middle, width};

use super::axis::Scale;
use super::flags::flags;
use super::plot::{Plot, Shape};

/// Padding at the sides of the picture, px.
const PAD: f32 = 8.0;
const TITLE: f32 = 13.0;
/// Size of all other text, px.
pub(crate) const SMALL: f32 = 11.0;
const LINE: f32 = 15.0;
/// Maximum number of lines of the legend, and of the notes.
const MOST_LINES: usize = 4;

/// A line of text; `y` is its middle.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Label {
    pub x: f32,
    pub y: f32,
    pub size: f32,
    pub bold: bool,
    pub role: Role,
    pub anchor: Anchor,
    pub text: String,
}

/// An entry of the legend.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Patch {
    pub rect: Rect,
    pub role: Role,
    pub shape: Option<Shape>,
}

/// The layout of a chart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Frame {
    /// The area for the data.
    pub inner: Rect,
    pub labels: Vec<Label>,
    pub patches: Vec<Patch>,
    /// Values with a grid line.
    pub x_grid: Vec<f64>,
    pub y_grid: Vec<f64>,
    /// For each rule, the y at which it begins above the data.
    pub rule_tops: Vec<f32>,
    /// For each rule, the box of its label, which no other rule may cross.
    pub rule_words: Vec<Rect>,
    /// Position of the legend of a dense chart.
    pub density_legend: Rect,
    sideways: bool,
}

pub(crate) fn wide(text: &str, size: f32) -> f32 {
    width(text, size, Weight::Regular, Face::Sans)
}

fn small(x: f32, y: f32, anchor: Anchor, text: impl Into<String>) -> Label {
    Label { x, y, size: SMALL, bold: false, role: Role::TextMuted, anchor, text: text.into() }
}

/// Breaks a text into lines of at most `room` pixels; text after the last line is cut.
pub(crate) fn wrapped(text: &str, room: f32, size: f32, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let last = lines.len();
        let Some(line) = lines.last_mut() else { break };
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if wide(&joined, size) <= room || line.is_empty() {
            *line = fit(&joined, room, size, Weight::Regular, Face::Sans).into_owned();
        } else if last < most {
            lines.push(fit(word, room, size, Weight::Regular, Face::Sans).into_owned());
        } else {
            let rest = format!("{joined} {}", words.by_ref().collect::<Vec<_>>().join(" "));
            *line = fit(&rest, room, size, Weight::Regular, Face::Sans).into_owned();
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

impl Frame {
    /// Computes the layout of `plot` in a picture of this size. If there is too little room, the data keep a strip.
    pub(super) fn new(plot: &Plot, w: f32, h: f32) -> Frame {
        let (w, h) = (w.max(60.0), h.max(60.0));
        let mut frame = Frame {
            inner: Rect::default(),
            labels: Vec::new(),
            patches: Vec::new(),
            x_grid: Vec::new(),
            y_grid: Vec::new(),
            rule_tops: Vec::new(),
            rule_words: Vec::new(),
            density_legend: Rect::default(),
            sideways: plot.is_sideways(),
        };
        let mut top = PAD;
        if plot.headed {
            let text = fit(&plot.title, w - 2.0 * PAD, TITLE, Weight::Bold, Face::Sans);
            let title = small(PAD, top + 8.0, Anchor::Start, text);
            frame.labels.push(Label { size: TITLE, bold: true, role: Role::Text, ..title });
            top += 22.0;
        }
        top += frame.legend(plot, w, top);
        if plot.is_dense() {
            frame.density_legend = Rect::new(PAD, top, w - 2.0 * PAD, LINE);
            top += LINE + 3.0;
        }
        let under = frame.notes(plot, w, h);
        let x_label = if plot.x.label.is_empty() { 0.0 } else { LINE };
        let bottom = (h - under - x_label - LINE - 3.0).max(top + 24.0);
        if !plot.y.label.is_empty() {
            let text = fit(&plot.y.label, w - 2.0 * PAD, SMALL, Weight::Regular, Face::Sans);
            frame.labels.push(small(PAD, top + 6.0, Anchor::Start, text));
            top += LINE;
        }
        // The labels of rules need the width, which depends on the labels of the other axis, which depend on the
        // height.
        let left = frame.gutter(plot, w, bottom - top);
        let right = (w - PAD - 6.0).max(left + 20.0);
        top += frame.rules(plot, (left, right), top);
        let top = (top + 5.0).min(bottom - 20.0);
        frame.inner = Rect::new(left, top, right - left, bottom - top);
        frame.down(plot);
        frame.across(plot, w);
        frame
    }

    /// Returns the height that a chart needs at a width.
    pub(super) fn natural_height(plot: &Plot, w: f32) -> f32 {
        let data = match plot.y.names() {
            Some(names) => {
                let in_each = plot.bars.len().div_ceil(names.len().max(1)).max(1);
                names.len() as f32 * (in_each as f32 * 11.0 + 7.0).max(18.0)
            }
            None => (w * 0.3).clamp(140.0, 280.0),
        };
        let probe = Frame::new(plot, w, 10_000.0);
        (10_000.0 - probe.inner.h + data).ceil()
    }

    /// Returns the x of a value, px.
    pub(super) fn x(&self, plot: &Plot, value: f64) -> f32 {
        self.inner.x + plot.x.place(value) as f32 * self.inner.w
    }

    /// Returns the y of a value, px: numbers go up, names go down.
    pub(super) fn y(&self, plot: &Plot, value: f64) -> f32 {
        let place = plot.y.place(value) as f32;
        let up = if self.sideways { 1.0 - place } else { place };
        self.inner.bottom() - up * self.inner.h
    }

    /// Returns the box of a bar, px.
    pub(super) fn bar(&self, plot: &Plot, x: (f64, f64), y: (f64, f64)) -> Rect {
        let ((xa, xb), (ya, yb)) =
            ((self.x(plot, x.0), self.x(plot, x.1)), (self.y(plot, y.0), self.y(plot, y.1)));
        Rect::new(xa.min(xb), ya.min(yb), (xb - xa).abs(), (yb - ya).abs())
    }

    /// Places the legend below `top`. Returns its height.
    fn legend(&mut self, plot: &Plot, w: f32, top: f32) -> f32 {
        let (mut x, mut line) = (PAD, 0);
        for (i, key) in plot.legend.iter().enumerate() {
            let text = fit(&key.text, w - 2.0 * PAD - 18.0, SMALL, Weight::Regular, Face::Sans);
            let needs = 15.0 + wide(&text, SMALL);
            if x > PAD && x + needs > w - PAD {
                (x, line) = (PAD, line + 1);
            }
            // The last line keeps room for the number of further entries.
            let more = format!("and {} more", plot.legend.len() - i);
            let last = i + 1 == plot.legend.len();
            if line + 1 == MOST_LINES && !last && x + needs + 14.0 + wide(&more, SMALL) > w - PAD {
                self.labels.push(small(x, top + line as f32 * LINE + 6.0, Anchor::Start, more));
                break;
            }
            let y = top + line as f32 * LINE;
            let rect = Rect::new(x, y + 1.0, 10.0, 10.0);
            self.patches.push(Patch { rect, role: key.role, shape: key.shape });
            self.labels.push(small(x + 15.0, y + 6.0, Anchor::Start, text));
            x += needs + 14.0;
        }
        if plot.legend.is_empty() { 0.0 } else { (line + 1) as f32 * LINE + 3.0 }
    }

    /// Places the notes at the bottom of the picture. Returns their height.
    fn notes(&mut self, plot: &Plot, w: f32, h: f32) -> f32 {
        let lines: Vec<String> =
            plot.notes.iter().flat_map(|note| wrapped(note, w - 2.0 * PAD, SMALL, MOST_LINES)).collect();
        let lines = &lines[..lines.len().min(2 * MOST_LINES)];
        let under = lines.len() as f32 * 14.0 + PAD;
        for (i, line) in lines.iter().enumerate() {
            self.labels.push(small(PAD, h - under + i as f32 * 14.0 + 9.0, Anchor::Start, line.as_str()));
        }
        under + if lines.is_empty() { 0.0 } else { 2.0 }
    }

    /// Returns the width of the labels to the left of the data.
    fn gutter(&self, plot: &Plot, w: f32, height: f32) -> f32 {
        let marks = plot.y.marks(height.max(20.0), 34.0);
        let widest = marks.iter().map(|(_, text)| wide(text, SMALL)).fold(0.0, f32::max);
        let most = if self.sideways { (w * 0.36).min(260.0) } else { w * 0.4 };
        (PAD + widest + 6.0).clamp(PAD + 12.0, most)
    }

    /// Places the labels of rules above the data, in as many rows as they need. Returns their height.
    fn rules(&mut self, plot: &Plot, (left, right): (f32, f32), top: f32) -> f32 {
        let poles: Vec<(f32, f32)> = plot
            .rules
            .iter()
            .map(|r| (left + plot.x.place(r.x) as f32 * (right - left), wide(&r.label, SMALL) + 8.0))
            .collect();
        let flags = flags(&poles, right + 6.0);
        for (rule, flag) in plot.rules.iter().zip(&flags) {
            let y = top + flag.line as f32 * 14.0 + 7.0;
            let (x, anchor) = if flag.leftwards {
                (flag.span.1 - 4.0, Anchor::End)
            } else {
                (flag.span.0 + 4.0, Anchor::Start)
            };
            // A label that is too long for either side is cut.
            let room = if flag.leftwards { x - PAD } else { right + 6.0 - x };
            let text = fit(&rule.label, room, SMALL, Weight::Regular, Face::Sans);
            let covered = wide(&text, SMALL);
            let from = if flag.leftwards { x - covered } else { x };
            self.rule_words.push(Rect::new(from - 1.0, y - 6.0, covered + 2.0, 12.0));
            self.labels.push(Label { role: rule.role, ..small(x, y, anchor, text) });
            self.rule_tops.push(y - 6.0);
        }
        flags.iter().map(|f| f.line + 1).max().unwrap_or(0) as f32 * 14.0
    }

    /// Places the labels of the left axis.
    fn down(&mut self, plot: &Plot) {
        let room = self.inner.x - PAD - 4.0;
        let mut above = f32::MIN;
        let mut marks = plot.y.marks(self.inner.h, 34.0);
        if !self.sideways {
            marks.reverse();
        }
        for (value, text) in marks {
            let y = self.y(plot, value);
            if !self.sideways {
                self.y_grid.push(value);
            }
            if y - above < 11.0 {
                continue;
            }
            above = y;
            let text = fit_middle(&text, room, SMALL, Weight::Regular, Face::Sans);
            self.labels.push(small(self.inner.x - 6.0, y, Anchor::End, text));
        }
    }

    /// Places the labels and the title of the bottom axis.
    fn across(&mut self, plot: &Plot, w: f32) {
        let y = self.inner.bottom() + 10.0;
        let mut taken = f32::MIN;
        let gap = if matches!(plot.x.scale, Scale::Moment { .. }) { 70.0 } else { 56.0 };
        for (value, text) in plot.x.marks(self.inner.w, gap) {
            let half = wide(&text, SMALL) / 2.0;
            let line = self.x(plot, value);
            let x = line.clamp(half + 2.0, (w - half - 2.0).max(half + 2.0));
            // Labels far from their line would be misleading.
            if x - half < taken + 8.0 || (x - line).abs() > half {
                continue;
            }
            taken = x + half;
            self.x_grid.push(value);
            self.labels.push(small(x, y, Anchor::Middle, text));
        }
        if !plot.x.label.is_empty() {
            let text = fit(&plot.x.label, w - 2.0 * PAD, SMALL, Weight::Regular, Face::Sans);
            self.labels.push(small(self.inner.right(), y + LINE, Anchor::End, text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_and_cut() {
        assert_eq!(wrapped("one two three", 1_000.0, 11.0, 4), ["one two three"]);
        let lines = wrapped("one two three four five six seven", 60.0, 11.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'), "{lines:?}");
        assert!(lines.iter().all(|line| wide(line, 11.0) <= 60.0));
        assert!(wrapped("", 60.0, 11.0, 2).is_empty());
    }
}
