"""What holds for every task type."""

import numpy as np
import pytest

from service.api.app import OPERATIONS
from service.api.openapi import openapi
from service.catalog.catalogue import CATALOGUE
from service.catalog.entry import Entry, UnknownTaskType
from service.catalog.image_analysis import ISSUES
from service.compute import decoding
from service.compute.images import NAMES as MEASURED
from service.compute.issues import scores
from service.domain import image_features
from service.domain.datasets import Kind
from service.domain.image_features import IMAGE_EXTRACTOR, NUMBERS
from service.domain.stages import StageKind
from worker.analyses import ANALYSES
from worker.work import MapWork

ENTRIES = list(CATALOGUE)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_stage_has_work_of_its_kind(entry: Entry) -> None:
    work = ANALYSES[entry.name]

    assert list(work) == [stage.name for stage in entry.stages]
    for stage in entry.stages:
        assert isinstance(work[stage.name], MapWork) == (stage.kind is StageKind.MAP)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_the_last_stage_can_bring_the_result(entry: Entry) -> None:
    assert entry.stages[-1].kind is StageKind.SOLO


@pytest.mark.parametrize(
    "entry", [e for e in ENTRIES if e.submitted_directly], ids=lambda entry: entry.name
)
def test_defaults_suffice(entry: Entry) -> None:
    assert entry.params.model_validate({})


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_what_reads_images_is_for_datasets_of_images(entry: Entry) -> None:
    reads = any(stage.extractor == IMAGE_EXTRACTOR for stage in entry.stages)

    assert not reads or entry.kinds == (Kind.IMAGE,)


def test_an_unknown_type_says_which_are_known() -> None:
    with pytest.raises(UnknownTaskType, match="image_analysis"):
        CATALOGUE.entry("nonsense")


def test_what_is_measured_is_what_is_kept() -> None:
    assert tuple(MEASURED) == NUMBERS


def test_every_issue_but_unreadable_has_a_score_of_every_image() -> None:
    numbers = {str(name): np.ones(1) for name in NUMBERS}

    assert set(scores(numbers)) == set(ISSUES) - {
        "label_outliers",
        "exact_duplicates",
        "near_duplicates",
    }


def test_codes_mean_the_same_where_they_are_told_as_where_they_are_measured() -> None:
    assert (image_features.FORMATS, image_features.MODES) == (decoding.FORMATS, decoding.MODES)


def test_no_two_models_of_the_openapi_document_have_one_name() -> None:
    schemas = openapi(OPERATIONS, CATALOGUE, "1")["components"]["schemas"]

    assert [name for name in schemas if "__" in name] == []
