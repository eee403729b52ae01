"""The REST API for a relying party's server. It holds the client's secret."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, quote_plus

import httpx

from .events import events_of

if TYPE_CHECKING:
    from types import TracebackType

    # Generated from the document of the API.
    from .shapes import BeginPresentation, BegunPresentation, Presentation

HELD = 25
"""Longest time that the service holds a request for a result, in seconds."""
NEEDS_CODE = "urn:vpgate:problem:response_code_required"
"""The kind of problem where there is a result, and the code of the browser is missing."""
LONGEST_PAUSE = 30.0
"""Longest pause between two questions, in seconds."""
PATIENCE = httpx.Timeout(40.0)
"""Longest time without an answer, in seconds: longer than a request is held."""
SILENCE = httpx.Timeout(40.0, read=75.0)
"""A stream of events says every few seconds that it lives."""


class VpgateError(Exception):
    """The service refused a request, or cannot answer."""

    def __init__(self, status: int, problem: dict[str, Any], retry_after: float | None) -> None:
        super().__init__(problem.get("detail") or problem.get("title") or f"the service answered {status}")
        self.status = status
        """The status of the answer."""
        self.problem = problem
        """What the service says (RFC 9457)."""
        self.retry_after = retry_after
        """Seconds after which it may go better."""


class Vpgate:
    """One confidential client of the service at `url`, its `public_url`. Close it, or use it in `async with`."""

    def __init__(
        self, url: str, client_id: str, client_secret: str, http: httpx.AsyncClient | None = None
    ) -> None:
        self._url = url.rstrip("/")
        self._http = http or httpx.AsyncClient()
        # RFC 6749 section 2.3.1: both parts are form-encoded first.
        self._auth = httpx.BasicAuth(quote_plus(client_id), quote_plus(client_secret))

    async def __aenter__(self) -> Vpgate:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes its connections."""
        await self._http.aclose()

    async def begin(self, asked: BeginPresentation, idempotency_key: str | None = None) -> BegunPresentation:
        """Begins a presentation; send the browser to `start_url` then.

        With the same key, what was begun is answered again for a day: so that a repeated request shows nobody a second
        code.
        """
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        answer = await self._ask("POST", "/v1/presentations", json=asked, headers=headers)
        return cast("BegunPresentation", answer.json())

    async def result(self, id: str, response_code: str | None = None) -> Presentation:
        """How it stands now; when verified, what it proved. The code that came back with the browser works once."""
        return await self._held(id, response_code, 0)

    async def forget(self, id: str) -> None:
        """Forgets it, whatever its state."""
        await self._ask("DELETE", _path(id))

    async def wait(self, id: str, response_code: str | None = None) -> Presentation:
        """Returns when it is decided, or expired; use `asyncio.timeout` to wait for less.

        Told by events; where they cannot be had, or break off, it asks. A result of the same device needs the code that
        came back with the browser: without it, `status` says how it ended, and nothing more.
        """
        async with aclosing(self.events(id)) as told:
            async for now in told:
                if now["status"] == "verified":
                    # Events hold nothing that was proven.
                    return await self._known(id, response_code, 0)
                if now["status"] != "pending":
                    return now
        return await self._poll(id, response_code)

    async def keys(self) -> dict[str, Any]:
        """The public keys of receipts, old ones too. Keep a copy beside the receipts that you keep."""
        return dict((await self._ask("GET", "/receipts/jwks.json")).json())

    async def events(self, id: str) -> AsyncGenerator[Presentation, None]:
        """Every state from now on, as it changes. Ends with the last one, or when the service cannot tell any more."""
        headers = {"Accept": "text/event-stream"}
        url = f"{self._url}{_path(id)}/events"
        try:
            async with self._http.stream(
                "GET", url, headers=headers, auth=self._auth, timeout=SILENCE
            ) as answer:
                if answer.status_code in (401, 403):
                    await answer.aread()
                    raise _refused(answer)
                if answer.status_code == 200:
                    async for _, data in events_of(answer.aiter_lines()):
                        yield cast("Presentation", json.loads(data))
        except (httpx.TransportError, ValueError):
            # It broke off: whoever waits asks.
            return

    async def _poll(self, id: str, response_code: str | None) -> Presentation:
        faults = 0
        while True:
            began = time.monotonic()
            try:
                now = await self._known(id, response_code, HELD)
                if now["status"] != "pending":
                    return now
                faults = 0
                # A service that does not hold requests is not asked without a pause.
                pause = 2.0 if time.monotonic() - began < 1 else 0.0
            except VpgateError as fault:
                if fault.status < 500 and fault.status != 429:
                    raise
                faults += 1
                pause = max(fault.retry_after or 1.0, 2.0**faults)
            except httpx.TransportError:
                faults += 1
                pause = 2.0**faults
            await asyncio.sleep(min(pause, LONGEST_PAUSE))

    async def _known(self, id: str, code: str | None, seconds: int) -> Presentation:
        """As far as the caller has a right to it: verified is told without what was proven where the code is missing."""
        try:
            return await self._held(id, code, seconds)
        except VpgateError as fault:
            if code is not None or fault.problem.get("type") != NEEDS_CODE:
                raise
            return {"id": id, "status": "verified"}

    async def _held(self, id: str, code: str | None, seconds: int) -> Presentation:
        query = {} if code is None else {"response_code": code}
        headers = {"Prefer": f"wait={seconds}"} if seconds else {}
        answer = await self._ask("GET", _path(id), params=query, headers=headers)
        return cast("Presentation", answer.json())

    async def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        answer = await self._http.request(
            method, f"{self._url}{path}", auth=self._auth, timeout=PATIENCE, **request
        )
        if answer.is_success:
            return answer
        raise _refused(answer)


def _path(id: str) -> str:
    return f"/v1/presentations/{quote(id, safe='')}"


def _refused(answer: httpx.Response) -> VpgateError:
    try:
        problem = dict(answer.json())
    except ValueError:
        problem = {"title": f"the service answered {answer.status_code}"}
    after = answer.headers.get("Retry-After", "")
    return VpgateError(answer.status_code, problem, float(after) if after.isdecimal() else None)
