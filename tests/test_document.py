"""Documents give back the bytes they were made of, or are refused in one sentence."""

import codecs
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintet.workspace.document import MAX_BYTES, Document, Unreadable, decode, digest, read
from quintet.workspace.edits import Edit, apply

fast = settings(max_examples=100, deadline=None)

coding_lines = st.sampled_from(
    [
        b"",
        b"# -*- coding: latin-1 -*-\n",
        b"#!/usr/bin/env python\r\n# vim: set fileencoding=iso-8859-15 :\r\n",
        b"# coding: utf-8\n",
        b"# coding: utf-16-le\n",
        b"# coding: shift_jis\n",
        b"# coding: utf-7\n",
        b"# coding: unicode_escape\n",
        b"# coding: hex\n",
        b"# coding: nonsense\n",
    ]
)
bodies = st.binary(max_size=60) | st.text(max_size=40).map(lambda text: text.encode("utf-8"))
boms = st.sampled_from([b"", codecs.BOM_UTF8])
names = st.sampled_from(["a.py", "a.js", "notes.txt"])


def opened(path: str, data: bytes) -> Document:
    document = decode(path, data)
    assert isinstance(document, Document), document
    return document


def refused(path: str, data: bytes) -> str:
    document = decode(path, data)
    assert isinstance(document, Unreadable)
    assert document.path == path
    return document.reason


@fast
@given(path=names, bom=boms, coding=coding_lines, body=bodies)
def test_every_bytes_come_back_or_are_refused_in_one_sentence(
    path: str, bom: bytes, coding: bytes, body: bytes
) -> None:
    data = bom + coding + body
    document = decode(path, data)
    if isinstance(document, Document):
        assert document.encode() == data
    else:
        assert document.reason.startswith(path)
        assert document.reason.endswith(".")
        assert "\n" not in document.reason


@fast
@given(
    bom=boms,
    before=st.lists(st.sampled_from(["x = 1", "é = 'ü'", "\r\n", "\n", "\r", "\t", ""]), max_size=8),
    middle=st.text(st.characters(codec="latin-1", exclude_characters="\0"), max_size=8),
    after=st.lists(st.sampled_from(["y", "ß", "\r\n", "\n", "\r", " "]), max_size=8),
    latin=st.booleans(),
    new=st.text(st.characters(codec="latin-1", exclude_characters="\0"), max_size=8),
)
def test_bytes_outside_an_edit_never_change(
    *, bom: bytes, before: list[str], middle: str, after: list[str], latin: bool, new: str
) -> None:
    encoding = "latin-1" if latin else "utf-8"
    head, tail = "".join(before), "".join(after)
    if latin:
        bom, head = b"", "# coding: latin-1\r\n" + head
    document = opened("a.py", bom + (head + middle + tail).encode(encoding))
    edit = Edit(len(head), len(head) + len(middle), new)
    written = document.with_text(apply(document.text, [edit])).encode()
    assert written == bom + head.encode(encoding) + new.encode(encoding) + tail.encode(encoding)


def test_a_byte_order_mark_is_kept_but_is_no_text() -> None:
    document = opened("a.js", codecs.BOM_UTF8 + b"let x;\r\n")
    assert document.text == "let x;\r\n"
    assert document.bom
    assert document.encode() == codecs.BOM_UTF8 + b"let x;\r\n"


def test_latin_1_is_read_where_the_coding_line_says_so() -> None:
    data = b"#!/usr/bin/python\n# -*- coding: latin-1 -*-\nname = '\xe9'\n"
    document = opened("a.py", data)
    assert document.text.endswith("'é'\n")
    assert document.encoding == "latin-1"
    assert document.with_text(document.text.replace("é", "ü")).encode() == data.replace(b"\xe9", b"\xfc")


@pytest.mark.parametrize(
    "data",
    [
        b"import x\n# coding: latin-1\n'\xe9'\n",
        b"\n\n# coding: latin-1\n'\xe9'\n",
        b"x = 1  # coding: latin-1\n'\xe9'\n",
    ],
)
def test_a_coding_line_counts_only_in_the_first_two_and_after_comments(data: bytes) -> None:
    assert "not valid utf-8 (byte" in refused("a.py", data)


