"""Archive cases: good, odd and hostile archives, and what must come of each."""

import bz2
import gzip
import lzma
import stat
import struct
import unicodedata
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from tests.archives import (
    Tarred,
    Zipped,
    field_of,
    noise,
    pax,
    tar_file,
    zip64_file,
    zip_file,
)

OK = "ok"
KOREAN = "고양이/사진 1.jpg"
WESTERN = "Größe/naïve.jpg"
COMPOSED = "고양이.jpg"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
TURNED = "cats/\u202egpj.exe"

LIMITS: Final[Mapping[str, int]] = {
    "max_entries": 50,
    "max_expanded_bytes": 300 << 20,
    "max_ratio": 100,
    "max_file_bytes": 200 << 20,
    "quota_left_bytes": 300 << 20,
    "free_bytes": 300 << 20,
}
"""Of a case that names no others."""


@dataclass(frozen=True)
class Case:
    """An archive, its entries as (name, OK or the code of its problem), and how it ends."""

    data: Callable[[], bytes]
    entries: Sequence[tuple[str, str]] = ()
    ends: str | None = None
    limits: Mapping[str, int] = field(default_factory=dict[str, int])


def _zip(name: bytes | Zipped, shown: str, outcome: str = OK) -> Case:
    """A zip of one entry."""
    entry = name if isinstance(name, Zipped) else Zipped(name)
    return Case(lambda: zip_file(entry), [(shown, outcome)])


def _tar(name: bytes | Tarred, shown: str, outcome: str = OK) -> Case:
    """A tar of one entry."""
    entry = name if isinstance(name, Tarred) else Tarred(name)
    return Case(lambda: tar_file(entry), [(shown, outcome)])


def _unicode_path(name: bytes) -> bytes:
    """Info-ZIP's field that says KOREAN instead of ``name``."""
    return field_of(0x7075, b"\1" + struct.pack("<L", zlib.crc32(name)) + KOREAN.encode())


def _with_huge_dictionary(xz: bytes) -> bytes:
    """Has the first block ask for 3 GB, as its header may; 12 bytes are the stream's header."""
    end = 12 + 4 * (xz[12] + 1)
    header = bytearray(xz[12 : end - 4])
    header[4] = 39
    return xz[:12] + header + struct.pack("<L", zlib.crc32(header)) + xz[end:]


def _spoilt(data: bytes, at: int) -> bytes:
    spoilt = bytearray(data)
    spoilt[at] ^= 0xFF
    return bytes(spoilt)


def _sparse_map_without_end() -> Tarred:
    more = (bytes(504) + b"\1" + bytes(7)) * 10_100
    return Tarred(b"x", more, b"S", told_size=b"0" * 11 + b"\0", prefix=bytes(137) + b"\1")


_A, _B = Zipped(b"a.jpg", noise(3000)), Zipped(b"b.jpg", noise(3000, 2))
_C, _D = Tarred(b"c.jpg", noise(3000)), Tarred(b"d.jpg", noise(3000, 2))
_TWO_OF_ZIP = [("a.jpg", OK), ("b.jpg", OK)]
_TWO_OF_TAR = [("c.jpg", OK), ("d.jpg", OK)]
_ZEROS = bytes(90 << 20)

