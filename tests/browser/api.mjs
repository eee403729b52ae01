// Wallets asked by the browser's Digital Credentials API. THE API IS A STUB: no browser in a test has a wallet.
// The stub passes what the page gives it to the sandbox's wallet, says which origin asks, as a browser would,
// and hands back what that wallet answers. Usage: node api.mjs <base url> <output directory>
import { mkdirSync } from "node:fs";
import { Browsing, check, DESKTOP, launch, PHONE, SMALLEST, tellAll } from "./browsing.mjs";

const [base, output] = process.argv.slice(2);
mkdirSync(output, { recursive: true });
const browser = await launch();

/** A customer whose browser has an API that does this with a request and its origin. */
async function customer(story, viewport, colorScheme, api, { knows = "openid4vp-v1-", ...more } = {}) {
  const window = await Browsing.open(browser, { base, output, story, who: "customer", viewport, colorScheme, ...more });
  window.asked = [];
  await window.context.exposeBinding("stubbedWallet", async ({ page }, options) => {
    window.asked.push(options);
    return api(options.digital.requests[0], new URL(page.url()).origin);
  });
  await window.context.addInitScript((known) => {
    window.DigitalCredential = class { static userAgentAllowsProtocol = (name) => name.startsWith(known); };
    CredentialsContainer.prototype.get = async (options) => {
      if (!navigator.userActivation.isActive) throw new DOMException("nobody clicked", "NotAllowedError");
      const given = await window.stubbedWallet(options);
      if (!given) throw new DOMException("dismissed", "NotAllowedError");
      return given;
    };
  }, knows);
  return window;
}

/** What the sandbox's wallet answers. */
const wallet = (more) => async (request, origin) => {
  const answer = await fetch(`${base}/sandbox/wallet/dc_api`, { method: "POST", body: JSON.stringify({ ...request, origin, ...more }) });
  check(answer.ok, `the wallet understands the request: ${await answer.clone().text()}`);
  return answer.json();
};

async function toStart(window) {
  await window.go("/sandbox/shop");
  await window.page.getByRole("radio", { name: /own wallets/ }).check();
  await window.press("Buy", false);
  await window.page.waitForURL(/\/start\//);
  await window.look("1-start");
  for (const said of ["Desk lamp", "91.90 USD", "Total: 104.85 USD", "Given name"]) {
    check((await window.text()).includes(said), `the page says “${said}”`);
  }
}

const asks = (window) => window.page.getByRole("button", { name: "Choose a wallet" });

async function verified(window) {
  await window.page.waitForURL(/\/sandbox\/shop\/return/);
  await window.look("9-outcome");
  for (const said of ["Agreed and verified", "Alice", "Pay 104.85 USD"]) {
    check((await window.text()).includes(said), `the shop says “${said}”`);
  }
  await window.close();
}

async function order(story, viewport, colorScheme, keyboard) {
  const window = await customer(story, viewport, colorScheme, wallet());
  await toStart(window);
  await window.bothInSight("Choose a wallet", "Use another wallet");
  await window.press("Choose a wallet", keyboard);
  await verified(window);
  const [{ mediation, digital }] = window.asked;
  check(mediation === "required" && digital.requests.length === 1, "one request, and the person is asked");
  check(digital.requests[0].protocol === "openid4vp-v1-signed", "it is signed, and says so");
}

/** An age by a driving licence, in a browser that knows this protocol alone. */
async function age(protocol) {
  const window = await customer(`age-${protocol}`, PHONE, "light", wallet(), { knows: protocol });
  await window.go("/sandbox/shop");
  await window.page.getByRole("radio", { name: /own wallets/ }).check();
  await window.press("Show my age", false);
  await window.page.waitForURL(/\/start\//);
  await window.press("Choose a wallet", false);
  await window.page.waitForURL(/\/sandbox\/shop\/return/);
  await window.look("9-outcome");
  check((await window.text()).includes("You are old enough"), "the shop says so");
  const [{ digital }] = window.asked;
  check(digital.requests.length === 1 && digital.requests[0].protocol === protocol, "it was asked by what the browser knows");
  await window.close();
}

/** The person closes the browser's dialog, tries again, and then says no in the wallet. */
async function dismissedThenDeclined() {
  let dialogs = 0;
  const window = await customer("declined", SMALLEST, "light", (...asked) => (dialogs += 1) > 1 && wallet({ decline: true })(...asked));
  await toStart(window);
  await asks(window).click();
  await window.page.getByRole("alert").filter({ hasText: "Nothing was shown" }).waitFor();
  await window.look("2-dismissed");
  // What pressed the button may have scrolled to it.
  await window.inSight("Choose a wallet", "Use another wallet");
  await asks(window).click();
  await window.page.waitForURL(/\/sandbox\/shop\/return/);
  await window.look("3-declined");
  check(!(await window.text()).includes("Agreed and verified"), "the shop sells nothing");
  await window.close();
}

/** An answer for another origin is none; the person may try again from the same page. */
async function anotherOrigin() {
  let times = 0;
  const api = (request, origin) => {
    times += 1;
    if (times > 1) return wallet()(request, origin);
    const bad = request.data.request.split(".");
    check(JSON.parse(Buffer.from(bad[1], "base64url")).expected_origins.includes(base), "the page is named");
    return { protocol: "openid4vp-v1-unsigned", data: { vp_token: {} } };
  };
  const window = await customer("again", PHONE, "dark", api);
  await toStart(window);
  await asks(window).click();
  await window.page.getByRole("link", { name: "Try again" }).waitFor();
  await window.look("2-rejected");
  await window.page.getByRole("link", { name: "Try again" }).click();
  await asks(window).click();
  await verified(window);
}

/** From the start page on the wallet's ordinary way. */
async function onwards(window, name) {
  await window.press(name, false);
  await window.page.waitForURL(/\/sandbox\/wallet\/authorize/);
  await window.press("Share", false);
  await verified(window);
}

async function anotherWallet() {
  const window = await customer("another", PHONE, "light", () => null);
  await toStart(window);
  await asks(window).click();
  await window.page.getByRole("alert").filter({ hasText: "Nothing was shown" }).waitFor();
  await onwards(window, "Use another wallet");
}

async function withoutTheApi() {
  const window = await customer("without", PHONE, "light", () => check(false, "there is no API"));
  await window.context.addInitScript(() => { delete window.DigitalCredential; });
  await toStart(window);
  check(!(await asks(window).isVisible()), "nothing is offered that does not work");
  await window.bothInSight("Continue to your wallet", "Give up");
  await onwards(window, "Continue to your wallet");
}

async function withoutJavaScript() {
  const window = await Browsing.open(browser, { base, output, story: "no-script", who: "customer", viewport: DESKTOP, colorScheme: "light", javaScriptEnabled: false });
  await toStart(window);
  check(!(await asks(window).isVisible()), "nothing is offered that does not work");
  await onwards(window, "Continue to your wallet");
}

await tellAll(browser, output, {
  "an order by the browser's API, on a phone": () => order("phone", PHONE, "light", true),
  "an order by the browser's API, at a desktop": () => order("desktop", DESKTOP, "dark", false),
  "an age, by OpenID4VP": () => age("openid4vp-v1-signed"),
  "an age, by org-iso-mdoc": () => age("org-iso-mdoc"),
  "the dialog closed, then no": dismissedThenDeclined,
  "a wrong answer, then a right one": anotherOrigin,
  "another wallet": anotherWallet,
  "a browser without the API": withoutTheApi,
  "a browser without JavaScript": withoutJavaScript,
});
