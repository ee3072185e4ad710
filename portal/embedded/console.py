"""Lines of several programs on one terminal, each with the program's name in front."""

import os
from collections.abc import Sequence
from typing import TextIO

_COLOURS = (36, 33, 35, 32, 34)  # cyan, yellow, magenta, green, blue: readable on dark and on light


class Console:
    """Writes whole lines; names are aligned, and coloured when the stream is a terminal."""

    def __init__(self, stream: TextIO, names: Sequence[str]) -> None:
        self.stream = stream
        self.width = max(map(len, (*names, OWN_NAME)))
        coloured = stream.isatty() and not os.environ.get("NO_COLOR")
        codes = {name: _COLOURS[number % len(_COLOURS)] for number, name in enumerate(names)}
        self.codes = codes | {OWN_NAME: 1} if coloured else {}

    def line(self, name: str, text: str) -> None:
        """Write one line, unless blank; a terminal or pipe that has gone away is no reason to fail."""
        if not text.strip():
            return
        label = f"{name:<{self.width}} |"
        if name in self.codes:
            label = f"\x1b[{self.codes[name]}m{label}\x1b[0m"
        try:
            print(label, text, file=self.stream, flush=True)
        except (OSError, ValueError):
            pass

    def say(self, text: str) -> None:
        """Write a line of the supervisor itself."""
        self.line(OWN_NAME, text)


OWN_NAME = "plumbline"
