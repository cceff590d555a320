"""The documents say what is: tables, picture, links, names and commands."""

import json
import re
import string
from pathlib import Path

import click
import hcl2
import pytest

from contract import SCHEMA
from sandbox.reddit import record
from sandbox.reddit.datafile import read_things
from sandbox.reddit.realism import Realism
from sandbox.reddit.render import Renderer
from sandbox.reddit.world import World
from tests.support.documents import INLINE, blocks, commands, pages
from tools.doc_tables import MARKED, TABLES, rendered
from tools.project import PROJECT
from tools.score_picture import PICTURE, picture, shares
from wsb import main

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MAIL = re.compile(r"^\| `wsb-dev-([a-z-]+)` \|", re.MULTILINE)  # an alarm's row
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
PACKAGES = (
    "bench", "clock", "contract", "docs", "flink_app", "producer", "sandbox", "telemetry",
    "terraform", "tests", "tools", "wsb_lake",
)  # fmt: skip
TEXTS = {".example", ".hcl", ".json", ".md", ".py", ".sh", ".sql", ".tf", ".toml"}
# Not the field's words, or taken for something else: docs/glossary.md has the right one.
FORBIDDEN = {
    r"mend(s|ed|ing)?": "fix, or correct",
    r"anew": "again",
    r"doubled": "duplicate, or there twice",
    r"books?": "ledger",
    r"(un)?accounted|accounts?[ _]for|the account(?!s)": "audit; AWS has accounts",
}


def terraform(name):
    with (PROJECT / "terraform" / name).open(encoding="utf-8") as file:
        return hcl2.load(file)


def slug(heading):
    """Return the anchor that GitHub gives to a heading."""
    kept = string.ascii_lowercase + string.digits + "-_ "
    return "".join(c for c in heading.lower() if c in kept).replace(" ", "-")


def test_tables_are_fresh():
    """Each table is what the code says now, and each stands somewhere."""
    texts = pages().values()
    assert {found[2] for text in texts for found in MARKED.finditer(text)} == set(TABLES)
    assert [rendered(text) for text in texts] == list(texts), "run `make docs`"


def test_the_picture_is_fresh_and_the_readme_quotes_it():
    """The same figures in the generated day, in the picture, and in what a screen reader says."""
    shown = shares()
    assert picture(shown) == PICTURE.read_text(encoding="utf-8"), "run `make docs`"
    said = re.search(r"!\[([^\]]*)\]\(docs/score_by_age\.svg\)", pages()["README.md"])[1]
    assert [f"{share:.0%}" for share in shown.values()] == [
        f"{figure}%" for figure in re.findall(r"(\d+) %", said)
    ]


@pytest.mark.parametrize("page", pages())
def test_links_lead_somewhere(page):
    """To a file of the checkout and, with an anchor, to a heading in it."""
    lost = []
    for link in LINK.findall(pages()[page]):
        file, _, anchor = link.partition("#")
        if file.startswith("https://"):
            continue
        target = (PROJECT / page).parent / file if file else PROJECT / page
        headings = HEADING.findall(target.read_text(encoding="utf-8")) if anchor else ()
        if not target.exists() or (anchor and anchor not in map(slug, headings)):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("page", pages())
def test_files_and_folders_that_are_named_exist(page):
    """`producer/looks/due.py` in a text is a promise."""
    named = {code for code in INLINE.findall(pages()[page]) if code.split("/")[0] in PACKAGES}
    named.discard("terraform/terraform.tfvars")  # the reader writes it
    assert [each for each in named if "/" in each and not (PROJECT / each).exists()] == []


def test_every_page_is_linked_from_the_readme():
    """A page that nobody finds is not there."""
    assert set(pages()) - {"README.md"} <= set(LINK.findall(pages()["README.md"]))


def test_make_targets_exist():
    """`make demo` in a text can be typed."""
    targets = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE)
    named = {found[1] for line in commands() if (found := re.match(r"make ([a-z-]+)", line))}
    assert "demo" in named
    assert named <= set(targets)


