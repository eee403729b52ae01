"use strict";
const place = document.getElementById("sign-in");
const outcome = document.getElementById("outcome");
const again = document.getElementById("again");
const reasons = { cancelled: "it was cancelled", access_denied: "it was declined, or what was shown is not enough" };
async function signIn() {
  again.hidden = true;
  outcome.textContent = "";
  place.replaceChildren();
  const { client, scope } = place.dataset;
  try {
    const token = await VpGate.start(place, { authServiceUrl: location.origin, clientId: client, scope, size: 220 });
    outcome.textContent = `Welcome. You are signed in for ${token.expires_in / 60} minutes.`;
  } catch (fault) {
    outcome.textContent = `Nobody was signed in: ${reasons[fault.code] ?? "the service refused this page"}.`;
  }
  again.hidden = false;
}
again.firstElementChild.onclick = signIn;
signIn();
