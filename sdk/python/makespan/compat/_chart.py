"""Small charts as SVG: bars, a heat map, a radar. Values come from the program; only the drawing is done here.

Same values, same bytes. Names are foreign text and are escaped. At most :data:`MOST` rows are drawn; the chart states how many
are left out.
"""

from __future__ import annotations

import math
from html import escape

#: Rows of a chart.
MOST = 80
_LABEL, _BAR, _ROW = 210, 420, 20
#: Distinguishable for people who see colours differently (Okabe and Ito 2008).
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a7a00", "#555555")
_INK, _SOFT, _GRID, _NONE = "#1a1a1a", "#5a5a5a", "#d8d8d8", "#f0f0f0"


def number(value, unit=""):
    """Returns a value with three digits and its unit, for people."""
    if value is None:
        return "not collected"
    if unit == "B":
        for name, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
            if abs(value) >= size:
                return "%.3g %s" % (value / size, name)
    text = "%d" % value if value == int(value) and abs(value) < 1e6 else "%.3g" % value
    return "%s %s" % (text, unit) if unit else text


class Panel:
    """Horizontal bars: a row per name, a bar per series, which is a label and a value or ``None`` per name."""

    def __init__(self, title, names, series, unit=""):
        self.title, self.unit = title, unit
        self.names, self.series = list(names), [(label, list(values)) for label, values in series]


def bars(title, panels):
    """Returns a chart of panels, one below the other."""
    drawn, y = [], 52
    for panel in panels:
        y = _panel(drawn, panel, y) + 24
    return _svg(title, _LABEL + _BAR + 150, y, drawn)