GOOD: Final[Mapping[str, Case]] = {
    "zip": Case(lambda: zip_file(_A, _B), _TWO_OF_ZIP),
    "zip, stored": _zip(Zipped(b"a.jpg", method=0), "a.jpg"),
    "zip, bzip2": _zip(Zipped(b"a.jpg", noise(300_000), method=12), "a.jpg"),
    "zip, empty": Case(zip_file),
    "zip, empty file": _zip(Zipped(b"a.jpg", b"", method=0), "a.jpg"),
    "zip, large file": _zip(Zipped(b"a.jpg", noise(3 << 20)), "a.jpg"),
    "zip, large file, stored": _zip(Zipped(b"a.jpg", noise(3 << 20), method=0), "a.jpg"),
    "zip, with a comment": Case(lambda: zip_file(_A)[:-2] + b"\2\0hi", [("a.jpg", OK)]),
    "zip behind another": Case(lambda: zip_file(_A) + zip_file(_B), [("b.jpg", OK)]),
    "zip in a zip": _zip(Zipped(b"a.zip", zip_file(_A)), "a.zip"),
    "zip64": Case(lambda: zip64_file(_A, _B), _TWO_OF_ZIP),
    "zip64, told twice": Case(lambda: zip64_file(_A, _B, told_twice=True), _TWO_OF_ZIP),
    "zip, folders and hidden files": Case(
        lambda: zip_file(
            *(Zipped(b"cats/", b""), Zipped(b"__MACOSX/cats/._a.jpg"), Zipped(b"cats/.DS_Store")),
            *(Zipped(b".git/a.jpg"), Zipped(b"dogs", b"", mode=stat.S_IFDIR), _A),
        ),
        [("a.jpg", OK)],
    ),
    "zip, small and blank": _zip(Zipped(b"a.jpg", bytes(20 << 20)), "a.jpg"),
    "tar": Case(lambda: tar_file(_C, _D), _TWO_OF_TAR),
    "tar.gz": Case(lambda: gzip.compress(tar_file(_C, _D)), _TWO_OF_TAR),
    "tar.bz2": Case(lambda: bz2.compress(tar_file(_C, _D)), _TWO_OF_TAR),
    "tar.xz": Case(lambda: lzma.compress(tar_file(_C, _D)), _TWO_OF_TAR),
    "tar, empty": Case(tar_file),
    "tar, empty file": _tar(Tarred(b"c.jpg", b""), "c.jpg"),
    "tar, large file": _tar(Tarred(b"c.jpg", noise(3 << 20)), "c.jpg"),
    "tar.gz, large file": Case(
        lambda: gzip.compress(tar_file(Tarred(b"c.jpg", noise(3 << 20)), _D)), _TWO_OF_TAR
    ),
    "tar.gz of two members": Case(
        lambda: gzip.compress(tar_file(_C, end=b"")) + gzip.compress(tar_file(_D)), _TWO_OF_TAR
    ),
    "tar.gz, padded": Case(lambda: gzip.compress(tar_file(_C, _D)) + bytes(700), _TWO_OF_TAR),
    "tar.xz, padded": Case(lambda: lzma.compress(tar_file(_C, _D)) + bytes(8), _TWO_OF_TAR),
    "tar, one block at the end": Case(lambda: tar_file(_C, _D, end=bytes(512)), _TWO_OF_TAR),
    "tar without ustar": _tar(Tarred(b"c.jpg", magic=b""), "c.jpg"),
    "tar, folders and hidden files": Case(
        lambda: tar_file(
            *(Tarred(b"./", b"", b"5"), Tarred(b"old/", b"", b"\0"), Tarred(b"./._c.jpg")),
            *(Tarred(b"a/.cache/x"), Tarred(b"__MACOSX/x"), Tarred(b"./../.c"), _C),
        ),
        [("c.jpg", OK)],
    ),
    "tar, binary size": _tar(
        Tarred(b"c.jpg", bytes(5), told_size=b"\x80" + (5).to_bytes(11, "big")), "c.jpg"
    ),
    "tar, pax size": Case(
        lambda: tar_file(pax(size=b"7"), Tarred(b"c.jpg", told_size=b"0" * 11 + b"\0")),
        [("c.jpg", OK)],
    ),
    "tar, label of a volume": Case(
        lambda: tar_file(Tarred(b"backup", b"", b"V"), _C), [("c.jpg", OK)]
    ),
}

