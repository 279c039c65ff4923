"""Reads the subset of YAML that settings files use. Anything else raises an error with its line.

Supported are mappings and lists, by indentation and in the flow style (``{a: 1, b: [x, y]}``, also over several lines), plain
and quoted scalars, and comments. Anchors, tags, block scalars and multiple documents are rejected.
"""

from __future__ import annotations

import json
import re

#: How deep values may nest.
DEEPEST = 32


class YamlError(ValueError):
    """A file is not valid or uses unsupported YAML. The message has the line."""


def parse(text):
    """Returns a document as dicts, lists and scalars; ``None`` if it is empty."""
    lines = []
    pending = None
    for number, line in enumerate(text.replace("\ufeff", "").splitlines(), 1):
        bare = _without_comment(line).rstrip()
        if pending is not None:
            # A value in the flow style goes on until its brackets are closed.
            pending[2].append(bare.strip())
            pending[3] += _brackets(bare)
            if pending[3] <= 0:
                lines.append((pending[0], pending[1], " ".join(pending[2])))
                pending = None
            continue
        if not bare.strip() or (bare.strip() == "---" and not lines):
            continue
        if "\t" in bare[: len(bare) - len(bare.lstrip())]:
            raise YamlError("line %d: a tab indents; use spaces" % number)
        if bare.strip() in ("---", "..."):
            raise YamlError("line %d: a second document is not supported" % number)
        indent, bare = len(bare) - len(bare.lstrip()), bare.strip()
        if _open_brackets(bare) > 0:
            pending = [number, indent, [bare], _open_brackets(bare)]
        else:
            lines.append((number, indent, bare))
    if pending is not None:
        raise YamlError("line %d: a bracket is not closed" % pending[0])
    if not lines:
        return None
    value, rest = _block(lines, 0, lines[0][1], 0)
    if rest < len(lines):
        raise YamlError("line %d: unexpected indentation" % lines[rest][0])
    return value


def _block(lines, at, indent, depth):
    """Parses the mapping, list or scalar that begins at a line; returns it and the line behind it."""
    number, _, text = lines[at]
    if depth > DEEPEST:
        raise YamlError("line %d: values nest too deep" % number)
    if text == "-" or text.startswith("- "):
        return _list(lines, at, indent, depth)
    if _key(text) is None:
        return _value(text, number), at + 1
    found = {}
    while at < len(lines) and lines[at][1] == indent:
        number, _, text = lines[at]
        key = _key(text)
        if key is None:
            raise YamlError("line %d: expected 'name: value', found %r" % (number, text[:40]))
        name, rest = key
        if name in found:
            raise YamlError("line %d: %r is there twice" % (number, name))
        at += 1
        if rest:
            found[name] = _value(rest, number)
        elif at < len(lines) and (lines[at][1] > indent or lines[at][1] == indent and lines[at][2].startswith("-")):
            found[name], at = _block(lines, at, lines[at][1], depth + 1)
        else:
            found[name] = None
    return found, at


def _list(lines, at, indent, depth):
    items = []
    while at < len(lines) and lines[at][1] == indent and (lines[at][2] == "-" or lines[at][2].startswith("- ")):
        number, _, text = lines[at]
        inner = text[1:].strip()
        at += 1
        if not inner:
            if at < len(lines) and lines[at][1] > indent:
                value, at = _block(lines, at, lines[at][1], depth + 1)
            else:
                value = None
        elif _key(inner) is not None and not inner.startswith(("{", "[", "'", '"')):
            # A mapping that begins behind the dash; its other lines are indented as its first name is.
            column = indent + len(text) - len(text[1:].lstrip())
            end = at
            while end < len(lines) and lines[end][1] >= column:
                end += 1
            value, used = _block([(number, column, inner), *lines[at:end]], 0, column, depth + 1)
            at += used - 1
        else:
            value = _value(inner, number)
        items.append(value)
    return items, at


