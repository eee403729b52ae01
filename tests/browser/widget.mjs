// The widget in pages of another origin. Usage: node widget.mjs <base url> <output directory>
import { mkdirSync, readFileSync } from "node:fs";
import { Browsing, check, DESKTOP, launch, PHONE, tellAll } from "./browsing.mjs";
import { qrCodes } from "./qr.mjs";
import { served } from "./served.mjs";

const [base, output] = process.argv.slice(2);
mkdirSync(output, { recursive: true });

/** An origin of the sandbox's client `page`. Nobody listens there: the browser is handed its pages. */
const ORIGIN = "http://localhost:8090";
const SCOPE = "urn:proof:params:scope:verifiable-credentials:basic";
const PHONES_AGENT =
  "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36";

const BARE = `<!doctype html><html lang="en"><title>A page</title><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"><script src="${base}/vpgate.js"></script><h1>A page</h1><div id="one"></div><div id="two"></div></html>`;
const TYPES = { html: "text/html", css: "text/css", js: "text/javascript" };

// Pages that the browser is handed come from no address, and would not be let through to loopback.
const browser = await launch("--disable-features=LocalNetworkAccessChecks");

async function windowOf(story, who, viewport, more = {}) {
  // "Not yet" is a 400 (RFC 8628 section 3.5), and browsers tell of each.
  const tolerated = /status of 400/;
  const browsing = await Browsing.open(browser, { base, output, story, who, viewport, colorScheme: "light", tolerated, ...more });
  await browsing.context.route(`${ORIGIN}/**`, (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name === "bare") return route.fulfill({ contentType: "text/html; charset=utf-8", body: BARE });
    const file = name || "index.html";
    const text = readFileSync(new URL(`../../examples/widget/${file}`, import.meta.url), "utf8");
    return route.fulfill({ contentType: `${TYPES[file.split(".").at(-1)]}; charset=utf-8`, body: text.replaceAll("http://127.0.0.1:8080", base) });
  });
  return browsing;
}

/** In a page: how many of its requests have no complete answer yet. */
function countRequests() {
  const request = window.fetch;
  window.underWay = 0;
  window.fetch = async (...asked) => {
    window.underWay += 1;
    try {
      const answer = await request(...asked);
      await answer.clone().arrayBuffer();
      return answer;
    } finally {
      window.underWay -= 1;
    }
  };
}

/** A page with nothing but the script, and whether it was asked for a token. */
async function bare(story, more) {
  const page = await windowOf(story, "page", DESKTOP, more);
  page.polls = 0;
  page.page.on("request", (request) => {
    if (request.url() === `${base}/token` && request.method() === "POST") page.polls += 1;
  });
  if (more?.clock) {
    await page.page.clock.install({ time: new Date("2026-11-21T10:00:00Z") });
    await page.page.addInitScript(countRequests);
  }
  await page.go(`${ORIGIN}/bare`);
  return page;
}

/** Starts the widget in an element; `outcomes[place]` is there once it has ended. */
const start = (browsing, place = "one", options = {}) =>
  browsing.page.evaluate(([place, options]) => {
    window.outcomes ??= {};
    window.outcomes[place] = null;
    VpGate.start(document.getElementById(place), options).then(
      (token) => (window.outcomes[place] = { token }),
      (fault) => (window.outcomes[place] = { code: fault.code, name: fault.name, isError: fault instanceof VpGate.VpGateError && fault instanceof Error, message: fault.message }),
    );
  }, [place, { authServiceUrl: base, clientId: "page", scope: SCOPE, ...options }]);

const outcome = (browsing, place = "one") => browsing.page.evaluate((place) => window.outcomes[place], place);

async function ends(browsing, place = "one") {
  await browsing.page.waitForFunction((place) => window.outcomes[place], place, { timeout: 30_000, polling: 100 });
  return outcome(browsing, place);
}

const codeOf = async (browsing, place = "one") => (await browsing.page.locator(`#${place} .code`).first().innerText()).trim();