NAMES: Final[Mapping[str, Case]] = {
    "zip, UTF-8 by its flag": _zip(Zipped(KOREAN.encode(), flags=0x800), KOREAN),
    "zip, UTF-8 without flag": _zip(KOREAN.encode(), KOREAN),
    "zip, CP949": _zip(KOREAN.encode("cp949"), KOREAN),
    "zip, CP437": _zip(WESTERN.encode("cp437"), WESTERN),
    "zip, flag but no UTF-8": _zip(Zipped(b"a\xff.jpg", flags=0x800), r"a\xff.jpg"),
    "zip, unicode path": _zip(
        Zipped(b"??.jpg", extra=field_of(0x5455, b"\0") + _unicode_path(b"??.jpg")), KOREAN
    ),
    "zip, unicode path of another name": _zip(
        Zipped(b"a\x82.jpg", extra=_unicode_path(b"b\x82.jpg")), "aé.jpg"
    ),
    "zip, backslashes": _zip(rb"cats\old\1.jpg", "cats/old/1.jpg"),
    "zip, decomposed": _zip(DECOMPOSED.encode(), DECOMPOSED),
    "zip, newline": _zip(b"a\nb.jpg", "a\nb.jpg"),
    "zip, right to left": _zip(TURNED.encode(), TURNED),
    "zip, twice the same": Case(
        lambda: zip_file(_A, Zipped(b"a.jpg", b"other")), [("a.jpg", OK), ("a.jpg", OK)]
    ),
    "zip, too long": _zip(b"a" * 5000, "a" * 1000, "path_too_long"),
    "tar, UTF-8": _tar(KOREAN.encode(), KOREAN),
    "tar, CP949": _tar(KOREAN.encode("cp949"), KOREAN),
    "tar, no known encoding": _tar(b"caf\xe9.jpg", r"caf\xe9.jpg"),
    "tar, decomposed": _tar(DECOMPOSED.encode(), DECOMPOSED),
    "tar, newline": _tar(b"a\nb.jpg", "a\nb.jpg"),
    "tar, right to left": _tar(TURNED.encode(), TURNED),
    "tar, literal backslash": _tar(rb"a\b.jpg", r"a\b.jpg"),
    "tar, prefix": _tar(Tarred(b"1.jpg", prefix=b"cats"), "cats/1.jpg"),
    "tar, no prefix but GNU's times": _tar(
        Tarred(b"1.jpg", prefix=b"01234567", magic=b"ustar  \0"), "1.jpg"
    ),
    "tar, pax": Case(lambda: tar_file(pax(path=KOREAN.encode()), _C), [(KOREAN, OK)]),
    "tar, GNU long name": Case(
        lambda: tar_file(Tarred(b"././@LongLink", b"a/" * 100 + b"b\0", b"L"), _C),
        [("a/" * 100 + "b", OK)],
    ),
    "tar, too long": Case(
        lambda: tar_file(pax(path=b"a" * 5000), _C), [("a" * 1000, "path_too_long")]
    ),
    "tar, twice the same": Case(
        lambda: tar_file(_C, Tarred(b"c.jpg", b"other")), [("c.jpg", OK), ("c.jpg", OK)]
    ),
}

_UNSAFE_NAMES = (
    *(b"/etc/passwd", b"../up.jpg", b"a/../../up.jpg", b"a/..", b"..", b""),
    *(rb"C:\a.jpg", b"c:/a.jpg", rb"\\server\a.jpg", rb"a\..\..\up.jpg"),
)

UNSAFE: Final[Mapping[str, Case]] = {
    **{
        f"zip, {name.decode()!r}": _zip(name, name.decode().replace("\\", "/"), "unsafe_path")
        for name in _UNSAFE_NAMES
    },
    **{
        f"tar, {name.decode()!r}": _tar(name, name.decode(), "unsafe_path")
        for name in _UNSAFE_NAMES
    },
    "zip, NUL": _zip(b"a.jpg\0.exe", "a.jpg\0.exe", "unsafe_path"),
    "tar, NUL": Case(
        lambda: tar_file(pax(path=b"a.jpg\0.exe"), _C), [("a.jpg\0.exe", "unsafe_path")]
    ),
}

