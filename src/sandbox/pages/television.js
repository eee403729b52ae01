"use strict";
const state = document.getElementById("state");
// The answer comes when somebody has decided, or after a while.
async function poll() {
  let wait = 5;
  try {
    const answer = await fetch("/sandbox/tv/poll", { cache: "no-store" });
    const now = await answer.json();
    if (now.screen !== "waiting" && now.screen !== "slow_down") {
      location.reload();
      return;
    }
    if (state.textContent !== now.message) state.textContent = now.message;
    state.dataset.screen = now.screen;
    wait = now.wait;
  } catch {
    // No connection: the next poll tries again.
  }
  setTimeout(poll, wait * 1000);
}
poll();
