
(function () {
  "use strict";
  // The wallet answers elsewhere; this page learns of it, and goes on. Without JavaScript there are its buttons.
  var asked = location.pathname.replace(/\/start\/([^/]+)$/, "/done/$1/waiting");
  function ask() {
    fetch(asked, { cache: "no-store", redirect: "error" }).then(function (answer) {
      if (answer.status === 205) location.reload();
      else setTimeout(ask, answer.status === 204 ? 2000 : 10000);
    }).catch(function () {
      setTimeout(ask, 5000);
    });
  }
  setTimeout(ask, 2000);
})();
