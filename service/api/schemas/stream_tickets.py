"""Schemas of stream tickets."""

from datetime import datetime

from service.api.schemas.common import Answer


class StreamTicketAnswer(Answer):
    """A ticket, told this once; ``url`` is the task's event stream with the ticket in it."""

    ticket: str
    expires_at: datetime
    url: str