def _panel(drawn, panel, y):
    drawn.append(_text(12, y, panel.title, weight="bold"))
    if len(panel.series) > 1:
        x = _LABEL
        for index, (label, _) in enumerate(panel.series):
            drawn.append('<rect x="%d" y="%d" width="10" height="10" fill="%s"/>' % (x, y - 9, _colour(index)))
            drawn.append(_text(x + 15, y, label, colour=_SOFT))
            x += 24 + 7 * len(label)
    y += 10
    known = [value for _, values in panel.series for value in values if value is not None]
    if not known:
        drawn.append(_text(_LABEL, y + 14, "Not collected" if panel.names else "No tasks", colour=_SOFT))
        return y + _ROW
    largest, smallest = max(known + [0]), min(known + [0])
    span = (largest - smallest) or 1
    zero = _LABEL + _BAR * (0 - smallest) / span
    height = max(4, 14 // len(panel.series))
    row = max(_ROW, height * len(panel.series) + 6)
    for index, name in enumerate(panel.names[:MOST]):
        drawn.append(_text(_LABEL - 8, y + row / 2 + 4, name, anchor="end"))
        for place, (label, values) in enumerate(panel.series):
            value, top = values[index], y + 3 + place * height
            shown = number(value, panel.unit)
            if value:
                x = min(zero, zero + _BAR * value / span)
                drawn.append('<rect x="%.2f" y="%.2f" width="%.2f" height="%d" fill="%s"><title>%s</title></rect>' % (
                    x, top, max(abs(_BAR * value / span), 0.5), height - 1, _colour(place), _plain("%s: %s %s" % (name, label, shown))))
            if len(panel.series) == 1:
                end = zero + max(0, _BAR * (value or 0) / span)
                drawn.append(_text(end + 6, y + row / 2 + 4, shown, colour=_SOFT))
        if len(panel.series) > 1:
            values = " / ".join(number(values[index], panel.unit) for _, values in panel.series)
            drawn.append(_text(_LABEL + _BAR + 6, y + row / 2 + 4, values, colour=_SOFT, most=24))
        y += row
    return _left_out(drawn, len(panel.names), y)


def heatmap(title, names, columns, values):
    """Returns a matrix with a row per name. Each column, a name with its unit, has a scale of its own; ``None`` is hatched."""
    drawn, y, width = [], 64, 110
    for place, (label, _) in enumerate(columns):
        drawn.append(_text(_LABEL + place * width + width / 2, y - 8, label, anchor="middle", colour=_SOFT, most=16))
    spans = []
    for place in range(len(columns)):
        known = [row[place] for row in values if row[place] is not None]
        spans.append((min(known), max(known)) if known else (0, 0))
    for name, row in list(zip(names, values))[:MOST]:
        drawn.append(_text(_LABEL - 8, y + 15, name, anchor="end"))
        for place, value in enumerate(row):
            low, high = spans[place]
            part = None if value is None else 0.0 if high == low else (value - low) / (high - low)
            fill = _NONE if part is None else _shade(part)
            shown = number(value, columns[place][1])
            drawn.append('<rect x="%d" y="%d" width="%d" height="21" fill="%s"><title>%s</title></rect>' % (
                _LABEL + place * width, y, width - 1, fill, _plain("%s: %s %s" % (name, columns[place][0], shown))))
            drawn.append(_text(_LABEL + place * width + width / 2, y + 15, "–" if value is None else shown, anchor="middle",
                               colour="#ffffff" if part is not None and part > 0.55 else _INK))
        y += 22
    y = _left_out(drawn, len(names), y)
    drawn.append(_text(12, y + 20, "Each column has its own scale, from its smallest to its largest value. –: not collected", colour=_SOFT, most=200))
    return _svg(title, _LABEL + width * len(columns) + 12, y + 32, drawn)


def radar(title, axes, series):
    """Returns a radar. ``axes`` are names with units; ``series`` a label and a value per axis. Each axis goes from 0 to the
    largest value on it. Unknown values have no point.
    """
    drawn, middle, radius = [], (300, 250), 160
    largest = [max([values[place] for _, values in series if values[place] is not None] + [0]) for place in range(len(axes))]
    corners = [(math.sin(2 * math.pi * place / len(axes)), -math.cos(2 * math.pi * place / len(axes))) for place in range(len(axes))]
    for part in (0.25, 0.5, 0.75, 1):
        drawn.append('<polygon fill="none" stroke="%s" points="%s"/>' % (_GRID, _points(middle, [(x * radius * part, y * radius * part) for x, y in corners])))
    for place, (x, y) in enumerate(corners):
        drawn.append('<line x1="%d" y1="%d" x2="%.2f" y2="%.2f" stroke="%s"/>' % (*middle, middle[0] + x * radius, middle[1] + y * radius, _GRID))
        anchor = "middle" if abs(x) < 0.1 else "start" if x > 0 else "end"
        label = "%s (%s)" % (axes[place][0], number(largest[place], axes[place][1]) if any(
            values[place] is not None for _, values in series) else "not collected")
        drawn.append(_text(middle[0] + x * (radius + 14), middle[1] + y * (radius + 18) + 4, label, anchor=anchor, colour=_SOFT))
    for index, (label, values) in enumerate(series[:len(_COLOURS)]):
        parts = [None if value is None else value / largest[place] if largest[place] else 0 for place, value in enumerate(values)]
        points = [(x * radius * part, y * radius * part) for (x, y), part in zip(corners, parts) if part is not None]
        if points:
            drawn.append('<polygon fill="%s" fill-opacity="0.12" stroke="%s" stroke-width="2" points="%s"><title>%s</title></polygon>' % (
                _colour(index), _colour(index), _points(middle, points), _plain(label)))
        drawn.append('<rect x="560" y="%d" width="10" height="10" fill="%s"/>' % (60 + 20 * index, _colour(index)))
        drawn.append(_text(576, 69 + 20 * index, label))
    if len(series) > len(_COLOURS):
        drawn.append(_text(560, 69 + 20 * len(_COLOURS), "%d more not shown" % (len(series) - len(_COLOURS)), colour=_SOFT))
    return _svg(title, 790, 470, drawn)


def _points(middle, points):
    return " ".join("%.2f,%.2f" % (middle[0] + x, middle[1] + y) for x, y in points)


def _left_out(drawn, count, y):
    if count > MOST:
        drawn.append(_text(_LABEL, y + 14, "%d more tasks are not shown" % (count - MOST), colour=_SOFT))
        y += _ROW
    return y


def _colour(index):
    return _COLOURS[index % len(_COLOURS)]


def _shade(part):
    """Returns a colour from light to dark blue; only the lightness encodes the value."""
    return "#%02x%02x%02x" % tuple(round(a + (b - a) * part) for a, b in zip((0xe8, 0xf1, 0xfa), (0x08, 0x30, 0x6b)))


def _text(x, y, text, anchor="start", colour=_INK, weight="normal", most=30):
    text = str(text)
    clipped = text if len(text) <= most else text[:most - 1] + "…"
    whole = "<title>%s</title>" % _plain(text) if clipped is not text else ""
    return '<text x="%.2f" y="%.2f" text-anchor="%s" fill="%s" font-weight="%s">%s%s</text>' % (
        x, y, anchor, colour, weight, whole, _plain(clipped))


def _plain(text):
    """Returns text that is valid in XML, without characters that hide or change other text."""
    return escape("".join(c if c.isprintable() else "\ufffd" for c in str(text)[:1000]))


def _svg(title, width, height, drawn):
    return ('<svg xmlns="http://www.w3.org/2000/svg" role="img" width="%d" height="%d" viewBox="0 0 %d %d" font-size="12" '
            'font-family="system-ui, sans-serif">\n<title>%s</title>\n<rect width="%d" height="%d" fill="#ffffff"/>\n%s\n%s\n</svg>\n' % (
                width, height, width, height, _plain(title), width, height,
                _text(12, 22, title, weight="bold", most=100), "\n".join(drawn)))
