"""Server-sent events (HTML Living Standard, section 9.2), as far as this API sends them."""

from collections.abc import AsyncGenerator, AsyncIterator

LONGEST = 4 * 1024 * 1024
"""Longest event, in characters: a result with its report is much shorter."""


async def events_of(lines: AsyncIterator[str]) -> AsyncGenerator[tuple[str, str], None]:
    """Name and data of each event; what is incomplete at the end is none."""
    name = ""
    data: list[str] = []
    async for line in lines:
        if not line:
            if data:
                yield name or "message", "\n".join(data)
            name, data = "", []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data.append(value)
            if sum(map(len, data)) > LONGEST:
                raise ValueError("an event is too long")
