"""What the documents say: their pages, their fenced blocks, and the commands in them."""

import re
from typing import NamedTuple

from tools.doc_tables import documents
from tools.project import PROJECT

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")


class Block(NamedTuple):
    """A fenced block; `language` is empty for output and drawings."""

    page: str
    language: str
    text: str

    @property
    def title(self):
        """Return the first line, which names the block in a list."""
        return self.text.partition("\n")[0]


def pages():
    """Return the text of each page by its path."""
    return {
        str(path.relative_to(PROJECT)): path.read_text(encoding="utf-8") for path in documents()
    }


def blocks(*languages):
    """Return the fenced blocks in these languages, without their indentation."""
    return [
        Block(page, found[2], "".join(_unindented(found[3], len(found[1]))))
        for page, text in pages().items()
        for found in FENCE.finditer(text)
        if found[2] in languages
    ]


def commands():
    """Return what the pages tell a reader to type: lines of sh blocks, and code in the text."""
    lines = [line for block in blocks("sh") for line in block.text.splitlines()]
    return lines + [
        code for text in pages().values() for code in INLINE.findall(FENCE.sub("", text))
    ]


def _unindented(text, width):
    return (line[width:] if line.strip() else line for line in text.splitlines(keepends=True))
