// Every state of the pages, in four sizes, light, dark and Arabic: a picture of each, and what must hold on each.
// Usage: node states.mjs <sandbox> <output directory> <another service, configured by pages.toml>
import { createRequire } from "node:module";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { Browsing, check, DESKTOP, launch, LAUNCHED, PHONE, SMALLEST, tellAll } from "./browsing.mjs";

const [base, output, service] = process.argv.slice(2);
mkdirSync(output, { recursive: true });

const browser = await launch();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** 1280 by 1024 at 400%: what is left of a window for who reads large (WCAG 2.2, 1.4.10). */
const ENLARGED = { width: 320, height: 256 };
const SIZES = { phone: PHONE, desktop: DESKTOP, smallest: SMALLEST, enlarged: ENLARGED };
const MODES = { light: ["light", "en"], dark: ["dark", "en"], arabic: ["light", "ar"] };

const windowOf = (story, who, more) => Browsing.open(browser, { base, output, story, who, viewport: PHONE, colorScheme: "light", ...more });

async function accessible({ page }, name) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const faults = violations.map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes.map((it) => it.html.slice(0, 120)).join(" ")}`);
  check(faults.length === 0, `axe finds nothing on ${name}: ${faults.join("; ")}`);
}

/** Photographs the page of a window in every size and mode, and has axe look at it in every mode. */
async function state(window, name, address = window.page.url()) {
  const { page } = window;
  for (const [mode, [colorScheme, language]] of Object.entries(MODES)) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const spoken = new URL(address);
    spoken.searchParams.set("ui_locales", language);
    await page.goto(spoken.href);
    check((await page.locator("html").getAttribute("lang")) === language, `${name} speaks ${language}`);
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      await window.look(`${name}-${size}-${mode}`);
    }
    await page.setViewportSize(PHONE);
    await accessible(window, `${name}, ${mode}`);
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
}

/** The same page in English again: the language of the last picture is remembered. */
async function inEnglish({ page }) {
  const english = new URL(page.url());
  english.searchParams.set("ui_locales", "en");
  await page.goto(english.href);
}

/** A television's code. */
async function code() {
  const tv = await windowOf("states", "tv", { viewport: DESKTOP });
  await tv.go("/sandbox/tv");
  const shown = (await tv.page.locator("#user-code").innerText()).trim();
  await tv.close();
  return shown;
}

/** From a new code to the wallet. */
async function atTheWallet(phone) {
  await phone.go(`/device?user_code=${await code()}`);
  await phone.press(/^Continue/, false);
  await phone.page.waitForURL(/\/sandbox\/wallet\/authorize/);
}

async function beforeTheWallet() {
  const phone = await windowOf("states", "phone", { tolerated: /status of 4\d\d/ });
  await state(phone, "1-enter", `${base}/device`);
  // Each look at it counts as a try.
  await state(phone, "2-wrong-code", `${base}/device?user_code=BBBB-BBBB`);
  await state(phone, "3-confirm", `${base}/device?user_code=${await code()}`);
  await inEnglish(phone);
  // At 400% the code and the button are reached by scrolling, and nothing lies over the code.
  await phone.page.setViewportSize(ENLARGED);
  for (const seen of [phone.page.locator(".code"), phone.page.getByRole("button", { name: /^Continue/ })]) {
    await seen.scrollIntoViewIfNeeded();
    const free = await seen.evaluate((element) => {
      const { top, bottom, left, right } = element.getBoundingClientRect();
      const there = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      return top >= 0 && bottom <= innerHeight && (there === element || element.contains(there));
    });
    check(free, "nothing lies over the code and the button at 400%");
  }
  await phone.page.setViewportSize(PHONE);
  await phone.press(/did not start this/, false);
  await phone.look("4-stopped");
  await state(phone, "5-error", `${base}/nowhere`);
  await phone.close();
}

async function afterTheWallet() {
  const phone = await windowOf("states", "after", {});
  await atTheWallet(phone);
  await phone.press("Share", false);
  await phone.page.waitForURL(/\/done\//);
  await state(phone, "6-done");
  await inEnglish(phone);
  check((await phone.page.getByRole("button").count()) === 0, "no action in sight takes the access back");
  await phone.page.getByText("Was it not you?").click();
  await phone.press(/did not start this/, false);
  await phone.look("7-taken-back");
  await atTheWallet(phone);
  await phone.press("Decline", false);
  await phone.page.waitForURL(/\/done\//);
  await state(phone, "8-refused");
  await inEnglish(phone);
  await atTheWallet(phone);
  await phone.page.getByText("Advanced").click();
  await phone.page.getByLabel("Share something wrong").selectOption("wrong_nonce");
  await phone.press("Share", false);
  await phone.page.waitForURL(/\/done\//);
  await state(phone, "9-try-again");
  await phone.close();
}

/** A credential that was taken back is told as such, and nobody is told to show it again. */
async function takenBack() {
  const phone = await windowOf("states", "revoked", {});
  await phone.go("/sandbox/");
  await phone.press("Make it revoked", false);
  await atTheWallet(phone);
  await phone.press("Share", false);
  await phone.page.waitForURL(/\/done\//);
  await state(phone, "10-revoked");
  await inEnglish(phone);
  check((await phone.text()).includes("does not count any more"), "the person is told that it was taken back");
  check(!(await phone.text()).includes("more times"), "and not to try it again");
  await phone.go("/sandbox/");
  await phone.press("Make it valid", false);
  await phone.close();
}

const AUTHORIZE = "/authorize?client_id=news&response_type=code&scope=name&state=s&code_challenge_method=S256&code_challenge=" + "A".repeat(43);

/** A device's answer from the service that the sandbox is not. */
async function device(client_id) {
  const answer = await fetch(`${service}/device_authorization`, { method: "POST", body: new URLSearchParams({ client_id }) });
  check(answer.ok, await answer.clone().text());
  return answer.json();
}

/** What a shop begins. */
async function order(more) {
  const answer = await fetch(`${service}/v1/presentations`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Basic ${btoa("shop:shop-secret")}` },
    body: JSON.stringify({ scope: "name", redirect_uri: "http://127.0.0.1:9/return", ...more }),
  });
  check(answer.ok, await answer.clone().text());
  return answer.json();
}

