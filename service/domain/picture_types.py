"""Picture types: which pictures a browser may show, told by how their bytes begin."""

_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)


def picture_type(beginning: bytes) -> str | None:
    """The media type of a picture; None of whatever else a file claims to be: it may be saved."""
    if beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP":
        return "image/webp"
    return next((type_ for magic, type_ in _BEGINNINGS if beginning.startswith(magic)), None)
