
(function () {
  "use strict";
  var ask = document.getElementById("ask");
  var request = JSON.parse(ask.dataset.request);
  var api = window.DigitalCredential;
  var allows = api && api.userAgentAllowsProtocol;
  // Without the API the page stays as it is: its one action is the wallet's ordinary way.
  if (!api || !navigator.credentials || (allows && !api.userAgentAllowsProtocol(request.protocol))) return;
  var nothing = document.getElementById("nothing");
  var other = document.getElementById("other");
  ask.hidden = false;
  other.className = "button second";
  other.textContent = other.dataset.other;
  // Back from the next page.
  window.addEventListener("pageshow", function () { ask.disabled = false; });
  ask.addEventListener("click", function () {
    ask.disabled = true;
    nothing.hidden = true;
    navigator.credentials.get({ mediation: "required", digital: { requests: [request] } }).then(function (given) {
      if (!given) throw new Error("no credential");
      var answer = document.getElementById("answer");
      answer.elements.protocol.value = given.protocol;
      answer.elements.data.value = typeof given.data === "string" ? given.data : JSON.stringify(given.data);
      answer.submit();
    }).catch(function () {
      ask.disabled = false;
      nothing.hidden = false;
    });
  });
})();
