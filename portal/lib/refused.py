"""The one exception by which an action says no in words for the person who asked."""


class Refused(Exception):  # noqa: N818 - it is a refusal, said to the user
    """Raised by actions when a rule forbids what was asked; the message is shown to the user as it stands.

    The message says what is wrong and what to do instead. It never holds a secret nor another client's data.
    """
