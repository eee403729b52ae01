// The stories as a person lives them. Usage: node story.mjs <base url> <output directory>
import { mkdirSync } from "node:fs";
import { Browsing, check, DESKTOP, launch, PHONE, SMALLEST, tellAll } from "./browsing.mjs";

const [base, output] = process.argv.slice(2);
mkdirSync(output, { recursive: true });

const browser = await launch();

const windowOf = (story, who, viewport, colorScheme) =>
  Browsing.open(browser, { base, output, story, who, viewport, colorScheme });

/** Switches a television on; gives its page, the code and the address that it shows. */
async function television(story, colorScheme) {
  const tv = await windowOf(story, "tv", DESKTOP, colorScheme);
  await tv.go("/sandbox/tv");
  const code = (await tv.page.locator("#user-code").innerText()).trim();
  const address = await tv.page.locator("strong").first().innerText();
  check(await tv.page.getByRole("img", { name: /QR code/ }).isVisible(), "the television shows a QR code");
  await tv.look("1-code");
  return { tv, code, address };
}

/** The phone opens the address on the screen and enters the code: by clicking, or with the keyboard alone. */
async function enterCode(phone, { code, address }, keyboard) {
  check(address.startsWith(base), `the address on the screen (${address}) is the service's`);
  await phone.go(address);
  await phone.look("1-device");
  if (keyboard) {
    await phone.tabTo(phone.page.getByRole("textbox"));
    await phone.page.keyboard.type(code);
    await phone.page.keyboard.press("Enter");
  } else {
    await phone.page.getByRole("textbox").fill(code);
    await phone.press(/^(Next|Continue)/, false);
  }
  await phone.page.getByRole("button", { name: /did not start this/ }).waitFor();
  await phone.look("2-confirm");
}

/** From the page that names the client to the wallet. */
async function toTheWallet(phone, keyboard) {
  await phone.press(/^Continue/, keyboard);
  await phone.page.waitForURL(/\/sandbox\/wallet\/authorize/);
  await phone.look("3-consent");
}

