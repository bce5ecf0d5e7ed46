"""Previews of several workers add up to one."""

from service.domain.previews import merged


def test_counts_lists_and_mappings_add_up() -> None:
    one = {"analysed": 2, "formats": {"JPEG": 2}, "histogram": [1, 1, 0]}
    other = {"analysed": 1, "formats": {"PNG": 1}, "histogram": [0, 0, 1]}

    assert merged([one, other]) == {
        "analysed": 3,
        "formats": {"JPEG": 2, "PNG": 1},
        "histogram": [1, 1, 1],
    }


def test_nothing_merged_is_nothing() -> None:
    assert merged([]) == {}
