# SPDX-License-Identifier: MIT
"""Numbers and tables in Markdown, and pages that show them."""

import pathlib
import re


def number(x):
    if x is None:
        return "-"
    digits = 0 if abs(x) >= 100 else 1 if abs(x) >= 10 else 2
    return f"{x:,.{digits}f}"


def ratio(x, y):
    return x / y if x and y else None


def table(head, rows):
    """The first column is aligned as text, the others as numbers."""
    rows = [head, *rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]

    def line(row):
        cells = [row[0].ljust(widths[0])]
        cells += [x.rjust(width) for x, width in zip(row[1:], widths[1:])]
        return "| " + " | ".join(cells) + " |"

    rule = ["-" * widths[0]] + ["-" * (x - 1) + ":" for x in widths[1:]]
    return "\n".join([line(head), line(rule), *map(line, rows[1:])])


def fill(page, blocks):
    """Puts each block between "<!-- results: NAME -->" and "<!-- end -->"."""
    path = pathlib.Path(page)
    text = path.read_text()
    for name, block in blocks.items():
        marks = rf"(<!-- results: {re.escape(name)} -->\n).*?(<!-- end -->)"
        if not re.search(marks, text, re.DOTALL):
            raise SystemExit(f"{page}: no line <!-- results: {name} -->")
        text = re.sub(marks, lambda found: found[1] + block + "\n" + found[2],
                      text, flags=re.DOTALL)
    path.write_text(text)
