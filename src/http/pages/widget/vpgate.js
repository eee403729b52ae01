"use strict";
// The browser widget: the device grant (RFC 8628), run by a page. `qr.js` and `texts.js` are joined in front of it, and
// all are served as `vpgate.min.js`; `UPDATE_WIDGET=1 cargo test --test browser` makes that file.

const GRANT = "urn:ietf:params:oauth:grant-type:device_code";
const MEMBERS = ["access_token", "token_type", "expires_in", "refresh_token", "scope"];
/** Seconds after which an answer is not waited for any longer. */
const PATIENCE = 20;
/** Seconds that the service may wait with an answer, for the person (RFC 7240 section 4.3). */
const WAIT = 15;
/** The longest pause, in seconds, that faults lead to. */
const LONGEST_PAUSE = 60;

const LINE = "var(--vpgate-border, light-dark(#d6dae3, #333b4b))";
const ACCENT = "var(--vpgate-accent, light-dark(#1f4fd8, #8fb0ff))";
const STYLE = `
:host { display: inline-block; max-width: 100%; }
.panel { box-sizing: border-box; width: max(calc(var(--size) + 4rem), 17rem); max-width: 100%; padding: 1.25rem;
  font: var(--vpgate-font, 1rem/1.4 system-ui, sans-serif); text-align: center; overflow-wrap: anywhere;
  color: var(--vpgate-color, light-dark(#14171f, #eef1f7)); background: var(--vpgate-background, light-dark(#fff, #181d27));
  border: 1px solid ${LINE}; border-radius: var(--vpgate-radius, .75rem); }
.panel:focus { outline: none; }
p { margin: 0 0 .75rem; }
small { font-size: .875em; color: var(--vpgate-muted, light-dark(#545b6b, #a9b2c3)); }
svg { display: block; width: var(--size); max-width: 100%; height: auto; margin: 0 auto .75rem; background: #fff; border-radius: .375rem; }
a { color: ${ACCENT}; }
.code { display: block; font: 700 1.5em/1.4 ui-monospace, monospace; letter-spacing: .06em; white-space: nowrap; }
.act { box-sizing: border-box; display: inline-block; min-height: 2.75rem; padding: .5rem 1.25rem; font: inherit; font-weight: 600; cursor: pointer;
  color: inherit; background: none; border: 1px solid ${LINE}; border-radius: var(--vpgate-radius, .625rem); }
.main { margin-bottom: .75rem; text-decoration: none; color: var(--vpgate-on-accent, light-dark(#fff, #0b1530)); background: ${ACCENT}; }
[hidden] { display: none; }
:focus-visible { outline: 3px solid ${ACCENT}; outline-offset: 2px; }
`;

class VpGateError extends Error {
  constructor(code, message, cause) {
    super(message ?? code, { cause });
    this.name = "VpGateError";
    this.code = code;
  }
}

/** How to end what is going on in an element. */
const running = new WeakMap();

