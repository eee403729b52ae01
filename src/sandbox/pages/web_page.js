"use strict";
const place = document.getElementById("sign-in");
const outcome = document.getElementById("outcome");
const again = document.getElementById("again");
async function signIn() {
  again.hidden = true;
  outcome.textContent = "";
  place.replaceChildren();
  const { client, scope } = place.dataset;
  try {
    const token = await VpGate.start(place, { authServiceUrl: location.origin, clientId: client, scope, size: 220 });
    outcome.textContent = `Welcome. The page holds a token for “${token.scope}”, good for ${token.expires_in / 60} minutes.`;
  } catch (fault) {
    outcome.textContent = `Not signed in: ${fault.code}.`;
  }
  again.hidden = false;
}
again.firstElementChild.onclick = signIn;
signIn();
