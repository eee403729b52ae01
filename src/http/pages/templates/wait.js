
(function () {
  "use strict";
  // The wallet answers elsewhere; this page learns of it at once, and goes on. Without JavaScript there are its buttons.
  var asked = location.pathname.replace(/\/start\/([^/]+)$/, "/done/$1/waiting");
  function ask() {
    var began = Date.now();
    fetch(asked, { cache: "no-store", headers: { Prefer: "wait=20" }, redirect: "error" }).then(function (answer) {
      if (answer.status === 205) location.reload();
      // Where too many wait, the answer does not.
      else setTimeout(ask, answer.status === 204 ? Math.max(100, began + 2000 - Date.now()) : 10000);
    }).catch(function () {
      setTimeout(ask, 5000);
    });
  }
  ask();
})();
