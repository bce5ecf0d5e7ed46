"""Entry names: the names of files in archives, decoded, and which of them cannot be kept."""

import re
import zlib

from service.compute.archive_entries import Problem

MAX_NAME_BYTES = 4096
"""Room for a path of 1,024 bytes that becomes shorter when it is composed (NFC)."""

_DRIVE = re.compile(r"[A-Za-z]:[/\\]")
_SLASHES = re.compile(r"[/\\]")
_UTF8_PATH_VERSION = b"\x01"


def zip_name(raw: bytes, *, utf8: bool, unicode_path: bytes | None) -> str:
    r"""The name of an entry of a zip; ``\`` is a separator, as on the Windows that wrote it.

    ``utf8`` is what bit 11 of the flags says, ``unicode_path`` the extra field 0x7075. Names
    without either are UTF-8 where that is possible, else CP949 where it is Korean, else CP437.
    """
    name = _unicode_path(raw, unicode_path) or _decoded(raw)
    if name is None and utf8:
        return _escaped(raw.replace(b"\\", b"/"))
    return (name or raw.decode("cp437")).replace("\\", "/")


def tar_name(raw: bytes) -> str:
    r"""The name of an entry of a tar: UTF-8, or CP949 where it is Korean, or with ``\xff``."""
    return _decoded(raw) or _escaped(raw)


def is_passed_over(name: str) -> bool:
    """Whether an entry is of no interest: hidden, or what macOS adds to its archives."""
    if "." not in name and "_" not in name:
        return False
    parts = name.split("/")
    return "__MACOSX" in parts or any(
        part.startswith(".") and part not in (".", "..") for part in parts
    )


def problem_of(name: str) -> Problem | None:
    """Why a name cannot be the path of an item, whatever system it comes from."""
    if "\0" in name:
        return _unsafe("its name holds a NUL character")
    if name.startswith(("/", "\\")) or _DRIVE.match(name):
        return _unsafe("its path is absolute")
    if ".." in name and ".." in _SLASHES.split(name):
        return _unsafe("its path leads out of the archive with '..'")
    if not name.strip("./"):
        return _unsafe("it has no name")
    if len(name) * 4 > MAX_NAME_BYTES and len(name.encode()) > MAX_NAME_BYTES:
        return Problem("path_too_long", f"its path has more than {MAX_NAME_BYTES} bytes")
    return None


def _unsafe(detail: str) -> Problem:
    return Problem("unsafe_path", detail)


def _decoded(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _korean(raw)


def _korean(raw: bytes) -> str | None:
    """The name as CP949, if it holds any syllable of KS X 1001.

    Those are the 2,350 in use. The other 8,822 of CP949 lie where accented letters of CP437 do:
    "Größe" would be one of them.
    """
    try:
        name = raw.decode("cp949")
    except UnicodeDecodeError:
        return None
    syllables = (letter for letter in name if "가" <= letter <= "힣")
    return name if any(min(letter.encode("cp949")) > 0xA0 for letter in syllables) else None


def _unicode_path(raw: bytes, field: bytes | None) -> str | None:
    """Info-ZIP's second name; it holds only for the first name whose checksum it carries."""
    if field is None or len(field) < 5 or field[:1] != _UTF8_PATH_VERSION:
        return None
    if int.from_bytes(field[1:5], "little") != zlib.crc32(raw):
        return None
    try:
        return field[5:].decode("utf-8")
    except UnicodeDecodeError:
        return None


def _escaped(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")
