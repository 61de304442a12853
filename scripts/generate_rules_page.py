"""Write docs/rules.md from the documentation of the lint rules; with --check only compare."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from twiceshy.reports.lint import FAMILIES, RULES
from twiceshy.reports.lint.rule import Rule

PAGE = Path(__file__).resolve().parents[1] / "docs" / "rules.md"


def rules_page() -> str:
    """The whole page as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# What is wrong with a report: the rules"
    yield ""
    yield "This page is generated from the rules themselves: `python scripts/generate_rules_page.py`."
    yield ""
    yield "`twiceshy read REPORT` prints what they find; `--format sarif` hands it to a code review,"
    yield "and `--fail-on error` or `--fail-on warning` makes the command fail on it. An *error* makes"
    yield "the report misleading, a *warning* makes it weak, a *note* could be better."
    yield ""
    yield "| rule | severity | what it finds |"
    yield "| --- | --- | --- |"
    for rule in RULES:
        yield f"| [{rule.id}](#{_anchor(rule)}) | {rule.severity.value} | {rule.summary} |"
    for family, about in FAMILIES.items():
        yield ""
        yield f"## {about}"
        for rule in RULES:
            if rule.id.startswith(family):
                yield from _rule(rule)


def _title(rule: Rule) -> str:
    return f"{rule.id} {rule.name}"


def _anchor(rule: Rule) -> str:
    return _title(rule).lower().replace(" ", "-")


def _rule(rule: Rule) -> Iterator[str]:
    text = rule.documentation()
    yield ""
    yield f"### {_title(rule)}"
    yield ""
    yield f"*{rule.severity.value}*: {text.summary}"
    for heading, said in (("What it does", text.what), ("Why it matters", text.why)):
        yield from ("", f"**{heading}.** {said}")
    yield from ("", "**Example.** This is found:", "", "```markdown", text.bad.rstrip(), "```")
    yield from ("", "This is better:", "", "```markdown", text.better.rstrip(), "```")
    yield from ("", f"**How to mend.** {text.mend}")


def main() -> int:
    """Write the page, or say whether it is current."""
    page = rules_page()
    if "--check" in sys.argv[1:]:
        current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page
        print(
            f"{PAGE.name} is {'current' if current else 'stale: run this script without --check'}"
        )
        return 0 if current else 1
    PAGE.write_text(page, encoding="utf-8")
    print(f"wrote {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
