"""Archive meter: what an archive was allowed, and what it has cost so far."""

from dataclasses import dataclass

from service.errors import Unreadable

FREE_BYTES = 64 << 20
"""The ratio is not looked at before so much has been unfolded: small files may well be blank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Where an archive is too much; what is counted is what comes out, not what it claims."""

    max_entries: int
    max_expanded_bytes: int
    max_ratio: float
    """Bytes that come out for each byte of the archive."""
    max_file_bytes: int
    quota_left_bytes: int | None
    """What may be kept besides what was kept before this run; None is no limit."""
    free_bytes: int
    """What the disk takes besides that."""


class Meter:
    """Counts, and raises Unreadable where the archive as a whole goes beyond its allowance."""

    def __init__(self, allowance: Allowance, archive_bytes: int) -> None:
        self.allowance = allowance
        self.archive_bytes = archive_bytes
        self.read_bytes = 0
        """How far the archive has been read."""
        self._entries = 0
        self._unfolded_bytes = 0
        self._kept_bytes = 0
        self._new_bytes = 0

    @property
    def done(self) -> float:
        """The share of the archive that has been read, 0 to 1."""
        return min(self.read_bytes / max(self.archive_bytes, 1), 1.0)

    def expect_entries(self, count: int) -> None:
        """For what an archive says of itself, before it is believed."""
        if count > self.allowance.max_entries:
            raise Unreadable(
                "archive_too_many_entries",
                f"the archive has more than the limit of {self.allowance.max_entries} entries",
            )

    def count_entry(self) -> None:
        self._entries += 1
        if self._entries > self.allowance.max_entries:
            self.expect_entries(self._entries)

    def unfold(self, size_bytes: int) -> None:
        """Bytes came out of a decompressor, whether or not anybody keeps them."""
        self._unfolded_bytes += size_bytes
        limit = max(FREE_BYTES, self.allowance.max_ratio * self.archive_bytes)
        if self._unfolded_bytes > limit:
            raise Unreadable(
                "archive_ratio",
                f"the archive unfolds to more than {self.allowance.max_ratio:g} times its size",
            )

    def keep(self, size_bytes: int) -> None:
        """Bytes are about to be kept."""
        self.keep_again(size_bytes)
        self._new_bytes += size_bytes
        quota_left_bytes = self.allowance.quota_left_bytes
        if quota_left_bytes is not None and self._new_bytes > quota_left_bytes:
            raise Unreadable(
                "quota_exceeded",
                f"its files have more than the {quota_left_bytes} bytes that its owner may bring",
            )
        if self._new_bytes > self.allowance.free_bytes:
            raise Unreadable(
                "storage_full",
                f"the storage has room for {self.allowance.free_bytes} more bytes only",
            )

    def keep_again(self, size_bytes: int) -> None:
        """Bytes were kept before this run: they are of the archive, and take no more room."""
        self._kept_bytes += size_bytes
        if self._kept_bytes > self.allowance.max_expanded_bytes:
            raise Unreadable(
                "archive_too_large",
                f"its files have more than the limit of {self.allowance.max_expanded_bytes} bytes",
            )
