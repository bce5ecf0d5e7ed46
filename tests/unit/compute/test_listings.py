"""Listings: what a table says of each path, whichever program wrote it."""

import codecs
import tracemalloc
from pathlib import Path
from typing import Any

import orjson
import pytest

from service.compute.listings import BATCH_ROWS, read
from service.errors import Unreadable


class Listing:
    """What came of a listing: rows, problems, and the code that it ended with."""

    def __init__(self, folder: Path, data: bytes | str) -> None:
        file = folder / "listing"
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        self.batches: list[dict[str, Any]] = []
        self.code = None
        try:
            self.batches.extend(read({"path": str(file)}, None))
        except Unreadable as error:
            self.code = error.code

    @property
    def rows(self) -> list[list[Any]]:
        return [row for batch in self.batches for row in batch["rows"]]

    @property
    def problems(self) -> list[tuple[int, str]]:
        return [(line, code) for batch in self.batches for line, code, _ in batch["problems"]]


ONE = [2, "a.jpg", "cat", "farm", "train"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("path,label,group,split\na.jpg,cat,farm,train\n", ONE),
        ("path;label;group;split\na.jpg;cat;farm;train\n", ONE),
        ("path\tlabel\tgroup\tsplit\na.jpg\tcat\tfarm\ttrain\n", ONE),
        ("path,label,group,split\r\na.jpg,cat,farm,train\r\n", ONE),
        ("path,label,group,split\ra.jpg,cat,farm,train\r", ONE),
        ("path,label,group,split\na.jpg,cat,farm,train", ONE),
        (" Split , CLASS,width,File_Name,group\ntrain, cat ,640,a.jpg,farm\n", ONE),
        ('"path","label","group","split"\n"a.jpg","cat","farm","train"\n', ONE),
        ("image,target\na.jpg,3\n", [2, "a.jpg", "3", None, None]),
        ("filename\na.jpg\n", [2, "a.jpg", None, None, None]),
        ("path,label\na.jpg,\n", [2, "a.jpg", None, None, None]),
        ("path,label\na.jpg\n", [2, "a.jpg", None, None, None]),
        ("image,path\nx,a.jpg\n", [2, "a.jpg", None, None, None]),
        ('path,label\n"a, b;c.jpg",cat\n', [2, "a, b;c.jpg", "cat", None, None]),
        ('path;label\n"a,b.jpg";"say ""cat"""\n', [2, "a,b.jpg", 'say "cat"', None, None]),
        ("\n\npath,label\na.jpg,cat\n", [4, "a.jpg", "cat", None, None]),
        ("path,label,,\na.jpg,cat,,,,\n", [2, "a.jpg", "cat", None, None]),
        ("path\na\u2028b.jpg\n", [2, "a\u2028b.jpg", None, None, None]),
        ('{"file_name": "a.jpg", "label": 3}\n', [1, "a.jpg", "3", None, None]),
        ('{"path": "a.jpg", "label": true}', [1, "a.jpg", "true", None, None]),
        ('{"path": "a.jpg", "label": null}', [1, "a.jpg", None, None, None]),
        ('{"path": "a.jpg", "objects": {"bbox": [[1]]}}', [1, "a.jpg", None, None, None]),
        ('\n {"Path": "a.jpg", "Class": "", "SPLIT": "x"}\r\n', [2, "a.jpg", None, None, "x"]),
        ('{"path": "a\\nb.jpg", "label": 0.5}\n', [1, "a\nb.jpg", "0.5", None, None]),
    ],
)
def test_a_row_is_what_it_says(told: str, expected: list[Any], tmp_path: Path) -> None:
    listing = Listing(tmp_path, told)

    assert listing.rows == [expected]
    assert listing.problems == []
    assert listing.code is None