/** Somebody with another device goes on from the address; when the service had the answer. */
async function answer(story, address, button) {
  const phone = await windowOf(story, "phone", PHONE);
  await phone.go(address);
  await phone.press(/^Continue/, false);
  await phone.page.waitForURL(/\/sandbox\/wallet\/authorize/);
  const decided = phone.decided();
  await phone.press(button, false);
  await phone.page.waitForURL(/\/done\//);
  await phone.look("1-done");
  await phone.close();
  return decided;
}

async function desktop(colorScheme) {
  const story = `desktop-${colorScheme}`;
  const page = await windowOf(story, "page", DESKTOP, { colorScheme });
  await page.go(`${ORIGIN}/`);
  await page.page.locator("#sign-in .code").waitFor();
  await page.look("1-code");
  const address = await page.scanned("#sign-in svg");
  const code = (await page.page.locator("#sign-in .code").innerText()).trim();
  check(address === `${base}/device?user_code=${code}`, `the QR code leads to the page with the code, not ${address}`);
  check((await page.page.locator("#sign-in").getByRole("status").innerText()).includes("Scan"), "a screen reader is told what to do");
  check(await page.page.getByRole("link", { name: `${base.replace("http://", "")}/device` }).isVisible(), "the address can be typed");
  const { ground, ink, link } = await page.page.locator("#sign-in .panel").evaluate((panel) => ({
    ground: getComputedStyle(panel).backgroundColor, ink: getComputedStyle(panel).color,
    link: getComputedStyle(panel.querySelector("a")).color,
  }));
  const dark = colorScheme === "dark";
  check(ground === (dark ? "rgb(24, 29, 39)" : "rgb(255, 255, 255)"), `${colorScheme} ground is ${ground}`);
  check(ink === (dark ? "rgb(238, 241, 247)" : "rgb(20, 23, 31)"), `${colorScheme} ink is ${ink}`);
  check(link === (dark ? "rgb(111, 214, 176)" : "rgb(11, 107, 79)"), `the page's own accent is used, not ${link}`);
  const seen = page.seen((scope) => document.body.innerText.includes(`Your rights: ${scope}`), SCOPE);
  const decided = await answer(story, address, "Share");
  await page.soon("the page", decided, seen);
  check((await page.page.locator("#sign-in .code").count()) === 0, "the code is gone");
  await page.look("2-welcome");
  await page.close();
}

async function token() {
  const page = await bare("token");
  await start(page);
  await answer("token", `${base}/device?user_code=${await codeOf(page)}`, "Share");
  const { token } = await ends(page);
  const members = Object.keys(token).sort().join();
  check(members === "access_token,expires_in,scope,token_type", `the token has ${members}`);
  check(token.token_type === "Bearer" && token.scope === SCOPE && token.expires_in === 3600, "its members are what they are");
  check(token.access_token.split(".").length === 3, "the access token is one");
  check((await page.page.evaluate(() => Object.keys(localStorage).length + Object.keys(sessionStorage).length)) === 0, "nothing is stored");
  await page.close();
}

async function phone() {
  const page = await windowOf("phone", "page", PHONE, { isMobile: true, hasTouch: true, userAgent: PHONES_AGENT, colorScheme: "dark" });
  await page.go(`${ORIGIN}/`);
  const button = page.page.getByRole("link", { name: "Continue to your wallet" });
  await button.waitFor();
  await page.look("1-button");
  check((await page.page.locator("#sign-in svg").count()) === 0, "a phone is not asked to scan itself");
  const { height } = await button.boundingBox();
  check(height >= 44, "the button is large enough for a finger");
  const [wallet] = await Promise.all([page.context.waitForEvent("page"), button.tap()]);
  await wallet.getByRole("button", { name: /^Continue/ }).click();
  await wallet.getByRole("button", { name: "Share", exact: true }).click();
  await wallet.waitForURL(/\/done\//);
  check((await wallet.evaluate(() => window.opener)) === null, "the wallet does not hold the page");
  await wallet.close();
  await page.page.getByText("Welcome.").waitFor({ timeout: 30_000 });
  await page.look("2-welcome");
  await page.close();
}

async function denied() {
  const page = await bare("denied");
  await start(page);
  await answer("denied", `${base}/device?user_code=${await codeOf(page)}`, "Decline");
  const ended = await ends(page);
  check(ended.code === "access_denied" && ended.name === "VpGateError" && ended.isError, `ended with ${JSON.stringify(ended)}`);
  await page.look("1-declined");
  check(await page.page.getByText("It was declined.").isVisible(), "the person reads why");
  check((await page.page.locator("#one").getByRole("button").count()) === 0, "nothing is left to press");
  await page.close();
}

/** Seconds on the page's clock. It stands still until every answer has come, however busy the machine is. */
async function pass(browsing, seconds) {
  for (let second = 0; second < seconds; second += 1) {
    await browsing.page.clock.runFor(1000);
    do {
      await new Promise((resolve) => setTimeout(resolve, 5));
    } while (await browsing.page.evaluate(() => window.underWay > 0));
  }
}

/** What the page asks for a token is answered at once: its clock stands still while it waits. */
const withoutWaiting = (browsing) =>
  browsing.page.route(`${base}/token`, (route) => {
    const { prefer, ...headers } = route.request().headers();
    check(prefer === "wait=15", `the answer may wait: ${prefer}`);
    return route.continue({ headers });
  });

async function expired() {
  const page = await bare("expired", { clock: true });
  await withoutWaiting(page);
  await start(page);
  const first = await codeOf(page);
  check(/^(10:00|9:5\d)$/.test(await page.page.getByRole("timer").innerText()), "the time left is shown");
  await pass(page, 3);
  check(/^9:5\d$/.test(await page.page.getByRole("timer").innerText()), "and counts down");
  await page.page.clock.fastForward(600_000);
  await pass(page, 6);
  await page.page.getByText("The code is too old.").waitFor();
  await page.look("1-expired");
  check((await outcome(page)) === null, "nothing has ended");
  const polls = page.polls;
  await pass(page, 12);
  check(page.polls === polls, "nobody asks for a token meanwhile");
  await page.press("Try again", true);
  const second = await codeOf(page);
  check(second !== first, "another code");
  await page.look("2-again");
  await answer("expired", `${base}/device?user_code=${second}`, "Share");
  await pass(page, 6);
  check((await ends(page)).token, "which gives a token");
  await page.close();
}

async function cancelled() {
  const page = await bare("cancelled");
  for (const [how, end] of Object.entries({
    button: () => page.press("Cancel", true),
    removal: () => page.page.evaluate(() => document.querySelector("#one > div").remove()),
  })) {
    await start(page);
    await page.page.locator("#one .code").waitFor();
    await end();
    const ended = await ends(page);
    check(ended.code === "cancelled" && ended.isError, `${how} ended with ${JSON.stringify(ended)}`);
    check((await page.page.locator("#one > *").count()) === 0, `${how} leaves nothing behind`);
  }
  const byRestart = await page.page.evaluate(async ([base]) => {
    const options = { authServiceUrl: base, clientId: "page" };
    const one = document.getElementById("one");
    const first = VpGate.start(one, options).catch((fault) => fault.code);
    const second = VpGate.start(one, options).catch((fault) => fault.code);
    const [ended, shown] = [await first, one.children.length];
    one.querySelector("div").shadowRoot.querySelector("button:not([hidden])").click();
    return [ended, shown, await second, one.children.length];
  }, [base]);
  check(byRestart.join() === "cancelled,1,cancelled,0", `by another start: ${byRestart}`);
  const bySignal = await page.page.evaluate(async ([base]) => {
    const signal = AbortSignal.abort(new Error("not today"));
    const options = { authServiceUrl: base, clientId: "page", signal };
    const one = document.getElementById("one");
    const early = await VpGate.start(one, options).catch((fault) => `${fault.code}: ${fault.message}`);
    const controller = new AbortController();
    const going = VpGate.start(one, { ...options, signal: controller.signal }).catch((fault) => fault.code);
    await new Promise((resolve) => setTimeout(resolve, 500));
    controller.abort();
    return [early, await going, one.children.length];
  }, [base]);
  check(bySignal.join() === "cancelled: not today,cancelled,0", `by signal: ${bySignal}`);
  const polls = page.polls;
  await new Promise((resolve) => setTimeout(resolve, 6000));
  check(page.polls === polls, "nobody asks any more");
  await page.close();
}

async function several() {
  const page = await bare("several");
  await start(page, "one", { size: 120 });
  await start(page, "two", { size: 300, language: "de-AT", texts: { scan: "Bitte scannen." } });
  const [one, two] = [await codeOf(page, "one"), await codeOf(page, "two")];
  check(one !== two, "each has its code");
  await page.look("1-both");
  for (const [place, side] of [["one", 120], ["two", 300]]) {
    const box = await page.page.locator(`#${place} svg`).boundingBox();
    check(Math.round(box.width) === side && Math.round(box.height) === side, `${place} is ${box.width} wide`);
    check((await page.scanned(`#${place} svg`))?.endsWith(await codeOf(page, place)), `${place} can be scanned`);
  }
  check(await page.page.getByText("Bitte scannen.").isVisible(), "words can be changed");
  check(await page.page.getByRole("button", { name: "Abbrechen" }).isVisible(), "and the language of the others");
  check((await page.page.locator("#two .panel").getAttribute("lang")) === "de", "which is said");
  await answer("several", `${base}/device?user_code=${two}`, "Share");
  check((await ends(page, "two")).token, "the second has its token");
  check((await outcome(page, "one")) === null && (await codeOf(page, "one")) === one, "the first goes on");
  await page.press("Cancel", false);
  check((await ends(page, "one")).code === "cancelled", "until it is cancelled");
  await page.close();
}

/** The pauses between requests, and what is understood of a sparing answer. */
async function pace() {
  const page = await bare("pace", { clock: true });
  const cors = { "Access-Control-Allow-Origin": ORIGIN, "Access-Control-Expose-Headers": "retry-after" };
  const json = (status, body, more = {}) => ({ status, headers: { ...cors, ...more }, contentType: "application/json", body: JSON.stringify(body) });
  const error = (error) => json(400, { error });
  const answers = [
    // The first may come at any time.
    [error("authorization_pending"), 0],
    [error("slow_down"), 5],
    [error("authorization_pending"), 10],
    [error("slow_down"), 10],
    ["no connection", 15],
    ["no connection", 30],
    [json(503, {}, { "Retry-After": "90" }), 60],
    [error("authorization_pending"), 90],
    [json(200, { access_token: "t", token_type: "bearer", secret_extra: 1, scope: null }), 15],
  ];
  const asked = [];
  await page.page.route(`${base}/device_authorization`, (route) =>
    route.fulfill(json(200, { device_code: "d", user_code: "ABCD-EFGH", verification_uri: `${base}/device`, expires_in: 600 })));
  const clock = () => page.page.evaluate(() => performance.now());
  await page.page.route(`${base}/token`, async (route) => {
    const form = new URLSearchParams(route.request().postData());
    check(form.get("device_code") === "d" && form.get("client_id") === "page" && form.get("grant_type").endsWith(":device_code"), "the poll is one");
    const [next] = answers[asked.length];
    asked.push(await clock());
    return next === "no connection" ? route.abort() : route.fulfill(next);
  });
  await start(page);
  await page.page.locator("#one .code").waitFor();
  const begun = await clock();
  for (let second = 0; second < 300 && !(await outcome(page)); second += 1) await pass(page, 1);
  const { token } = await ends(page);
  check(JSON.stringify(token) === '{"access_token":"t","token_type":"bearer"}', `a sparing answer gives ${JSON.stringify(token)}`);
  const gaps = asked.map((at, i) => Math.round((at - (asked[i - 1] ?? begun)) / 1000));
  // Never too early; the clock is turned by whole seconds, so one may be seen a second later.
  const kept = gaps.length === answers.length && gaps.every((gap, i) => gap >= answers[i][1] && gap <= answers[i][1] + 1);
  check(kept, `the pauses were ${gaps}`);
  // The lost connections are told by the browser itself.
  page.complaints = page.complaints.filter((told) => !/ERR_FAILED|status of 503/.test(told));
  await page.close();
}

async function refused() {
  const page = await bare("refused");
  for (const [options, code] of [
    [{ clientId: "nobody" }, "invalid_client"],
    [{ scope: "unknown" }, "invalid_scope"],
    [{ clientId: "shop" }, "invalid_client"],
    [{ authServiceUrl: undefined }, "invalid_options"],
    [{ authServiceUrl: "http://" }, "invalid_options"],
    [{ clientId: undefined }, "invalid_options"],
    [{ size: 5 }, "invalid_options"],
  ]) {
    await start(page, "one", options);
    const ended = await ends(page);
    check(ended.code === code && ended.isError, `${JSON.stringify(options)} ended with ${JSON.stringify(ended)}`);
  }
  const wrong = await page.page.evaluate(() => VpGate.start(null, {}).catch((fault) => fault.code));
  check(wrong === "invalid_options", "an element is needed");
  // What the service answers is not trusted with the page.
  const json = (body) => ({ status: 200, headers: { "Access-Control-Allow-Origin": ORIGIN }, contentType: "application/json", body });
  const given = { device_code: "d", user_code: "<b>X</b>", verification_uri: `${base}/device`, expires_in: 600 };
  for (const body of [
    "<html>", "[]", "{}",
    JSON.stringify({ ...given, verification_uri: "javascript:alert(1)" }),
    JSON.stringify({ ...given, verification_uri_complete: "data:text/html,x" }),
    JSON.stringify({ ...given, device_code: 7 }),
    JSON.stringify({ ...given, expires_in: "soon" }),
  ]) {
    await page.page.route(`${base}/device_authorization`, (route) => route.fulfill(json(body)));
    await start(page);
    check((await ends(page)).code === "invalid_response", `${body} is no answer`);
    await page.page.unroute(`${base}/device_authorization`);
  }
  const matching = { ...given, confirmation_number: "<i>42</i>" };
  // The service never gave this code: its "invalid_grant", which comes at once, would end what is looked at here.
  await page.page.route(`${base}/token`, (route) =>
    route.fulfill({ ...json('{"error":"authorization_pending"}'), status: 400 }));
  await page.page.route(`${base}/device_authorization`, (route) => route.fulfill(json(JSON.stringify(matching))));
  await start(page);
  check((await codeOf(page)) === "<b>X</b>", "what the service says is text");
  const number = await page.page.locator("#one .code").nth(1).textContent();
  check(number === "<i>42</i>", "the number to pick is shown, as text");
  page.complaints = page.complaints.filter((told) => !/status of 401/.test(told));
  await page.close();
}

/** A page of an origin that nobody registered is told nothing, and says that it has no connection. */
async function stranger() {
  const page = await windowOf("stranger", "page", DESKTOP);
  await page.context.route("http://localhost:8091/**", (route) => route.fulfill({ contentType: "text/html", body: BARE }));
  await page.go("http://localhost:8091/");
  await start(page);
  await page.page.getByText("No connection. Trying again…").waitFor();
  check((await page.page.locator("#one .code").count()) === 0, "no code is shown");
  check(page.complaints.some((told) => told.includes("Access-Control-Allow-Origin")), "the browser says why");
  page.complaints = [];
  await page.press("Cancel", false);
  await page.context.close();
}

/** The sandbox's own page, and a script that is imported. */
async function sandbox() {
  const page = await windowOf("sandbox", "page", DESKTOP);
  await page.go("/sandbox/page");
  await page.page.locator("#sign-in .code").waitFor();
  await page.look("1-code");
  await answer("sandbox", await page.scanned("#sign-in svg"), "Share");
  await page.page.getByText(/^Welcome/).waitFor({ timeout: 30_000 });
  await page.look("2-welcome");
  await page.close();
  const module = await windowOf("sandbox", "module", DESKTOP);
  await module.context.route(`${ORIGIN}/module`, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><title>x</title>" }));
  await module.go(`${ORIGIN}/module`);
  const kind = await module.page.evaluate(async (base) => (await import(`${base}/vpgate.js`), typeof VpGate.start), base);
  check(kind === "function", "an import defines it too");
  await module.context.close();
}

const stories = {
  "what is served is what was written": served,
  "every size of QR code can be read": async () => qrCodes(),
  "a page on a desktop": () => desktop("light"),
  "a page on a desktop, in the dark": () => desktop("dark"),
  "a page on a phone": phone,
  "what the page gets": token,
  "declining": denied,
  "an expired code, and another": expired,
  "four ways to cancel": cancelled,
  "two on a page": several,
  "the pauses between two polls": pace,
  "what is refused": refused,
  "a page that nobody registered": stranger,
  "the sandbox's page, and a module": sandbox,
};
await tellAll(browser, output, stories);
