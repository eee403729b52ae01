// oidc-client-ts in a page of another origin, in Chromium: signing in, the profile, renewing in silence, revoking and
// signing out, with its defaults.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { HOME, patient, tell } from "./shared.mjs";
import { served } from "./visit.mjs";

const library = readFileSync(new URL("node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js", import.meta.url), "utf8");
const SETTINGS = { authority: patient, client_id: "oidc-client-ts", redirect_uri: `${HOME}/callback`, post_logout_redirect_uri: `${HOME}/bye` };
const PAGE = `<!doctype html><html lang="en"><title>page</title><script src="/library.js"></script>
<script>
const manager = (more) => new oidc.UserManager({ ...${JSON.stringify(SETTINGS)}, ...more });
// In the frame of a renewal it only hands on what came.
if (window.parent !== window) manager({}).signinSilentCallback();
</script>`;

const port = await served((request, response) => {
  const isScript = request.url === "/library.js";
  response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" }).end(isScript ? library : PAGE);
});
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-sync", `--host-resolver-rules=MAP ${new URL(HOME).host} 127.0.0.1:${port}`],
});

/** A window of its own at the page, and what its console complained about. */
async function opened() {
  const context = await browser.newContext();
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(`${HOME}/`);
  return { page, complaints };
}

/** Through the service and the wallet, back to the page. */
async function signIn(page, more = {}, answer = "Share") {
  await page.evaluate((more) => { manager(more).signinRedirect().catch((fault) => console.error(String(fault))); }, more);
  await page.getByRole("button", { name: /^Continue/ }).click();
  await page.getByRole("button", { name: answer, exact: true }).click();
  await page.waitForURL(`${HOME}/callback?**`);
  return page.evaluate(async (more) => {
    try {
      const { profile, scope, refresh_token, access_token } = await manager(more).signinRedirectCallback();
      return { profile, scope, refresh_token, access_token };
    } catch (fault) {
      return { error: fault.error ?? String(fault) };
    }
  }, more);
}

/** What calls of the library end with. */
const asked = (page, script, more = {}) => page.evaluate(`(async () => {
  const by = manager(${JSON.stringify(more)});
  try { return { told: await (${script})(by) }; } catch (fault) { return { error: fault.error ?? String(fault) }; }
})()`);

const again = "async (by) => { const user = await by.signinSilent(); return user && { sub: user.profile.sub, access_token: user.access_token }; }";

await tell("oidc-client-ts", {
  "signs in, loads the profile, renews by its refresh token, and revokes": async () => {
    const { page, complaints } = await opened();
    const user = await signIn(page, { scope: "openid profile", loadUserInfo: true });
    assert.equal(user.profile?.name, "Alice Example", JSON.stringify(user));
    const renewed = await asked(page, again);
    assert.equal(renewed.told?.sub, user.profile.sub, JSON.stringify(renewed));
    assert.notEqual(renewed.told.access_token, user.access_token);
    assert.deepEqual(await asked(page, "async (by) => { await by.revokeTokens(); return \"revoked\"; }"), { told: "revoked" });
    assert.deepEqual(complaints, []);
    const gone = await page.evaluate(async ([service, token]) => {
      const answer = await fetch(`${service}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
      return answer.status;
    }, [patient, renewed.told.access_token]);
    assert.equal(gone, 401);
  },

  "renews in a frame by the session, and signs out": async () => {
    const { page, complaints } = await opened();
    const settings = { client_id: "oidc-client-ts-frames" };
    const user = await signIn(page, settings);
    const renewed = await asked(page, again, settings);
    assert.equal(renewed.told?.sub, user.profile?.sub, JSON.stringify([user, renewed]));
    assert.notEqual(renewed.told.access_token, user.access_token);
    await page.evaluate((settings) => { manager(settings).signoutRedirect(); }, settings);
    await page.waitForURL(`${HOME}/bye`);
    assert.deepEqual(await asked(page, again, settings), { error: "login_required" });
    assert.deepEqual(complaints, []);
  },

  "by its defaults, with the scope openid alone": async () => {
    const { page } = await opened();
    const user = await signIn(page);
    assert.ok(user.profile?.sub, JSON.stringify(user));
  },

  "a person who declines": async () => {
    const { page } = await opened();
    assert.deepEqual(await signIn(page, {}, "Decline"), { error: "access_denied" });
  },
});
