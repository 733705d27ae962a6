// The QR code carries the code behind "#", which no server sees. It is only filled in; the reader sends it.
"use strict";
(function () {
  var code = decodeURIComponent(window.location.hash.slice(1));
  var field = document.getElementById("code");
  if (code && code.length <= 60 && field) {
    field.value = code;
    history.replaceState(null, "", window.location.pathname + window.location.search);
  }
})();
