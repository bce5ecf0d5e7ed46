"""Cards name the middle and the edge of a cluster, and what sets it apart."""

import numpy as np
import pytest

from service.compute.cluster_cards import Members, cards, members, outliers, unassigned
from service.compute.clusters import NOISE

IDS = np.arange(60, dtype=np.int64) + 100


@pytest.fixture
def told() -> Members:
    """Forty items on a line from 0, twenty at 1000, and of those two in no cluster."""
    points = np.zeros((60, 2), np.float32)
    points[:40, 0] = np.arange(40)
    points[40:, 0] = 1000
    labels = np.repeat(np.array([0, 1], np.int32), [40, 20])
    labels[58:] = NOISE
    points[59] = (1000, 50)
    return members(IDS, labels, points, 2)


def test_every_item_is_on_one_card_or_unassigned(told: Members) -> None:
    made = cards(told, {}, [None, None])

    assert [card["size"] for card in made] == [40, 18]
    assert sum(card["share"] for card in made) + unassigned(told)["share"] == pytest.approx(1)


def test_examples_are_in_the_middle_and_outliers_at_the_edge(told: Members) -> None:
    card = cards(told, {}, [None, None])[0]

    assert {item["item_id"] for item in card["examples"][:2]} == {119, 120}
    assert {item["item_id"] for item in card["outliers"][:2]} == {100, 139}
    assert not {i["item_id"] for i in card["examples"]} & {i["item_id"] for i in card["outliers"]}


def test_the_unassigned_come_farthest_first(told: Members) -> None:
    assert [item["item_id"] for item in unassigned(told)["examples"]] == [159, 158]


def test_an_attribute_sets_apart_whose_members_have_more_of_it(told: Members) -> None:
    rng = np.random.default_rng(0)
    attributes = {
        "brightness": np.where(np.arange(60) < 40, 0.2, 0.8),
        "contrast": rng.random(60),
        "constant": np.full(60, 7.0),
    }

    first, second = (card["traits"] for card in cards(told, attributes, [None, None]))

    assert [(trait["attribute"], trait["above"]) for trait in first] == [("brightness", 0)]
    assert (first[0]["median"], second[0]["median"]) == (0.2, 0.8)
    assert second[0]["above"] > 0.9


def test_how_often_is_counted_over_all_pairs(told: Members) -> None:
    values = np.random.default_rng(1).integers(0, 5, 60).astype(np.float64)
    values[:40] += 3

    card = cards(told, {"width": values}, [None, None])[0]

    mine, others = values[told.labels == 0], values[told.labels != 0]
    pairs = (mine[:, None] > others).mean() + (mine[:, None] == others).mean() / 2
    assert card["traits"][0]["above"] == pytest.approx(pairs)


def test_a_cluster_of_all_is_set_apart_by_nothing() -> None:
    alone = members(IDS, np.zeros(60, np.int32), np.zeros((60, 2), np.float32), 1)

    assert cards(alone, {"width": np.arange(60.0)}, [None])[0]["traits"] == []


def test_beyond_the_fence_and_in_no_cluster_is_an_outlier() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(60, 2)).astype(np.float32)
    points[7] = (90, 0)
    labels = np.zeros(60, np.int32)
    labels[9] = NOISE

    found = outliers(members(IDS, labels, points, 1), 10)

    assert [(id_, cluster) for id_, _, cluster in found] == [(107, 0), (109, None)]
    assert 0 < found[0][1] < 0.2 < found[1][1] <= 1
    assert outliers(members(IDS, labels, points, 1), 1) == found[:1]


def test_where_there_is_no_cluster_everything_is_unassigned() -> None:
    nothing = members(IDS, np.full(60, NOISE, np.int32), np.zeros((60, 2), np.float32), 0)

    assert cards(nothing, {"width": np.arange(60.0)}, []) == []
    assert unassigned(nothing)["size"] == 60
    assert len(outliers(nothing, 1000)) == 60