const PAYMENT = {
  type: "urn:proof:params:vc:transaction-data:payment-itemized:v1",
  credential_ids: ["id"],
  payload: { title: "Order 7", currency: "EUR", items: [{ label: "Desk lamp", quantity: 12, unit_cost: 104.2 }] },
};

/** A wallet app: chosen among several, opened, and given up for one on another device. */
async function wallets() {
  const phone = await windowOf("states", "wallets", { base: service });
  const gate = await windowOf("states", "gate", { base: service });
  await gate.go((await device("short")).verification_uri_complete);
  await gate.press(/^Continue/, false);
  await gate.page.waitForURL(/\/start\//);

  await state(phone, "11-number", (await device("tv")).verification_uri_complete);
  await state(phone, "12-authorize", service + AUTHORIZE);
  await inEnglish(phone);
  await phone.press("Continue to your wallet", false);
  await phone.page.waitForURL(/\/start\//);
  await state(phone, "13-browser");

  await state(phone, "14-choose", (await order({ transaction_data: [PAYMENT] })).start_url);
  check((await phone.text()).includes("1,250.40"), "what is agreed to is said with its total");
  // Without that, the request fits into a QR code.
  const { start_url } = await order({});
  await phone.go(`${start_url}?ui_locales=en`);
  await phone.page.setViewportSize(SMALLEST);
  await phone.bothInSight("Pocket wallet", "Give up");
  await phone.page.setViewportSize(PHONE);
  await phone.press("Pocket wallet", false);
  await phone.page.getByRole("link", { name: "Open your wallet" }).waitFor();
  await state(phone, "15-app");
  await inEnglish(phone);
  await phone.page.getByText("Nothing happened?").click();
  await phone.look("16-app-nothing");
  check(await phone.page.getByRole("link", { name: "Use another wallet" }).isVisible(), "another wallet is offered");
  await phone.press(/^Show a QR code/, false);
  await phone.page.getByRole("img", { name: /QR code/ }).waitFor();
  await state(phone, "17-scan");
  await inEnglish(phone);
  // Another browser with the same link is told so.
  const other = await windowOf("states", "other", { base: service, tolerated: /status of 403/ });
  await state(other, "18-elsewhere", start_url);
  await other.close();
  await phone.press("Give up", false).catch(() => {});
  await phone.page.context().close();

  // The code of the gate has died meanwhile.
  await gate.page.goto(gate.page.url().replace("/start/", "/done/"));
  for (let waited = 0; waited < 80 && !(await gate.text()).includes("took too long"); waited += 1) {
    await gate.page.waitForTimeout(500);
    await gate.page.reload();
  }
  await state(gate, "19-expired");
  await gate.close();
}

/** What a browser without cookies, and one without JavaScript, are told before anything is shown. */
async function withoutCookies() {
  const open = { base: service, tolerated: /status of 403/ };
  const profile = mkdtempSync(join(tmpdir(), "vpgate-no-cookies-"));
  mkdirSync(join(profile, "Default"));
  writeFileSync(join(profile, "Default/Preferences"), JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }));
  const strict = await chromium.launchPersistentContext(profile, { ...LAUNCHED, viewport: PHONE });
  const page = await strict.newPage();
  await page.goto((await order({ wallet: "app" })).start_url);
  const said = await page.locator("body").innerText();
  check(said.includes("Cookies are needed here"), `cookies are asked for: ${said}`);
  await page.screenshot({ path: `${output}/states-20-no-cookies.png` });
  await strict.close();
  rmSync(profile, { recursive: true });
  const plain = await windowOf("states", "plain", { ...open, javaScriptEnabled: false });
  await plain.page.goto((await order({ wallet: "cloud" })).start_url);
  check((await plain.text()).includes("needs JavaScript"), "JavaScript is asked for");
  check(plain.page.url().startsWith(service), "and nobody has been led on");
  await plain.page.screenshot({ path: `${output}/states-21-no-script.png` });
  await plain.page.context().close();
}