BAD_ENTRIES: Final[Mapping[str, Case]] = {
    "zip, link": _zip(Zipped(b"a", b"/etc/passwd", mode=stat.S_IFLNK | 0o777), "a", "link"),
    "zip, pipe": _zip(Zipped(b"a", b"", mode=stat.S_IFIFO), "a", "not_a_file"),
    "zip, device": _zip(Zipped(b"a", b"", mode=stat.S_IFCHR), "a", "not_a_file"),
    "zip, one encrypted": Case(
        lambda: zip_file(Zipped(b"x.jpg", flags=1), Zipped(b"y.jpg", method=99), _A),
        [("x.jpg", "encrypted"), ("y.jpg", "encrypted"), ("a.jpg", OK)],
    ),
    "zip, unknown compression": _zip(Zipped(b"a", method=14), "a", "unsupported_compression"),
    "zip, wrong checksum": Case(
        lambda: zip_file(Zipped(b"x.jpg", told_checksum=1), _A),
        [("x.jpg", "damaged"), ("a.jpg", OK)],
    ),
    "zip, more than told": _zip(Zipped(b"a", bytes(9000), told_size=10), "a", "damaged"),
    "zip, much more than told": _zip(Zipped(b"a", bytes(9 << 20), told_size=10), "a", "damaged"),
    "zip, less than told": _zip(Zipped(b"a", bytes(9), told_size=9 << 20), "a", "damaged"),
    "zip, stored, less than told": _zip(
        Zipped(b"a", bytes(9), method=0, told_size=90), "a", "damaged"
    ),
    "zip, packed beyond the end": _zip(Zipped(b"a", told_packed=1 << 31), "a", "damaged"),
    "zip, packed too short": _zip(Zipped(b"a", noise(5000), told_packed=99), "a", "damaged"),
    "zip, offset beyond the end": Case(
        lambda: zip_file(_A, Zipped(b"x", told_offset=1 << 31)), [("a.jpg", OK), ("x", "damaged")]
    ),
    "zip, offset of nothing": Case(
        lambda: zip_file(
            Zipped(b".gap", noise(99), told_packed=0), replace(_A, told_packed=0, told_offset=2)
        ),
        [("a.jpg", "damaged")],
    ),
    "zip, no deflate": Case(lambda: _spoilt(zip_file(_A), 35), [("a.jpg", "damaged")]),
    "zip, zip64 sizes of a lie": _zip(
        Zipped(
            *(b"a", b"content", 8, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF),
            extra=field_of(1, struct.pack("<2Q", 5, 1 << 62)),
        ),
        *("a", "damaged"),
    ),
    "zip, one too large": Case(
        lambda: zip_file(Zipped(b"x.jpg", bytes(4000)), _A),
        [("x.jpg", "file_too_large"), ("a.jpg", OK)],
        limits={"max_file_bytes": 3500},
    ),
    "tar, link": _tar(Tarred(b"c", b"", b"2", link=b"/etc/passwd"), "c", "link"),
    "tar, hard link": _tar(
        Tarred(b"c", b"", b"1", told_size=b"00000000007\0", link=b"d"), "c", "link"
    ),
    "tar, pipe": _tar(Tarred(b"c", b"", b"6"), "c", "not_a_file"),
    "tar, device": _tar(Tarred(b"c", b"", b"3"), "c", "not_a_file"),
    "tar, unknown kind": Case(
        lambda: tar_file(Tarred(b"c", b"?" * 700, b"Z"), _D), [("c", "not_a_file"), ("d.jpg", OK)]
    ),
    "tar, sparse": _tar(Tarred(b"c", b"", b"S"), "c", "sparse_file"),
    "tar, sparse by pax": Case(
        lambda: tar_file(pax(GNU__sparse__major=b"1", GNU__sparse__name=b"c"), _D),
        [("c", "sparse_file")],
    ),
    "tar, one too large": Case(
        lambda: tar_file(Tarred(b"x.jpg", bytes(4000)), _C),
        [("x.jpg", "file_too_large"), ("c.jpg", OK)],
        limits={"max_file_bytes": 3500, "max_expanded_bytes": 3500},
    ),
    "tar.gz, one too large": Case(
        lambda: gzip.compress(tar_file(Tarred(b"x.jpg", bytes(4 << 20)), _C)),
        [("x.jpg", "file_too_large"), ("c.jpg", OK)],
        limits={"max_file_bytes": 3500, "max_expanded_bytes": 3500},
    ),
}

