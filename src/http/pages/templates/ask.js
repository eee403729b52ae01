
(function () {
  "use strict";
  var ask = document.getElementById("ask");
  var api = window.DigitalCredential;
  // The same question in several protocols: the browser takes the first that it knows.
  var requests = JSON.parse(ask.dataset.requests).filter(function (request) {
    return !api || !api.userAgentAllowsProtocol || api.userAgentAllowsProtocol(request.protocol);
  });
  // Without the API the page stays as it is: its one action is the wallet's ordinary way.
  if (!api || !navigator.credentials || !requests.length) return;
  var nothing = document.getElementById("nothing");
  var busy = document.getElementById("busy");
  var other = document.getElementById("other");
  var asking = null;
  ask.hidden = false;
  other.className = "button second";
  other.textContent = other.dataset.other;
  function rest() {
    asking = null;
    ask.disabled = false;
    busy.hidden = true;
  }
  // Whoever goes elsewhere closes the browser's window with it.
  function end() {
    if (asking) asking.abort();
  }
  other.form.addEventListener("submit", end);
  window.addEventListener("pagehide", end);
  // Back from the next page.
  window.addEventListener("pageshow", rest);
  ask.addEventListener("click", function () {
    var ours = new AbortController();
    asking = ours;
    ask.disabled = true;
    nothing.hidden = true;
    busy.hidden = false;
    navigator.credentials.get({ mediation: "required", digital: { requests: requests }, signal: ours.signal }).then(function (given) {
      if (!given) throw new Error("no credential");
      var answer = document.getElementById("answer");
      answer.elements.protocol.value = given.protocol;
      answer.elements.data.value = typeof given.data === "string" ? given.data : JSON.stringify(given.data);
      answer.submit();
    }).catch(function () {
      if (asking !== ours || ours.signal.aborted) return;
      rest();
      nothing.hidden = false;
    });
  });
})();