/** The pages about signing out, and what guessers of codes are told. */
async function theRest() {
  const phone = await windowOf("states", "rest", { base: service, tolerated: /status of 4\d\d/ });
  await state(phone, "22-logout", `${service}/logout?client_id=news`);
  await inEnglish(phone);
  await phone.press("Sign out", false);
  await phone.look("23-signed-out");
  for (let tries = 0; tries < 7; tries += 1) await phone.go(`/device?user_code=BBBB-BBB${"BCDFGHJ"[tries]}`);
  await state(phone, "24-too-many");
  await phone.close();
}

/** The browser is asked by its API and opens no window: the page says what to do, and another wallet ends it. */
async function busy() {
  const phone = await windowOf("states", "busy", { base: service });
  await phone.context.addInitScript(() => {
    window.DigitalCredential = class { static userAgentAllowsProtocol = () => true; };
    CredentialsContainer.prototype.get = ({ signal }) => new Promise((_, reject) => {
      window.asked = true;
      signal.addEventListener("abort", () => { sessionStorage.ended = "yes"; reject(signal.reason); });
    });
  });
  await phone.go(AUTHORIZE);
  await phone.press("Continue to your wallet", false);
  await phone.press("Choose a wallet", false);
  await phone.page.getByRole("status").filter({ hasText: "asking you now" }).waitFor();
  await phone.look("25-busy");
  // The wallet is elsewhere: what matters is that the page has let go.
  const gone = { body: "<!DOCTYPE html><html lang=en><title>gone</title><h1>gone</h1>", contentType: "text/html" };
  await phone.page.route("**/start/*", (route) => (route.request().method() === "POST" ? route.fulfill(gone) : route.continue()));
  await phone.press("Use another wallet", false);
  await phone.page.getByRole("heading", { name: "gone" }).waitFor();
  check((await phone.page.evaluate(() => sessionStorage.ended)) === "yes", "the browser's question was ended");
  await phone.page.context().close();
}