async function start(element, options) {
  const { authServiceUrl, clientId, scope, size = 240, display, signal } = options ?? {};
  let service;
  try {
    if (!(element instanceof Element)) throw new TypeError("an element is needed");
    if (typeof clientId !== "string" || typeof authServiceUrl !== "string") throw new TypeError("clientId and authServiceUrl are needed");
    if (!(size >= 100 && size <= 1000)) throw new TypeError("size is from 100 to 1000");
    service = new URL(authServiceUrl, location.href).href.replace(/\/*$/, "/");
  } catch (cause) {
    throw new VpGateError("invalid_options", cause.message, cause);
  }
  const spoken = wordsIn(options.language, element.closest("[lang]")?.lang, ...navigator.languages);
  const texts = { ...spoken.texts, ...options.texts };
  running.get(element)?.("started again in this element");

  // What ends it: the button, the caller's signal, another start, or the element's removal.
  const ended = new AbortController();
  const end = (why) => ended.abort(new VpGateError("cancelled", String(why?.message ?? why)));
  const byCaller = () => end(signal.reason);
  if (signal?.aborted) byCaller();
  signal?.addEventListener("abort", byCaller);
  running.set(element, end);

  const view = panel(texts, spoken.tag, size, display);
  view.cancel.onclick = () => end("by the person");
  const client = { client_id: clientId };
  const session = { service, client, scope, texts, view, ended };
  try {
    ended.signal.throwIfAborted();
    element.append(view.host);
    for (;;) {
      const answer = await oneCode(session, end);
      if (answer) {
        const token = result(answer);
        view.say(texts.done);
        return token;
      }
      view.say(texts.expired);
      view.retry.hidden = false;
      await until(ended.signal, 0, (resolve) => (view.retry.onclick = resolve));
      view.retry.hidden = true;
      // The button that had the focus is gone.
      view.focus();
    }
  } catch (fault) {
    if (fault.code === "cancelled") view.host.remove();
    view.say(fault.code === "access_denied" ? texts.denied : texts.failed);
    throw fault;
  } finally {
    view.retry.hidden = view.cancel.hidden = true;
    signal?.removeEventListener("abort", byCaller);
    if (running.get(element) === end) running.delete(element);
  }
}

/** One code from beginning to end: the token endpoint's answer, or nothing when the code expired. */
async function oneCode({ service, client, scope, texts, view, ended }, end) {
  view.say(texts.preparing);
  let given;
  for (let faults = 1; ; faults += 1) {
    given = await post(ended.signal, `${service}device_authorization`, scope ? { ...client, scope } : client);
    if (!given.fault) break;
    view.say(texts.offline);
    await until(ended.signal, pause(1, faults, given.fault));
  }
  if (given.error) throw new VpGateError(given.error, given.error_description);

  const deadline = performance.now() + given.expires_in * 1000;
  // RFC 8628 section 3.2: five seconds when nothing is said.
  let interval = given.interval > 0 ? given.interval : 5;
  try {
    if (typeof given.device_code !== "string" || !(deadline > 0)) throw new TypeError("a member is missing");
    view.show(given, deadline);
  } catch (cause) {
    throw new VpGateError("invalid_response", "the device authorization response cannot be used", cause);
  }
  const waiting = view.said();
  try {
    for (let faults = 0, wait = 0; ; ) {
      await until(ended.signal, wait);
      if (!view.host.isConnected) end("the element is gone");
      const began = performance.now();
      const answer = await post(ended.signal, `${service}token`, { ...client, grant_type: GRANT, device_code: given.device_code }, { Prefer: `wait=${WAIT}` });
      if (answer.ok) return answer;
      view.say(answer.fault ? texts.offline : waiting);
      faults = answer.fault ? faults + 1 : 0;
      // RFC 8628 section 3.5: five seconds more, for this and all later requests.
      if (answer.error === "slow_down") interval += 5;
      else if (answer.error === "expired_token") return undefined;
      else if (!answer.fault && answer.error !== "authorization_pending") throw new VpGateError(answer.error, answer.error_description);
      if (performance.now() >= deadline) return undefined;
      // The interval is from request to request: an answer that has waited for longer needs no other pause.
      wait = pause(interval, faults, answer.fault ?? 0);
      if (!answer.fault && performance.now() - began > wait * 1000 + 1000) wait = 0;
    }
  } finally {
    view.clear();
  }
}

/** What the caller gets (RFC 6749 section 5.1): these members and no others. */
function result(answer) {
  if (typeof answer.access_token !== "string" || !/^bearer$/i.test(answer.token_type)) {
    throw new VpGateError("invalid_response", "no bearer token in the answer");
  }
  return Object.fromEntries(MEMBERS.filter((name) => answer[name] != null).map((name) => [name, answer[name]]));
}

/** How long to wait after so many faults in a row: twice as long each time (RFC 8628 section 3.5). */
function pause(seconds, faults, asked) {
  return Math.max(seconds, asked, Math.min(seconds * 2 ** faults, LONGEST_PAUSE));
}

/** Resolves after so many seconds, or when `occasion` calls back, where there is one; rejects when it is all over. */
function until(signal, seconds, occasion) {
  return new Promise((resolve, reject) => {
    const over = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const go = () => {
      signal.removeEventListener("abort", over);
      resolve();
    };
    const timer = occasion ? undefined : setTimeout(go, seconds * 1000);
    occasion?.(go);
    signal.addEventListener("abort", over);
    if (signal.aborted) over();
  });
}

/**
 * The answer's members with `ok`; an `error` is always there when it is not. Or `fault`, the seconds to
 * wait, when the service could not answer.
 */
async function post(signal, address, fields, headers) {
  signal.throwIfAborted();
  const late = new AbortController();
  const over = () => late.abort();
  const timer = setTimeout(over, PATIENCE * 1000);
  signal.addEventListener("abort", over);
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers,
      body: new URLSearchParams(fields),
      signal: late.signal,
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
    const text = await answer.text();
    if (answer.status === 429 || answer.status >= 500) return { fault: Number(answer.headers.get("Retry-After")) || 1 };
    return { error: answer.ok ? undefined : "invalid_response", ...members(text), ok: answer.ok };
  } catch {
    signal.throwIfAborted();
    return { fault: 1 };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", over);
  }
}

function members(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { error: "invalid_response", error_description: "the answer is not JSON" };
  }
}

/** What a person sees: in a shadow of its own, so that neither page nor widget disturbs the other. */
function panel(texts, language, size, display) {
  const status = make("p", { role: "status" });
  const code = make("div");
  const retry = make("button", { type: "button", class: "act main" }, texts.retry);
  retry.hidden = true;
  const cancel = make("button", { type: "button", class: "act" }, texts.cancel);
  const box = make("div", { class: "panel", role: "group", "aria-label": texts.title, tabindex: -1, lang: language, dir: language === "ar" ? "rtl" : "ltr" }, status, code, retry, " ", cancel);
  const host = make("div");
  host.style.setProperty("--size", `${size}px`);
  const root = host.attachShadow({ mode: "open" });
  // Unlike a style element, this passes the strictest policy of a page.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  root.append(box);
  let ticking;

  return {
    host,
    retry,
    cancel,
    focus: () => box.focus(),
    said: () => status.textContent,
    /** Only what is new, so that a screen reader does not repeat itself. */
    say: (text) => {
      if (status.textContent !== text) status.textContent = text;
    },
    show: (given, deadline) => {
      const address = page(given.verification_uri);
      const complete = page(given.verification_uri_complete ?? given.verification_uri);
      const link = (text, kind) => make("a", { href: complete, target: "_blank", rel: "noopener noreferrer", class: kind }, text);
      const user = make("strong", { class: "code", dir: "ltr" }, given.user_code);
      const clock = make("span", { role: "timer" });
      if (display ? display === "button" : isPhone()) {
        code.append(link(texts.open, "act main"), make("p", {}, make("small", {}, texts.compare), user));
        status.textContent = texts.tap;
      } else {
        const typed = link(address.replace(/^https?:\/\//, ""), "");
        code.append(picture(complete, texts.picture), make("p", {}, make("small", {}, texts.address), make("br"), typed, user));
        status.textContent = texts.scan;
      }
      const { confirmation_number: number } = given;
      if (number) code.append(make("p", {}, make("small", {}, texts.number), make("strong", { class: "code" }, number)));
      code.append(make("p", {}, make("small", {}, texts.left, " ", clock)));
      const tick = () => {
        const seconds = Math.max(0, Math.round((deadline - performance.now()) / 1000));
        clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      };
      tick();
      ticking = setInterval(tick, 1000);
    },
    clear: () => {
      clearInterval(ticking);
      code.replaceChildren();
    },
  };
}

/** An address that a person can be sent to. */
function page(address) {
  if (!/^https?:$/.test(new URL(address).protocol)) throw new TypeError("not the address of a page");
  return address;
}

/** A phone holds the wallet itself; it cannot scan its own screen. */
function isPhone() {
  return navigator.userAgentData?.mobile ?? /iPhone|iPod|Android.+Mobile/.test(navigator.userAgent);
}

function make(name, attributes, ...children) {
  return dress(document.createElement(name), attributes, children);
}

function dress(element, attributes = {}, children = []) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Dark on white with the quiet zone of four modules; nothing when no code holds the text. */
function picture(text, label) {
  const modules = qr(text);
  if (!modules) return "";
  const svg = (name, attributes, ...children) => dress(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
  const side = modules.length + 8;
  const d = modules.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : ""))).join("");
  return svg("svg", { viewBox: `0 0 ${side} ${side}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" }, svg("path", { d }));
}

globalThis.VpGate = Object.freeze({ start, VpGateError });
