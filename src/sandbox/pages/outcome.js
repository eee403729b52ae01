"use strict";
// The answer comes when the service has one, or after a while.
async function wait() {
  let pause = 5;
  try {
    const answer = await fetch("/sandbox/shop/waiting", { cache: "no-store" });
    if (answer.status === 205) {
      location.reload();
      return;
    }
    pause = 1;
  } catch {
    // No connection: the next one tries again.
  }
  setTimeout(wait, pause * 1000);
}
wait();