@pytest.mark.parametrize(
    "data",
    [
        "path,label\n개/1.jpg,고양이\n".encode(),
        codecs.BOM_UTF8 + "path,label\n개/1.jpg,고양이\n".encode(),
        "path,label\n개/1.jpg,고양이\n".encode("cp949"),
        "path;label\r\n개/1.jpg;고양이\r\n".encode("utf-16"),
        codecs.BOM_UTF16_BE + "path\tlabel\n개/1.jpg\t고양이\n".encode("utf-16-be"),
    ],
)
def test_text_is_understood_in_several_encodings(data: bytes, tmp_path: Path) -> None:
    assert Listing(tmp_path, data).rows == [[2, "개/1.jpg", "고양이", None, None]]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",dog", "no_path"),
        ("  ,dog", "no_path"),
        ("b.jpg," + "d" * 201, "value_too_long"),
        ("b" * 4097 + ",dog", "value_too_long"),
        ("개" * 1366 + ",dog", "value_too_long"),
        ("b, c.jpg,dog", "too_many_cells"),
    ],
)
def test_a_bad_row_of_a_table_leaves_the_others(row: str, code: str, tmp_path: Path) -> None:
    listing = Listing(tmp_path, f"path,label\na.jpg,cat\n{row}\nc.jpg,cow\n")

    assert [line for line, *_ in listing.rows] == [2, 4]
    assert listing.problems == [(3, code)]
    assert listing.code is None


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{broken", "not_json"),
        ("[1, 2]", "not_json"),
        ('{"path": "\\ud800.jpg"}', "not_json"),
        ("[" * 100_000, "not_json"),
        ('{"label": "dog"}', "no_path"),
        ('{"path": ["b.jpg"]}', "wrong_value"),
        ('{"path": "b.jpg", "label": {"id": 3}}', "wrong_value"),
        ('{"path": "b.jpg", "group": "%s"}' % ("g" * 201), "value_too_long"),
    ],
)
def test_a_bad_line_of_json_leaves_the_others(line: str, code: str, tmp_path: Path) -> None:
    listing = Listing(tmp_path, f'{{"path": "a.jpg"}}\n{line}\n{{"path": "c.jpg"}}\n')

    assert [line for line, *_ in listing.rows] == [1, 3]
    assert listing.problems == [(2, code)]
    assert listing.code is None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "listing_without_paths"),
        (b"\n\n", "listing_without_paths"),
        (b"name,label\na.jpg,cat\n", "listing_without_paths"),
        (b'{"label": 3}\n{"label": 4}\n', "listing_without_paths"),
        (b'[\n{"path": "a.jpg"}\n]\n', "listing_without_paths"),
        (b"\x89PNG\r\n\x1a\n\xff\xff\xff\xff", "listing_damaged"),
        (codecs.BOM_UTF16_LE + b"p\0a\0\xff", "listing_damaged"),
        (codecs.BOM_UTF16_LE + b"\0\xd8p\0a\0", "listing_damaged"),
        (b"path,label" + b"," * (2 << 20), "listing_damaged"),
    ],
    ids=[
        "empty",
        "blank",
        "other columns",
        "other keys",
        "JSON array",
        "PNG",
        "half a character",
        "half a pair",
        "long header",
    ],
)
def test_what_is_no_listing_has_a_reason(data: bytes, code: str, tmp_path: Path) -> None:
    listing = Listing(tmp_path, data)

    assert listing.rows == []
    assert listing.code == code


@pytest.mark.parametrize(
    "rest",
    [
        "b" * (2 << 20),
        '"never closed\n' + "b.jpg,dog\n" * 20_000,
        '"' + "b" * 200_000 + '"',
        '"b' + '\n","b' * 300_000,
    ],
    ids=["a long line", "quotes that never close", "a long cell", "a row of many lines"],
)
def test_what_was_read_before_the_damage_comes_out(rest: str, tmp_path: Path) -> None:
    listing = Listing(tmp_path, f"path,label\na.jpg,cat\n{rest}\n")

    assert listing.rows == [[2, "a.jpg", "cat", None, None]]
    assert listing.code == "listing_damaged"


def test_rows_of_several_lines_are_numbered_by_their_first(tmp_path: Path) -> None:
    listing = Listing(tmp_path, 'path,note\na.jpg,"one\ntwo"\nb.jpg,\n')

    assert [row[:2] for row in listing.rows] == [[2, "a.jpg"], [4, "b.jpg"]]


@pytest.mark.parametrize("line", ["{n}.jpg,\x01\x01", '{{"path": "{n}.jpg", "label": "x"}}'])
def test_batches_are_small_and_tell_how_far_it_is(line: str, tmp_path: Path) -> None:
    header = "" if line.startswith("{{") else "path,label\n"
    text = header + "".join(line.format(n=n) + "\n" for n in range(5000))

    batches = Listing(tmp_path, text).batches

    done = [batch["done"] for batch in batches]
    assert max(len(batch["rows"]) for batch in batches) == BATCH_ROWS
    assert sum(len(batch["rows"]) for batch in batches) == 5000
    assert done == sorted(done)
    assert done[-1] == 1
    assert orjson.loads(orjson.dumps(batches)) == batches


def test_memory_does_not_grow_with_a_line(tmp_path: Path) -> None:
    (tmp_path / "listing").write_bytes(b"path,label\n" + b"b" * (64 << 20))
    tracemalloc.start()

    with pytest.raises(Unreadable):
        list(read({"path": str(tmp_path / "listing")}, None))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20
