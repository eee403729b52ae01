// A page that has no server keeps the token in memory, and only there.
const place = document.getElementById("sign-in");
const outcome = document.getElementById("outcome");
const again = document.getElementById("again");

async function signIn() {
  again.hidden = true;
  outcome.textContent = "";
  place.replaceChildren();
  try {
    const token = await VpGate.start(place, { authServiceUrl: "http://127.0.0.1:8080", clientId: "page", size: 240 });
    outcome.textContent = `Welcome. Your rights: ${token.scope}`;
    return token;
  } catch (fault) {
    outcome.textContent = fault.code === "access_denied" ? "You declined, so nothing was shared." : `Not signed in: ${fault.message}`;
    again.hidden = false;
    return null;
  }
}

again.addEventListener("click", signIn);
signIn();