@pytest.mark.parametrize(
    "line", [line for line in commands() if re.match(r"(\.venv/bin/)?wsb( |$)", line)]
)
def test_wsb_commands_and_their_options_exist(line):
    """Down to the last subcommand, and every --option of it."""
    command, path = main, line.split()[1:]
    while path and isinstance(command, click.Group):
        word = path.pop(0)
        if word.startswith("-") or word == "…":
            break
        command = command.get_command(click.Context(command), word)
        assert command is not None, word
    known = {flag for one in command.params for flag in one.opts} | {"--help"}
    assert set(re.findall(r"--[a-z-]+", line)) <= known


def test_terraform_outputs_exist():
    """By the names that a text gives them, and that end in what they are."""
    outputs = {name.strip('"') for one in terraform("outputs.tf")["output"] for name in one}
    code = {each for text in pages().values() for each in INLINE.findall(text)}
    named = {each for each in code if re.fullmatch(r"[a-z_]+_(arn|url|name|command)", each)}
    assert "lake_reader_policy_arn" in named
    assert named - {field.name for field in SCHEMA.fields} <= outputs


def test_the_runbook_has_every_alarm():
    """One row each, by the name that arrives by mail."""
    (found,) = (one["alarms"] for one in terraform("alarms.tf")["locals"] if "alarms" in one)
    rows = MAIL.findall(pages()["docs/runbook.md"])
    assert sorted(rows) == sorted(name.strip('"') for name in found)


def test_names_in_aws_are_those_that_terraform_gives():
    """`wsb-dev` in a command is the default of project and environment."""
    made = "".join(path.read_text("utf-8") for path in (PROJECT / "terraform").glob("*.tf"))
    text = "".join(MAIL.sub("", text) for text in pages().values())
    named = set(re.findall(r"[a-z/-]*wsb-dev[a-z/-]*", text))
    assert "wsb-dev/reddit" in named
    given = {each.replace("wsb-dev", "${local.name}") for each in named - {"wsb-dev"}}
    assert [each for each in sorted(given) if f'"{each}' not in made] == []


def test_the_glossary_defines_each_term_once():
    """And stays short enough to be kept to."""
    terms = re.findall(r"^\| ([a-z][^|]*) \|", pages()["docs/glossary.md"], re.MULTILINE)
    terms = [term for term in terms if term != "term"]
    assert len(terms) == len(set(terms)) <= 72


def test_the_example_of_a_data_file_can_be_replayed(tmp_path):
    """As Reddit would have shown it: the comment at 12 points, and deleted later."""
    (example,) = (block for block in blocks("json") if block.page == "docs/data.md")
    file = tmp_path / "day.ndjson"
    file.write_text(example.text, encoding="utf-8")
    post, comment = read_things(file)
    world = World([post, comment], Realism(0))
    shown = json.loads(Renderer(world).in_listing(comment, 1614780000))["data"]
    assert (shown["score"], shown["body"]) == (12, "I bought the top again.")
    assert json.loads(Renderer(world).post(post, 1614780000))["data"]["num_comments"] == 105
    assert str(comment.state_at(1614805200)) == "deleted"


def test_every_field_that_a_data_file_needs_is_named():
    """Before a line of one's own is refused for want of it."""
    needed = {field for fields in record._FIELDS.values() for field in fields}
    assert needed <= set(INLINE.findall(pages()["docs/data.md"]))


def test_words_are_those_of_the_glossary():
    """In code, help, errors, logs and documents."""
    files = [path for name in PACKAGES for path in (PROJECT / name).rglob("*")]
    files += PROJECT.glob("*")
    found = [
        f"{path.relative_to(PROJECT)}:{number}: {line.strip()} ({better})"
        for path in sorted(files)
        if _is_ours(path)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for word, better in FORBIDDEN.items()
        if re.search(rf"(?<![a-z])({word})(?![a-z])", line, re.IGNORECASE)
    ]
    assert found == []


def _is_ours(path):
    hidden = any(part.startswith(".") for part in path.relative_to(PROJECT).parts)
    text = path.suffix in TEXTS or path.name == "Makefile"
    return path.is_file() and text and not hidden and path != Path(__file__)