def test_only_python_has_coding_lines() -> None:
    assert "is not valid utf-8" in refused("a.js", b"// coding: latin-1\n'\xe9'\n")
    assert opened("a.js", b"# coding: latin-1\n").encoding == "utf-8"


@pytest.mark.parametrize(
    ("path", "data", "reason"),
    [
        ("a.py", b"\x7fELF\0\0", "a.py is a binary file."),
        ("a.py", b"\xff\xfea\0", "a.py is UTF-16; only UTF-8 and a Python coding line are supported."),
        ("a.py", b"# coding: klingon\n", "a.py declares the unknown encoding klingon."),
        ("a.py", b"# coding: hex\n", "a.py declares the unknown encoding hex."),
        ("a.py", b"x = '\xe9'", "a.py is not valid utf-8 (byte 5)."),
        (
            "a.py",
            codecs.BOM_UTF8 + b"# coding: latin-1\n",
            "a.py has a UTF-8 byte order mark but declares latin-1.",
        ),
        (
            "a.py",
            b"# coding: unicode_escape\n'\\\x01'\n",
            "a.py would not survive being read and written as unicode_escape.",
        ),
        ("a.py", b"# coding: utf-7\n+AGE-\n", "a.py would not survive being read and written as utf-7."),
    ],
)
def test_what_cannot_be_kept_is_refused(path: str, data: bytes, reason: str) -> None:
    assert refused(path, data) == reason


def test_a_file_above_the_limit_is_refused_with_its_size() -> None:
    assert refused("a.py", b"x" * (MAX_BYTES + 1)) == "a.py is 8.0 MB, over the limit of 8 MB."


def test_a_text_that_changes_its_coding_line_changes_its_encoding() -> None:
    document = opened("a.py", b"# coding: latin-1\n'\xe9'\n")
    assert document.with_text("# coding: utf-8\n'é'\n").encode() == "# coding: utf-8\n'é'\n".encode()
    assert document.with_text("'é'\n").encode() == "'é'\n".encode()
    assert document.with_text("# coding: latin-1\n").encoding == "latin-1"


def test_a_character_the_encoding_lacks_is_an_error_not_a_question_mark() -> None:
    document = opened("a.py", b"# coding: latin-1\n")
    with pytest.raises(UnicodeEncodeError):
        document.with_text("# coding: latin-1\n'€'\n").encode()


def test_digests_tell_texts_apart_and_bear_lone_surrogates() -> None:
    assert Document("a", "x").digest == Document("b", "x", encoding="latin-1").digest == digest("x")
    assert digest("x") != digest("y")
    assert len(digest("\ud800")) == 32


def test_language_follows_the_extension() -> None:
    assert Document("a/b.tsx", "").language == "tsx"
    assert Document("README", "").language is None


# --- from disk --------------------------------------------------------------------------------------


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/a.py").write_bytes(b"x = 1\r\ny = 2")
    assert read(tmp_path, "pkg/a.py") == Document("pkg/a.py", "x = 1\r\ny = 2")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "loop.py").symlink_to(tmp_path / "loop.py")
    assert read(tmp_path, "gone.py") == Unreadable("gone.py", "gone.py does not exist.")
    assert read(tmp_path, "pipe.py") == Unreadable("pipe.py", "pipe.py is not a regular file.")
    assert read(tmp_path, "folder.py") == Unreadable("folder.py", "folder.py is not a regular file.")
    for path in ("loop.py", "nul\0.py", "x" * 300 + ".py"):
        found = read(tmp_path, path)
        assert isinstance(found, Unreadable)
        assert "cannot be read" in found.reason


def test_a_huge_file_is_refused_without_being_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.py").open("wb") as file:
        file.truncate(50 << 20)
    assert read(tmp_path, "huge.py") == Unreadable("huge.py", "huge.py is 50.0 MB, over the limit of 8 MB.")
