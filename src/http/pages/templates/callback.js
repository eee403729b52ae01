
(function () {
  "use strict";
  // Out of the address bar and the history first: whatever follows, nobody finds it there.
  var fragment = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  var form = document.getElementById("answer");
  var known = ["vp_token", "state", "error", "error_description", "iss"];
  new URLSearchParams(fragment).forEach(function (value, name) {
    if (known.indexOf(name) < 0) return;
    var field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.appendChild(field);
  });
  var relayed = form.elements.length > 0;
  document.getElementById(relayed ? "wait" : "nothing").hidden = false;
  if (relayed) form.submit();
})();
