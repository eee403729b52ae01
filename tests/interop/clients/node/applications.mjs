// Applications with a session of their own, each made with one library as its front page shows: Auth.js,
// express-openid-connect, passport-openidconnect.
import assert from "node:assert/strict";
import { ExpressAuth } from "@auth/express";
import express from "express";
import { auth } from "express-openid-connect";
import session from "express-session";
import passport from "passport";
import OpenIdConnectStrategy from "passport-openidconnect";
import { HOME, PLAIN_SECRET, SECRET, logoutToken, patient, tell, visited } from "./shared.mjs";
import { Visit, served } from "./visit.mjs";

/** What signs cookies here. */
const COOKIES = "the secret of the cookies of this application";
const quiet = { error() {}, warn() {}, debug() {} };

/** `more` is what the person who writes the application adds to what Auth.js asks for. */
function byAuthJs(more = {}) {
  const application = express();
  application.set("trust proxy", true);
  // Express 5 calls what stands for the star by a number only where the path is a pattern.
  application.use(/^\/auth\/(.*)/, ExpressAuth({
    secret: COOKIES, trustHost: true, logger: quiet,
    providers: [{ id: "vpgate", name: "vpgate", type: "oidc", issuer: patient, clientId: "auth.js", clientSecret: SECRET, ...more }],
  }));
  return served(application);
}

/** Presses "Sign in" of the page that Auth.js makes. */
async function authJs(port, answer = "Share") {
  const visit = new Visit(port);
  const { csrfToken } = JSON.parse((await visit.open("/auth/csrf")).text);
  const page = await visit.open("/auth/signin/vpgate", { answer, form: { csrfToken, callbackUrl: `${HOME}/auth/session` } });
  return { visit, page };
}

function byExpress(more = {}) {
  const application = express();
  application.use(auth({
    issuerBaseURL: patient, baseURL: HOME, clientID: "express", clientSecret: SECRET, secret: COOKIES,
    // The default is the implicit flow, which OAuth 2.1 has no more; all others follow from `code`.
    authorizationParams: { response_type: "code" }, ...more }));
  application.get("/", async (request, response) => {
    response.json({ claims: request.oidc.user, userinfo: await request.oidc.fetchUserInfo() });
  });
  application.use((fault, _request, response, _next) => response.status(fault.status ?? 500).send(`${fault.error} ${fault.message}`));
  return served(application);
}

function byPassport() {
  const application = express();
  const people = new passport.Passport();
  people.use(new OpenIdConnectStrategy({
    issuer: patient, authorizationURL: `${patient}/authorize`, tokenURL: `${patient}/token`, userInfoURL: `${patient}/userinfo`,
    clientID: "passport", clientSecret: SECRET, callbackURL: "/return" }, (_issuer, profile, done) => done(null, profile)));
  people.serializeUser((user, done) => done(null, user));
  people.deserializeUser((user, done) => done(null, user));
  application.use(session({ secret: COOKIES, resave: false, saveUninitialized: false }), people.session());
  application.get("/login", people.authenticate("openidconnect"));
  application.get("/return", people.authenticate("openidconnect", { successRedirect: "/me", failureRedirect: "/sorry" }));
  application.get("/me", (request, response) => response.json(request.user));
  application.get("/sorry", (_request, response) => response.status(403).send("not signed in"));
  return served(application);
}

await tell("applications", {
  "Auth.js: signs in with its defaults, from the ID token": async () => {
    const { page } = await authJs(await byAuthJs());
    assert.equal(page.status, 200, page.text);
    assert.equal(JSON.parse(page.text).user.name, "Alice Example", page.text);
  },

  "Auth.js: from userinfo": async () => {
    const { page } = await authJs(await byAuthJs({ idToken: false }));
    assert.equal(JSON.parse(page.text).user.name, "Alice Example", page.text);
  },

  "Auth.js: with state and nonce": async () => {
    const { page } = await authJs(await byAuthJs({ idToken: false, checks: ["pkce", "state", "nonce"] }));
    assert.equal(JSON.parse(page.text).user.name, "Alice Example", page.text);
  },

  "Auth.js: a person who declines, a wrong secret": async () => {
    const declined = await authJs(await byAuthJs(), "Decline");
    assert.match(declined.page.url.pathname + declined.page.url.search, /\/auth\/(error|signin)\?error=/, declined.page.text);
    const wrong = await authJs(await byAuthJs({ clientSecret: PLAIN_SECRET }));
    assert.match(wrong.page.url.href, /\/auth\/error\?error=/, wrong.page.text);
    assert.equal(JSON.parse((await wrong.visit.open("/auth/session")).text), null);
  },

  "express-openid-connect: signs in with its defaults": async () => {
    const page = await new Visit(await byExpress()).open("/");
    assert.equal(page.status, 200, page.text);
    const { claims, userinfo } = JSON.parse(page.text);
    assert.equal(claims.sub, userinfo.sub);
    assert.equal(userinfo.name, "Alice Example", page.text);
  },

  "express-openid-connect: remembers the person at the service, and signs them out there": async () => {
    const visit = new Visit(await byExpress({ idpLogout: true }));
    assert.equal((await visit.open("/")).status, 200);
    // Without a session of the application, the one at the service answers: nobody is asked.
    visit.cookies.clear();
    assert.equal((await visit.open("/", { answer: undefined })).status, 200);
    const gone = await visit.open("/logout", { answer: undefined });
    assert.equal(gone.url.origin, new URL(patient).origin, "the next visit is asked again");
    assert.match(gone.text, /Continue/);
  },

  "express-openid-connect: is told when the person signs out at the service": async () => {
    const port = await byExpress({ backchannelLogout: { store: new session.MemoryStore() } });
    const visit = new Visit(port);
    const { claims } = JSON.parse((await visit.open("/")).text);
    assert.equal((await visit.send("/")).status, 200);
    const gone = await visited(`${patient}/logout`, { answer: "Sign out", browser: visit.browser });
    assert.match(gone.text, /You are signed out/);
    const told = await new Visit(port).send("/backchannel-logout", { logout_token: await logoutToken(claims.sid) });
    assert.equal(told.status, 204, told.text);
    assert.equal(new URL((await visit.send("/")).location).origin, patient);
  },

  "express-openid-connect: a person who declines, a wrong secret": async () => {
    const declined = await new Visit(await byExpress()).open("/", { answer: "Decline" });
    assert.equal(declined.status, 400, declined.text);
    assert.match(declined.text, /access_denied/);
    const wrong = await new Visit(await byExpress({ clientSecret: PLAIN_SECRET })).open("/");
    assert.equal(wrong.status, 400, wrong.text);
    assert.match(wrong.text, /WWW_AUTHENTICATE_CHALLENGE/);
  },

  "passport-openidconnect: signs in with its defaults": async () => {
    const page = await new Visit(await byPassport()).open("/login");
    assert.equal(page.status, 200, page.text);
    assert.ok(JSON.parse(page.text).id, page.text);
  },

  "passport-openidconnect: a person who declines": async () => {
    const page = await new Visit(await byPassport()).open("/login", { answer: "Decline" });
    assert.equal(page.status, 403, page.text);
  },
});