/** A browser without JavaScript is told before anything is shown. */
async function withoutScript() {
  const phone = await windowOf("states", "no-script", { javaScriptEnabled: false });
  await phone.go(`/device?user_code=${await code()}`);
  check((await phone.text()).includes("needs JavaScript"), "the page before the wallet says what its answer needs");
  await phone.page.screenshot({ path: `${output}/states-no-script.png` });
  await phone.page.context().close();
}

/** The longest words of every language stay inside the smallest window, and inside their buttons. */
async function everyLanguage() {
  const phone = await windowOf("states", "languages", { base: service, viewport: SMALLEST, tolerated: /status of 4\d\d/ });
  const languages = (await (await fetch(`${service}/.well-known/oauth-authorization-server`)).json()).ui_locales_supported;
  check(languages.length === 12, `there are twelve languages: ${languages}`);
  const start = (await order({ transaction_data: [PAYMENT] })).start_url;
  await phone.go(start);
  const places = [(await device("tv")).verification_uri_complete, service + AUTHORIZE, start, `${service}/logout?client_id=news`, `${service}/nowhere`];
  for (const language of languages) {
    for (const [at, place] of places.entries()) {
      const spoken = new URL(place);
      spoken.searchParams.set("ui_locales", language);
      await phone.go(spoken.href);
      await phone.look(`40-${language}-${at}`);
      const cut = await phone.page.evaluate(() =>
        [...document.querySelectorAll(".button, h1, .numbers span")].filter((it) => it.scrollWidth > it.clientWidth + 1).map((it) => it.textContent));
      check(cut.length === 0, `${language}: nothing is cut off in ${cut}`);
    }
  }
  await phone.page.context().close();
}

/** The sandbox's own pages, by day and at night, on a phone and a desktop. */
async function sandbox() {
  const window = await windowOf("states", "sandbox", { tolerated: /status of 4\d\d/ });
  const seen = async (name) => {
    for (const colorScheme of ["light", "dark"]) {
      await window.page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const [size, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
        await window.page.setViewportSize(viewport);
        await window.look(`${name}-${size}-${colorScheme}`);
      }
      await accessible(window, `${name}, ${colorScheme}`);
    }
  };
  for (const [name, path] of Object.entries({ index: "", tv: "/tv", page: "/page", shop: "/shop", sorry: "/shop/return" })) {
    await window.go(`/sandbox${path}`);
    await seen(`30-${name}`);
  }
  await window.go("/sandbox/shop");
  await window.press("Buy", false);
  await window.page.getByRole("button", { name: "Share" }).waitFor();
  await seen("31-consent");
  await window.press("Share", false);
  await window.reach(/\/sandbox\/shop\/return/, /^(Continue|Back)/);
  await seen("32-outcome");
  await window.page.getByText("The report").click();
  await window.look("33-report");
  await window.close();
}

await tellAll(browser, output, {
  "every language in the smallest window": everyLanguage,
  "the sandbox's own pages": sandbox,
  "the pages before the wallet": beforeTheWallet,
  "the pages after the wallet": afterTheWallet,
  "a credential that was taken back": takenBack,
  "the pages before wallet apps": wallets,
  "browsers without cookies, without JavaScript": withoutCookies,
  "signing out, and too many codes": theRest,
  "the browser's API, busy": busy,
  "a browser without JavaScript": withoutScript,
});
