"""The error a command ends with when a person can do something about it."""


class CommandError(Exception):
    """The message is one sentence that says what is wrong and what to do."""

    exit_code = 2
