"""CannotRun: why nothing can start or go on here, told to the person who can mend it."""


class CannotRun(Exception):
    """Its text is all that is shown; there is no traceback."""
