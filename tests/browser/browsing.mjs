// One browser window, its screenshots, and what must hold on every page that it shows.
import jsQR from "jsqr";
import { chromium } from "playwright-core";

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 800 };
export const SMALLEST = { width: 320, height: 568 };

/** How Chromium is started. */
export const LAUNCHED = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
};

/** Starts Chromium, with more arguments where a story needs them. */
export const launch = (...more) => chromium.launch({ ...LAUNCHED, args: [...LAUNCHED.args, ...more] });

/** Tells every story, or those that `VPGATE_STORY` names; ends the process, well when all were true. */
export async function tellAll(browser, output, stories) {
  const only = process.env.VPGATE_STORY;
  let failed = 0;
  for (const [name, tell] of Object.entries(stories).filter(([name]) => !only || name.includes(only))) {
    try {
      await tell();
      console.log(`ok      ${name}`);
    } catch (fault) {
      failed += 1;
      console.log(`FAILED  ${name}\n${fault.stack}`);
      await Browsing.lastLook(browser, output, name);
    }
  }
  await browser.close();
  process.exit(failed === 0 ? 0 : 1);
}

export function check(holds, what) {
  if (!holds) throw new Error(`not so: ${what}`);
}

export class Browsing {
  static async open(browser, { base, output, story, who, viewport, colorScheme, tolerated, ...more }) {
    const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce", ...more });
    context.setDefaultTimeout(30_000);
    await context.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => {
        console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    const page = await context.newPage();
    return new Browsing({ base, output, story, who, tolerated, context, page });
  }

  /** What every window still open looks like when a story fails. */
  static async lastLook(browser, output, name) {
    let count = 0;
    for (const page of browser.contexts().flatMap((context) => context.pages())) {
      count += 1;
      await page.screenshot({ path: `${output}/FAILED-${name.replaceAll(/\W+/g, "-")}-${count}.png` }).catch(() => {});
      console.log(`        window ${count} was at ${page.url().split(/[?#]/)[0]}`);
    }
    for (const context of browser.contexts()) await context.close();
  }

  constructor(parts) {
    Object.assign(this, parts);
    this.complaints = [];
    this.page.on("console", (message) => {
      if (message.type() === "error" && !this.tolerated?.test(message.text())) this.complaints.push(message.text());
    });
    this.page.on("pageerror", (error) => this.complaints.push(String(error)));
  }

  async go(address) {
    await this.page.goto(new URL(address, this.base).href);
  }

  async text() {
    return this.page.locator("body").innerText();
  }

  async press(name, keyboard) {
    const button = this.page.getByRole("button", { name, exact: typeof name === "string" });
    if (keyboard) {
      await this.tabTo(button);
      await this.page.keyboard.press("Enter");
    } else {
      await button.click();
    }
  }

  /** Presses what leads on, until the address is reached; some pages on the way may need no press. */
  async reach(address, onward) {
    for (let page = 0; page < 3; page += 1) {
      await this.page.waitForLoadState();
      if (address.test(this.page.url())) return;
      const next = this.page.getByRole("button", { name: onward }).or(this.page.getByRole("link", { name: onward }));
      await Promise.race([this.page.waitForURL(address), next.first().waitFor()]);
      if (!address.test(this.page.url())) await next.first().click();
    }
    await this.page.waitForURL(address);
  }

  /** What a phone's camera reads. */
  async scanned(place) {
    const picture = await this.page.locator(place).screenshot();
    const blank = await this.context.newPage();
    const { data, width, height } = await blank.evaluate(async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      return { data: [...context.getImageData(0, 0, image.width, image.height).data], width: image.width, height: image.height };
    }, `data:image/png;base64,${picture.toString("base64")}`);
    await blank.close();
    return jsQR(Uint8ClampedArray.from(data), width, height)?.data;
  }

  /** When the page fulfils this. Asked for before it does. */
  async seen(what, argument) {
    await this.page.waitForFunction(what, argument, { timeout: 30_000, polling: 10 });
    return Date.now();
  }

