"""Schemas of exports."""

from service.api.schemas.common import Body
from service.domain.exports import ExportFormat


class ExportQuery(Body):
    """How rows are written down."""

    format: ExportFormat = ExportFormat.CSV