/** The fragment must be nowhere: not in the address bar, not behind the back button. */
async function leavesNoTrace(phone) {
  for (const entry of await phone.history()) {
    check(!/vp_token=|#/.test(entry), `history keeps no answer: ${entry.slice(0, 60)}`);
  }
  check(!(await phone.page.evaluate(() => location.href)).includes("#"), "the fragment left the address bar");
}

async function signIn(story, viewport, colorScheme, keyboard) {
  const screen = await television(story, colorScheme);
  const phone = await windowOf(story, "phone", viewport, colorScheme);
  await enterCode(phone, screen, keyboard);
  await toTheWallet(phone, keyboard);
  const device = ["Give access to Living-room TV", screen.code, "The television of the sandbox"];
  for (const said of ["asks you to share", "Given name", "Alice", "18 or older", ...device]) {
    check((await phone.text()).includes(said), `the wallet says “${said}”`);
  }
  const seen = screen.tv.seen(() => document.querySelector('[data-screen="signed_in"]'));
  const decided = phone.decided();
  await phone.press("Share", keyboard);
  await phone.page.waitForURL(/\/done\//);
  await screen.tv.soon("the television", await decided, seen);
  await phone.look("4-done");
  await leavesNoTrace(phone);

  check(/You stay signed in until \w+ \d+, \d{4}, /.test(await screen.tv.text()), "the television says how long");
  await screen.tv.page.getByText("What the access token says").click();
  const shown = await screen.tv.text();
  check(shown.includes("urn:proof:params:scope:verifiable-credentials:basic"), "the television names its scope");
  check(!/eyJ[A-Za-z0-9_-]{20}/.test(await screen.tv.page.content()), "the television shows no token");
  await screen.tv.look("2-signed-in");
  await phone.close();
  await screen.tv.close();
}

/** One wrong answer is no catastrophe: the person may try again, and the television waits. */
async function wrongThenRight() {
  const screen = await television("wrong", "light");
  const phone = await windowOf("wrong", "phone", PHONE, "light");
  await enterCode(phone, screen, false);
  await toTheWallet(phone, false);
  await phone.page.getByText("Advanced").click();
  await phone.page.getByLabel("Share something wrong").selectOption("wrong_nonce");
  await phone.look("3-fault");
  await phone.press("Share", false);
  await phone.page.waitForURL(/\/done\//);
  await phone.look("4-rejected");
  await leavesNoTrace(phone);
  check((await screen.tv.page.locator("#state").getAttribute("data-screen")) === "waiting", "the television waits");
  await phone.page.getByRole("link", { name: "Try again" }).click();
  await phone.page.waitForURL(/\/sandbox\/wallet\/authorize/);
  await phone.press("Share", false);
  await screen.tv.page.locator('[data-screen="signed_in"]').waitFor({ timeout: 30_000 });
  await phone.look("5-done");
  await phone.close();
  await screen.tv.close();
}

async function decline() {
  const screen = await television("decline", "dark");
  const phone = await windowOf("decline", "phone", SMALLEST, "dark");
  await enterCode(phone, screen, false);
  await phone.bothInSight(/^Continue/, /did not start this/);
  await toTheWallet(phone, false);
  await phone.bothInSight("Share", "Decline");
  await phone.press("Decline", false);
  await phone.page.waitForURL(/\/done\//);
  await phone.look("4-done");
  await leavesNoTrace(phone);
  await hearsNo(screen.tv);
  await phone.close();
}

async function notMine() {
  const screen = await television("not-mine", "light");
  const phone = await windowOf("not-mine", "phone", PHONE, "light");
  await enterCode(phone, screen, false);
  await phone.press(/did not start this/, false);
  await phone.look("3-refused");
  await hearsNo(screen.tv);
  await phone.close();
}

/** The television learns of a refusal with its next poll, not when the code expires. */
async function hearsNo(tv) {
  await tv.page.locator('[data-screen="denied"]').waitFor({ timeout: 30_000 });
  await tv.look("2-denied");
  await tv.press("Start again", false);
  await tv.page.locator("#user-code").waitFor();
  await tv.close();
}

/** The wallet, or the protocol by which it is asked: those are folded away. */
async function choose({ page }, way) {
  const radio = page.getByRole("radio", { name: way });
  if (!(await radio.isVisible())) await page.getByText("For developers").click();
  await radio.check();
}

/** Buys in the shop, with the wallet asked in this way: its title on the page. */
async function order(story, way, viewport, colorScheme) {
  const customer = await windowOf(story, "customer", viewport, colorScheme);
  await customer.go("/sandbox");
  await customer.look("0-index");
  await customer.go("/sandbox/shop");
  await choose(customer, way);
  await customer.look("1-shop");
  await customer.press("Buy", false);
  await customer.reach(/\/sandbox\/wallet\/authorize/, /^Continue/);
  await customer.look("2-consent");
  for (const said of ["Pay 104.85 USD", "Desk lamp", "91.90 USD", "Total"]) {
    check((await customer.text()).includes(said), `the wallet says “${said}”`);
  }
  await customer.press("Share", false);
  await customer.reach(/\/sandbox\/shop\/return/, /^(Continue|Back)/);
  await customer.look("3-outcome");
  for (const said of ["Agreed and verified", "Alice", "Pay 104.85 USD", "passed"]) {
    check((await customer.text()).includes(said), `the shop says “${said}”`);
  }
  await leavesNoTrace(customer);
  await customer.page.reload();
  check((await customer.text()).includes("Agreed and verified"), "a reloaded result is still there");
  await customer.close();
}

/** A wallet that posts its answer: one that is wrong is refused, and the person may try again or say no. */
async function wrongThenDecline(story, way) {
  const customer = await windowOf(story, "customer", PHONE, "light");
  await customer.go("/sandbox/shop");
  await choose(customer, way);
  await customer.press("Buy", false);
  await customer.reach(/\/sandbox\/wallet\/authorize/, /^Continue/);
  await customer.page.getByText("Advanced").click();
  await customer.page.getByLabel("Share something wrong").selectOption("missing_transaction_hash");
  await customer.press("Share", false);
  await customer.page.getByRole("link", { name: "Try again" }).waitFor();
  await customer.look("1-rejected");
  await customer.page.getByRole("link", { name: "Try again" }).click();
  await customer.page.waitForURL(/\/sandbox\/wallet\/authorize/);
  await customer.press("Decline", false);
  await customer.reach(/\/sandbox\/shop\/return/, /^(Continue|Back)/);
  await customer.look("2-declined");
  check(!(await customer.text()).includes("Agreed and verified"), "the shop sells nothing");
  await customer.close();
}

/** A wallet on another device: the page with the code goes on by itself, whatever happens there. */
async function scan(story, button, led, ending) {
  const customer = await windowOf(story, "customer", DESKTOP, "light");
  await customer.go("/sandbox/shop");
  await choose(customer, /on your phone/);
  await customer.press("Buy", false);
  await customer.page.waitForURL(/\/start\//);
  await customer.look("1-scan");
  const phone = await windowOf(story, "phone", PHONE, "dark");
  await phone.go(await customer.scanned(".scan svg"));
  const [seen, taken] = [
    customer.page.waitForURL(led, { timeout: 30_000 }).then(() => Date.now()),
    phone.page.waitForResponse((response) => response.url().endsWith("/sandbox/wallet/consent")).then(() => Date.now()),
  ];
  await phone.press(button, false);
  await customer.soon("the page with the code", taken, seen);
  await phone.look("2-answered");
  await customer.reach(/\/sandbox\/shop\/return/, /^Go back/);
  check((await customer.text()).includes(ending), `the shop says “${ending}”`);
  await customer.look("2-outcome");
  await phone.close();
  await customer.close();
}

const stories = {
  "signing in on a phone, by keyboard": () => signIn("phone", PHONE, "light", true),
  "signing in at a desktop, in the dark": () => signIn("desktop", DESKTOP, "dark", false),
  "a wrong answer, then a right one": wrongThenRight,
  "declining in the wallet": decline,
  "a code that somebody else started": notMine,
  "an order in the shop": () => order("shop", /^A wallet in the cloud/, PHONE, "light"),
  "an order, by POST": () => order("shop-post", /^Cloud wallet, by POST/, PHONE, "light"),
  "an order, OpenID4VP unsigned": () => order("shop-unsigned", /1\.0, unsigned/, PHONE, "dark"),
  "an order, OpenID4VP signed": () => order("shop-signed", /1\.0, signed/, DESKTOP, "light"),
  "an order, HAIP": () => order("shop-haip", /HAIP/, SMALLEST, "light"),
  "an order, with a wallet on another device": () => scan("shop-scan", "Share", /\/sandbox\/shop\/return/, "Agreed and verified"),
  "no order, with a wallet on another device": () => scan("shop-scan-no", "Decline", /\/done\//, "You declined"),
  "no order, OpenID4VP unsigned": () => wrongThenDecline("shop-unsigned-no", /1\.0, unsigned/),
  "no order, HAIP": () => wrongThenDecline("shop-haip-no", /HAIP/),
};
await tellAll(browser, output, stories);