  /** When the service has taken what the wallet sends by this browser. Asked for before it does. */
  async decided() {
    const taken = (response) => new URL(response.url()).pathname === "/callback" && response.request().method() === "POST";
    await this.page.waitForResponse(taken, { timeout: 30_000 });
    return Date.now();
  }

  /** What was decided elsewhere is seen here by itself. 300 ms are meant; a machine that is slow just now may need longer. */
  async soon(who, decided, seen) {
    const late = (await seen) - (await decided);
    const begun = Date.now();
    await this.context.request.get(this.base);
    await this.page.evaluate(() => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown))));
    // Asking again, without being told, takes more than five seconds.
    const allowed = Math.min(2500 + 20 * (Date.now() - begun), 4500);
    console.log(`        ${who} saw it after ${late} ms of ${allowed}`);
    check(late < allowed, `${who} sees it soon, not after ${late} ms`);
  }

  /** Moves the focus with the tabulator key only, and expects to see where it is. */
  async tabTo(target) {
    await target.waitFor();
    for (let presses = 0; presses < 40; presses += 1) {
      if (await target.evaluate((element) => element === element.getRootNode().activeElement)) {
        const seen = await target.evaluate((element) => {
          const style = getComputedStyle(element);
          return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
        });
        check(seen, "the focus can be seen");
        return;
      }
      await this.page.keyboard.press("Tab");
    }
    throw new Error("not so: the keyboard reaches it");
  }

  /** Both buttons lie inside the window, with nothing over them, before anybody scrolls. */
  async bothInSight(...names) {
    check(await this.page.evaluate(() => scrollY === 0), "nobody has scrolled");
    await this.inSight(...names);
  }

  /** The buttons lie inside the window, with nothing over them, wherever the page is. */
  async inSight(...names) {
    for (const name of names) {
      const button = this.page.getByRole("button", { name, exact: typeof name === "string" });
      const inSight = await button.evaluate((element) => {
        const { top, bottom, left, right } = element.getBoundingClientRect();
        const within = top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
        const there = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
        return within && (there === element || element.contains(there));
      });
      check(inSight, `${name} is in sight at ${JSON.stringify(this.page.viewportSize())}`);
    }
  }

  /** Every address behind the back button. */
  async history() {
    const session = await this.context.newCDPSession(this.page);
    const { entries } = await session.send("Page.getNavigationHistory");
    await session.detach();
    return entries.flatMap((entry) => [entry.url, entry.userTypedURL]);
  }

  /** Takes a picture and checks what must hold on every page. */
  async look(step) {
    await this.page.waitForLoadState();
    await this.page.screenshot({ path: `${this.output}/${this.story}-${this.who}-${step}.png`, fullPage: true });
    const faults = await this.page.evaluate(() => {
      const found = [];
      if (!document.documentElement.lang) found.push("no language");
      if (!document.title.trim()) found.push("no title");
      if (!document.querySelector("h1")) found.push("no heading");
      if (document.documentElement.scrollWidth > innerWidth) found.push("wider than the window");
      for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
        if (!field.labels?.length && !field.ariaLabel) found.push(`no label: ${field.outerHTML.slice(0, 80)}`);
      }
      for (const button of document.querySelectorAll("button, a[href]")) {
        if (!(button.textContent || button.ariaLabel || "").trim()) found.push("a button without a name");
      }
      for (const image of document.querySelectorAll("img:not([alt])")) found.push(`no alt: ${image.src.slice(0, 60)}`);
      return found;
    });
    check(faults.length === 0, `${this.story} ${this.who} ${step}: ${faults.join("; ")}`);
    check(this.complaints.length === 0, `${this.story} ${this.who} ${step}: ${this.complaints.join("; ")}`);
  }

  async close() {
    check(this.complaints.length === 0, `${this.story} ${this.who}: ${this.complaints.join("; ")}`);
    await this.context.close();
  }
}