def _key(text):
    """Splits ``name: value``; ``None`` if it is none."""
    found = re.match(r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s{\[\]},'"&*!|>%@`#-][^:#]*|-[^\s:][^:#]*):(?:\s+(.*))?\Z""", text, re.S)
    if found is None:
        return None
    name = found.group(1).strip()
    return (str(_scalar(name, 0)) if name[:1] in "'\"" else name), (found.group(2) or "").strip()


def _value(text, number):
    if text[:1] in "{[":
        value, rest = _flow(text, 0, number, 0)
        if text[rest:].strip():
            raise YamlError("line %d: unexpected %r behind a bracket" % (number, text[rest:].strip()[:20]))
        return value
    return _scalar(text, number)


def _flow(text, at, number, depth):
    if depth > DEEPEST:
        raise YamlError("line %d: values nest too deep" % number)
    opened, at = text[at], _blank(text, at + 1)
    found = {} if opened == "{" else []
    while at < len(text) and text[at] != {"{": "}", "[": "]"}[opened]:
        if opened == "{":
            name, at = _token(text, at, ":,}", number)
            value, at = None, _blank(text, at)
            if text[at:at + 1] == ":":
                value, at = _inner(text, _blank(text, at + 1), number, depth)
            found[str(name)] = value
        else:
            value, at = _inner(text, at, number, depth)
            found.append(value)
        at = _blank(text, at)
        if text[at:at + 1] == ",":
            at = _blank(text, at + 1)
        elif text[at:at + 1] not in ("}", "]"):
            raise YamlError("line %d: expected a comma" % number)
    if at >= len(text):
        raise YamlError("line %d: a bracket is not closed" % number)
    return found, at + 1


def _inner(text, at, number, depth):
    if text[at:at + 1] in ("{", "["):
        return _flow(text, at, number, depth + 1)
    return _token(text, at, ",}]", number)


def _token(text, at, ends, number):
    quoted = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')""").match(text, at)
    if quoted:
        return _scalar(quoted.group(1), number), quoted.end()
    end = at
    # A colon within a word, as in a URL, does not end a name.
    while end < len(text) and not (text[end] in ends and (text[end] != ":" or text[end + 1:end + 2] in ("", " ", "{", "["))):
        end += 1
    return _scalar(text[at:end].strip(), number), end


def _scalar(text, number):
    if text[:1] == '"':
        if len(text) < 2 or text[-1] != '"':
            raise YamlError("line %d: a quotation mark is not closed" % number)
        try:
            return json.loads(text)
        except ValueError:
            raise YamlError("line %d: %s is not a valid quoted text" % (number, text[:40])) from None
    if text[:1] == "'":
        if len(text) < 2 or text[-1] != "'":
            raise YamlError("line %d: a quotation mark is not closed" % number)
        return text[1:-1].replace("''", "'")
    if text[:1] in ("&", "*", "!", "|", ">", "%", "@", "`"):
        raise YamlError("line %d: %r is not supported" % (number, text[:20]))
    low = text.lower()
    if low in ("", "~", "null"):
        return None
    if low in ("true", "yes", "on"):
        return True
    if low in ("false", "no", "off"):
        return False
    for kind, form in ((int, r"[-+]?\d{1,18}\Z"), (float, r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\Z")):
        if re.match(form, low):
            return kind(low)
    return text


def _without_comment(line):
    quoted = re.compile(r"""(?:(?<=[\s:\[{,-])|\A)("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')""")
    at = 0
    while at < len(line):
        text = quoted.match(line, at)
        if text:
            at = text.end()
        elif line[at] == "#" and (at == 0 or line[at - 1] in " \t"):
            return line[:at]
        else:
            at += 1
    return line


def _open_brackets(text):
    """Counts brackets that are open at the end of a text; those within words and quotation marks do not count."""
    key = _key(text)
    start = (key[1] if key is not None else text[1:].strip() if text.startswith("- ") else text)
    return _brackets(start) if start[:1] in ("{", "[") else 0


def _brackets(text):
    bare = re.sub(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""", "", text)
    return bare.count("{") + bare.count("[") - bare.count("}") - bare.count("]")


def _blank(text, at):
    while at < len(text) and text[at] in " \t":
        at += 1
    return at
