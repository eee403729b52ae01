"""A shop that asks a wallet for the age of its customers. `README.md` says how it is started."""

import html
import secrets
from os import environ
from typing import Annotated

from fastapi import Cookie, FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from vpgate import Vpgate, VpgateError, WebhookError, verify_receipt, verify_webhook

PUBLIC, SCOPE = environ["PUBLIC_URL"], environ["SCOPE"]
vpgate = Vpgate(environ["VPGATE_URL"], environ["CLIENT_ID"], environ["CLIENT_SECRET"])
orders: dict[str, str] = {}  # What each browser has begun; a real shop keeps it in its session.
app = FastAPI()


def page(text: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(f"<!doctype html><html lang=en><title>Wine</title><main>{text}</main></html>", status)


@app.get("/")
async def shelf() -> HTMLResponse:
    return page('<h1>Wine</h1><form method="post" action="/buy"><button>Buy: prove your age</button></form>')


@app.post("/buy")
async def buy() -> RedirectResponse:
    order = secrets.token_urlsafe()
    begun = await vpgate.begin({"scope": SCOPE, "redirect_uri": f"{PUBLIC}/return"}, order)
    orders[order] = begun["id"]
    response = RedirectResponse(begun["start_url"], 303)
    response.set_cookie("order", order, httponly=True, samesite="lax", secure=PUBLIC.startswith("https:"))
    return response


@app.get("/return")  # The code belongs to this browser's order: nobody else's link leads here with it.
async def come_back(order: Annotated[str, Cookie()] = "", response_code: str = "") -> HTMLResponse:
    if order not in orders:
        return page("Begin again.", 400)
    result = await vpgate.wait(orders[order], response_code)
    if result["status"] != "verified":
        return page(f"No wine: {result['status']}.")
    if "receipt" in result:
        verify_receipt(result["receipt"], await vpgate.keys())
    (credential, *_) = result["credentials"].values()
    return page(f"<h1>Cheers, {html.escape(credential['claims']['given_name'])}</h1>")


@app.post("/webhook", status_code=204)  # It says that there is a result; only the browser that returns brings the right to it.
async def told(request: Request) -> None:
    event = verify_webhook(await request.body(), request.headers, [environ["WEBHOOK_SECRET"]])
    print(event["type"], event["data"].get("presentation"), flush=True)


@app.exception_handler(VpgateError)
@app.exception_handler(WebhookError)
async def failed(_: Request, fault: Exception) -> HTMLResponse:
    return page(html.escape(str(fault)), 502 if isinstance(fault, VpgateError) else 400)
