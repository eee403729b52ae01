// Every state of the pages, in four sizes, light, dark and Arabic: a picture of each, and what must hold on each.
// Usage: node states.mjs <base url> <output directory>
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { Browsing, check, DESKTOP, launch, PHONE, SMALLEST, tellAll } from "./browsing.mjs";

const [base, output] = process.argv.slice(2);
mkdirSync(output, { recursive: true });

const browser = await launch();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** 1280 by 1024 at 400%: what is left of a window for who reads large (WCAG 2.2, 1.4.10). */
const ENLARGED = { width: 320, height: 256 };
const SIZES = { phone: PHONE, desktop: DESKTOP, smallest: SMALLEST, enlarged: ENLARGED };
const MODES = { light: ["light", "en"], dark: ["dark", "en"], arabic: ["light", "ar"] };

const windowOf = (story, who, more) => Browsing.open(browser, { base, output, story, who, viewport: PHONE, colorScheme: "light", ...more });

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
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    const faults = violations.map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes.map((it) => it.html.slice(0, 120)).join(" ")}`);
    check(faults.length === 0, `axe finds nothing on ${name}, ${mode}: ${faults.join("; ")}`);
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
  const last = await phone.page.getByRole("button").allInnerTexts();
  check(last.length === 1 && (await phone.page.locator("button.button").count()) === 0, "no primary action takes the access back");
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

/** A browser without JavaScript is told before anything is shown. */
async function withoutScript() {
  const phone = await windowOf("states", "no-script", { javaScriptEnabled: false });
  await phone.go(`/device?user_code=${await code()}`);
  check((await phone.text()).includes("needs JavaScript"), "the page before the wallet says what its answer needs");
  await phone.page.screenshot({ path: `${output}/states-no-script.png` });
  await phone.page.context().close();
}

await tellAll(browser, output, {
  "the pages before the wallet": beforeTheWallet,
  "the pages after the wallet": afterTheWallet,
  "a browser without JavaScript": withoutScript,
});