BOMBS: Final[Mapping[str, Case]] = {
    "zip, high ratio": Case(
        lambda: zip_file(_A, Zipped(b"x", _ZEROS)), [("a.jpg", OK)], "archive_ratio"
    ),
    "zip, many of high ratio": Case(
        lambda: zip_file(*[Zipped(b"%d" % n, bytes(30 << 20)) for n in range(9)]),
        [("0", OK), ("1", OK)],
        "archive_ratio",
    ),
    "zip, entries that overlap": Case(
        lambda: zip_file(_A, *[replace(_A, told_offset=0)] * 40),
        [("a.jpg", OK)],
        "archive_damaged",
    ),
    "zip, too many bytes": Case(
        lambda: zip_file(_A, _B), [("a.jpg", OK)], "archive_too_large", {"max_expanded_bytes": 5999}
    ),
    "zip, too many bytes in one file": Case(
        lambda: zip_file(Zipped(b"x", noise(3 << 20)), _A),
        [],
        "archive_too_large",
        {"max_expanded_bytes": 2 << 20},
    ),
    "zip, too many entries": Case(lambda: zip_file(*[_A] * 51), [], "archive_too_many_entries"),
    "zip, more entries than told": Case(
        lambda: zip_file(*[_A] * 51, told_entries=1),
        [("a.jpg", OK)] * 50,
        "archive_too_many_entries",
    ),
    "zip, hidden entries": Case(
        lambda: zip_file(*[Zipped(b".x")] * 51, told_entries=1), [], "archive_too_many_entries"
    ),
    "zip64, too many entries": Case(
        lambda: zip64_file(_A, told_entries=1 << 63), [], "archive_too_many_entries"
    ),
    "tar.gz, high ratio": Case(
        lambda: gzip.compress(tar_file(_C, Tarred(b"x", _ZEROS))), [("c.jpg", OK)], "archive_ratio"
    ),
    "tar.bz2, high ratio": Case(
        lambda: bz2.compress(tar_file(_C, Tarred(b"x", _ZEROS))), [("c.jpg", OK)], "archive_ratio"
    ),
    "tar.gz, hidden and of high ratio": Case(
        lambda: gzip.compress(tar_file(_C, Tarred(b".x", _ZEROS))), [("c.jpg", OK)], "archive_ratio"
    ),
    "tar.gz, too many bytes": Case(
        lambda: gzip.compress(tar_file(_C, _D)),
        [("c.jpg", OK)],
        "archive_too_large",
        {"max_expanded_bytes": 5999},
    ),
    "tar.gz, in layers": Case(
        lambda: gzip.compress(gzip.compress(tar_file(_C))), [], "not_an_archive"
    ),
    "tar.xz, huge dictionary": Case(
        lambda: _with_huge_dictionary(lzma.compress(tar_file(_C))), [], "archive_damaged"
    ),
    "tar, too many entries": Case(
        lambda: tar_file(*[_C] * 51), [("c.jpg", OK)] * 50, "archive_too_many_entries"
    ),
    "tar, folders without end": Case(
        lambda: tar_file(*[Tarred(b"a/", b"", b"5")] * 51), [], "archive_too_many_entries"
    ),
    "tar, huge pax header": Case(
        lambda: tar_file(_C, Tarred(b"x", b"", b"x", told_size=b"77777777777\0")),
        [("c.jpg", OK)],
        "archive_damaged",
    ),
    "tar, huge long name": Case(
        lambda: tar_file(_C, Tarred(b"x", b"a" * (2 << 20), b"L"), _D),
        [("c.jpg", OK)],
        "archive_damaged",
    ),
    "tar, headers without end": Case(
        lambda: tar_file(*[pax(path=b"x")] * 20, _C), [], "archive_damaged"
    ),
    "tar, sparse map without end": Case(
        lambda: tar_file(_sparse_map_without_end()), [], "archive_damaged"
    ),
}

