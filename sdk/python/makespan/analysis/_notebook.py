"""Runs in a notebook: a page in a frame without permissions."""

from __future__ import annotations

import html

from .._program import ProgramError

#: Bytes of a picture that a notebook is given; a larger one would make the notebook itself slow to open.
LARGEST_PICTURE = 2 << 20
#: Rows of a table.
MOST_ROWS = 100

_STYLE = """
body{margin:8px;font:13px system-ui,sans-serif;background:%(ground)s;color:%(ink)s}
table{border-collapse:collapse;margin:0 0 8px}
th,td{text-align:left;padding:2px 12px 2px 0;vertical-align:top;font-weight:normal}
th{color:%(soft)s}
.n{text-align:right;font-variant-numeric:tabular-nums}
.p{overflow:auto}
p{margin:4px 0}
"""
_LIGHT = {"ground": "#ffffff", "ink": "#1a1a1a", "soft": "#5a5a5a"}
_DARK = {"ground": "#14171c", "ink": "#e8e8e8", "soft": "#a8a8a8"}


class Picture:
    """A picture of a run with its main figures, which a notebook shows as the value of a cell."""

    def __init__(self, run, view="timeline", theme="light", height=None):
        self.run, self.view, self.theme, self.height = run, view, theme, height

    def _repr_html_(self):
        run = self.run
        facts = [("Status", run.status or "unknown"), ("Makespan", _length(run.makespan_ns)), ("Work", _length(run.work_ns)),
                 ("Tasks", "%s%s" % (run.task_count, _failed(run))), ("Critical path", _length(run.critical_path_ns)),
                 ("Started", run.started.strftime("%Y-%m-%d %H:%M:%S UTC") if run.started is not None else "unknown")]
        head = "<table><tr>%s</tr><tr>%s</tr></table>" % (
            "".join("<th>%s</th>" % name for name, _ in facts), "".join("<td>%s</td>" % html.escape(str(v)) for _, v in facts))
        try:
            svg = run.svg(self.view, self.theme)
            picture, tall = "<div class=p>%s</div>" % svg, _height(svg)
            if len(svg) > LARGEST_PICTURE:
                picture, tall = "<p>The picture has %.1f MB, too much for a notebook. Write it to a file with <code>run.export" \
                    "(\"svg\", path)</code>, or use <code>run.report(path)</code>.</p>" % (len(svg) / 1e6), 60
        except ProgramError as error:
            # The figures are there already, and a traceback instead of them would help nobody.
            picture, tall = "<p>No picture: %s</p>" % html.escape(str(error)), 60
        body = "<p><b>%s</b></p>%s%s" % (html.escape(run.name or ""), head, picture)
        return framed(body, self.height or min(600, 110 + tall), self.theme.endswith("dark"))


def of_runs(runs):
    """Returns a table of runs."""
    rows = [[run.name, run.status or "unknown", run.started.strftime("%Y-%m-%d %H:%M:%S") if run.started else "",
             _length(run.makespan_ns), run.task_count, run.statuses.get("failed") if run.statuses else None] for run in runs[:MOST_ROWS]]
    body = _table(["Run", "Status", "Started (UTC)", "Makespan", "Tasks", "Failed"], rows, len(runs))
    return framed(body, min(500, 60 + 22 * len(rows)))


def of_comparison(comparison):
    """Returns the result of a comparison as a table."""
    names = ", ".join(html.escape(run.name or run.id or "") for run in comparison.runs[:8])
    if comparison.comparison == "pair":
        title = "Difference of the makespans: %s" % _length(comparison.makespan_delta_ns, signed=True)
        rows = [[part.task or "", part.part, _length(part.delta_ns, signed=True)] for part in comparison.explained[:MOST_ROWS]]
        body = _table(["Task", "Part", "Difference"], rows, len(comparison.explained))
    elif comparison.verdicts is not None:
        title = "Makespan: %s" % comparison.verdicts.makespan.verdict
        tasks = comparison.verdicts.tasks
        body = _table(["Task", "Verdict", "Shift (%s)" % comparison.unit], [[t.name, t.verdict, t.shift] for t in tasks[:MOST_ROWS]], len(tasks))
    else:
        trend = comparison.trends.makespan if comparison.trends is not None else None
        levels = (trend.levels or []) if trend is not None else []
        title = "Makespan: %d level%s" % (len(levels), "" if len(levels) == 1 else "s")
        rows = [[level.get("first"), level.get("last"), _length(level.get("median"))] for level in levels]
        body = _table(["First run", "Last run", "Median"], rows, len(rows))
    fair = "" if comparison.comparable is not False else "<p>The runs are not comparable: %s.</p>" % html.escape(
        ", ".join(sorted({note.code for note in comparison.notes if note.forbids})))
    return framed("<p><b>%s</b></p><p>%s</p>%s%s" % (html.escape(title), names, fair, body), min(500, 120 + 20 * body.count("<tr>")))


def framed(body, height, dark=False):
    """Puts a page into a frame without scripts, forms, links or network access, because names in a run are foreign text."""
    page = ('<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            'style-src \'unsafe-inline\'; img-src data:"><style>%s</style>%s' % (_STYLE % (_DARK if dark else _LIGHT), body))
    return ('<iframe sandbox="" referrerpolicy="no-referrer" style="width:100%%;height:%dpx;border:1px solid #8884" '
            'srcdoc="%s"></iframe>' % (height, html.escape(page, quote=True)))


def _table(names, rows, of):
    def cell(value):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        text = "" if value is None else "%.6g" % value if isinstance(value, float) else str(value)
        return "<td%s>%s</td>" % (" class=n" if number else "", html.escape(text))
    left = "" if of <= len(rows) else "<p>%d more</p>" % (of - len(rows))
    return "<table><tr>%s</tr>%s</table>%s" % (
        "".join("<th>%s</th>" % html.escape(name) for name in names),
        "".join("<tr>%s</tr>" % "".join(map(cell, row)) for row in rows), left)


def _failed(run):
    failed = (run.statuses or {}).get("failed")
    return " (%d failed)" % failed if failed else ""


def _height(svg):
    found = svg[:600].partition(' height="')[2].partition('"')[0]
    try:
        return int(float(found)) + 20
    except ValueError:
        return 400


def _length(ns, signed=False):
    """Returns a length of time for people, with three digits."""
    if ns is None:
        return "unknown"
    sign, ns = "-" if ns < 0 else "+" if signed and ns > 0 else "", abs(ns)
    for unit, size in (("h", 3600e9), ("min", 60e9), ("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if ns >= size:
            return "%s%.3g %s" % (sign, ns / size, unit)
    return "%s%d ns" % (sign, ns)
