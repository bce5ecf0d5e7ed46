"""Gists: what a result comes to, in a few figures, read where it lies; results may be large."""

from collections.abc import Mapping
from types import MappingProxyType

GISTS: Mapping[str, str] = MappingProxyType(
    {
        "image_analysis": """(
            SELECT jsonb_object_agg(issue ->> 'name', issue -> 'count')
            FROM jsonb_array_elements(result -> 'issues') issue
            WHERE (issue ->> 'count')::bigint > 0)""",
        "clustering": "jsonb_build_object('groups', result -> 'clusters')",
        "eda": "jsonb_strip_nulls(jsonb_build_object('health', result #> '{health,score}'))",
    }
)


def gist_of(type_: str) -> str:
    """An expression over a row of tasks: figures by name, or null."""
    return f"CASE WHEN result IS NOT NULL THEN {GISTS.get(type_, 'NULL')} END"