BROKEN: Final[Mapping[str, Case]] = {
    "empty file": Case(lambda: b"", [], "not_an_archive"),
    "text": Case(lambda: b"this is no archive\n" * 99, [], "not_an_archive"),
    "JPEG": Case(lambda: b"\xff\xd8\xff\xe0" + noise(3000), [], "not_an_archive"),
    "RAR": Case(lambda: b"Rar!\x1a\x07\x01\x00" + noise(3000), [], "not_an_archive"),
    "gz of text": Case(lambda: gzip.compress(b"no tar\n" * 99), [], "not_an_archive"),
    "gz of nothing": Case(lambda: gzip.compress(b""), [], "not_an_archive"),
    "zip, all encrypted": Case(
        lambda: zip_file(Zipped(b"dir/", b""), Zipped(b"a", flags=1), Zipped(b"b", flags=1)),
        [("a", "encrypted"), ("b", "encrypted")],
        "archive_encrypted",
    ),
    "zip, cut off": Case(lambda: zip_file(_A, _B)[:-30], [], "archive_damaged"),
    "zip, only its signature": Case(lambda: b"PK\3\4", [], "archive_damaged"),
    "zip, part of a split one": Case(
        lambda: zip_file(_A)[:-18] + b"\1\0" + zip_file(_A)[-16:], [], "archive_damaged"
    ),
    "zip, directory larger than the file": Case(
        lambda: zip_file(_A, told_size=1 << 31), [], "archive_damaged"
    ),
    "zip, directory elsewhere": Case(lambda: zip_file(_A, _B, told_size=90), [], "archive_damaged"),
    "zip, fewer entries than told": Case(
        lambda: zip_file(_A, Zipped(b"b" * 99), told_entries=3),
        [("a.jpg", OK), ("b" * 99, OK)],
        "archive_damaged",
    ),
    "zip, more entries than room": Case(
        lambda: zip_file(_A, told_entries=40), [], "archive_damaged"
    ),
    "zip64, directory beyond the end": Case(
        lambda: zip64_file(_A, told_start=1 << 63), [], "archive_damaged"
    ),
    "tar, cut off in a file": Case(
        lambda: tar_file(_C, _D)[:5000], [("c.jpg", OK)], "archive_damaged"
    ),
    "tar, cut off between files": Case(
        lambda: tar_file(_C, end=b""), [("c.jpg", OK)], "archive_damaged"
    ),
    "tar, cut off in a header": Case(
        lambda: tar_file(_C, _D)[:3700], [("c.jpg", OK)], "archive_damaged"
    ),
    "tar, more than there is": Case(
        lambda: tar_file(_C, Tarred(b".x", told_size=b"00077777777\0")),
        [("c.jpg", OK)],
        "archive_damaged",
    ),
    "tar, binary size beyond all": Case(
        lambda: tar_file(_C, Tarred(b".x", told_size=b"\x80" + b"\xff" * 11)),
        [("c.jpg", OK)],
        "archive_damaged",
    ),
    "tar, damaged header": Case(
        lambda: tar_file(_C, end=b"x" * 512), [("c.jpg", OK)], "archive_damaged"
    ),
    "tar, no size": Case(
        lambda: tar_file(_C, Tarred(b"x", told_size=b"neither is 8")),
        [("c.jpg", OK)],
        "archive_damaged",
    ),
    "tar, negative size": Case(
        lambda: tar_file(_C, Tarred(b"x", told_size=b"\xff" * 12)),
        [("c.jpg", OK)],
        "archive_damaged",
    ),
    "tar, negative octal size": Case(
        lambda: tar_file(_C, Tarred(b"x", told_size=b"-0000000512\0")),
        [("c.jpg", OK)],
        "archive_damaged",
    ),
    "tar, pax size of letters": Case(
        lambda: tar_file(pax(size=b"many"), _C), [], "archive_damaged"
    ),
    "tar, pax without length": Case(
        lambda: tar_file(Tarred(b"x", b"path=c\n", b"x"), _C), [], "archive_damaged"
    ),
    "tar, pax of length 0": Case(
        lambda: tar_file(Tarred(b"x", b"0 path=c\n", b"x"), _C), [], "archive_damaged"
    ),
    "tar.gz, cut off": Case(
        lambda: gzip.compress(tar_file(_C, _D))[:4500], [("c.jpg", OK)], "archive_damaged"
    ),
    "tar.gz, wrong checksum": Case(
        lambda: _spoilt(gzip.compress(tar_file(_C, Tarred(b"d.jpg", noise(3 << 20)))), -8),
        [("c.jpg", OK)],
        "archive_damaged",
    ),
    "tar.bz2, damaged": Case(
        lambda: _spoilt(bz2.compress(tar_file(_C, _D)), 3000), [], "archive_damaged"
    ),
    "tar.xz, damaged": Case(
        lambda: _spoilt(lzma.compress(tar_file(_C, _D)), 30), [], "archive_damaged"
    ),
}

CASES: Final[Mapping[str, Case]] = {**GOOD, **NAMES, **UNSAFE, **BAD_ENTRIES, **BOMBS, **BROKEN}
