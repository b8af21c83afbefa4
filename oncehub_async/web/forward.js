// Forwards the events of OnceHub's widgets to a back end of yours.
//
//   <script src="/static/oncehub-forward.js" data-endpoint="/oncehub/events"></script>
//
// It goes before the embed, so that no event comes too early.
//
// data-endpoint  where the events go, as JSON in a POST; an http(s) URL.
// data-types     only these types, with commas between. All oncehub.* events without it.
// data-classic   also what an embedded page of the classic product hands to
//                SOAfterConfirmationFunction; a function of that name that is there is still called.
// data-origin    listen to this origin instead of https://oncehub.com: one exact https origin, or
//                http on this machine for tests. There is no way to listen to all.
//
// As a module it finds its tag by data-endpoint. Where it has no tag of its own (a bundle, an import)
// or a tag manager dropped the attributes, set them before it runs, without "data-":
//
//   window.oncehubForwarding = {endpoint: "/oncehub/events", types: "oncehub.booking.scheduled"};
(function () {
  "use strict";
  var settings = findSettings();
  if (!settings.endpoint) {
    throw new Error(
      "oncehub: no data-endpoint on the script's tag, nor window.oncehubForwarding = {endpoint: ...}"
    );
  }
  var endpoint = new URL(settings.endpoint, document.baseURI);
  var origin = settings.origin === undefined ? "https://oncehub.com" : settings.origin;
  var types = settings.types && settings.types.split(",").map(function (type) {
    return type.trim();
  });

  if (!/^https?:$/.test(endpoint.protocol)) {
    throw new Error("oncehub: data-endpoint has to be an http(s) URL");
  }
  if (!isTrustworthy(origin)) {
    throw new Error("oncehub: data-origin has to be one exact https origin");
  }

  function findSettings() {
    // Modules have no currentScript.
    var tag = document.currentScript ||
      document.querySelector("script[type=module][data-endpoint]:not([data-oncehub-found])");
    if (tag && tag.dataset.endpoint !== undefined) {
      tag.dataset.oncehubFound = "";
      return tag.dataset;
    }
    return window.oncehubForwarding || {};
  }

  function isTrustworthy(text) {
    try {
      var url = new URL(text);
    } catch (error) {
      return false;
    }
    var local = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
    // An origin is what is left of a URL without path, query and the rest; nothing may be dropped.
    return url.origin === text && (url.protocol === "https:" || (url.protocol === "http:" && local));
  }

  function isOurs(data) {
    return (
      typeof data === "object" && data !== null && typeof data.type === "string" &&
      data.type.indexOf("oncehub.") === 0 && (!types || types.indexOf(data.type) !== -1)
    );
  }

  function send(event) {
    var body = JSON.stringify(event);
    var request = {
      method: "POST",
      body: body,
      headers: { "Content-Type": "application/json" },
      credentials: "same-origin",
    };
    // The page may be left at once. Browsers keep no more than 64 KiB of such requests alive.
    request.keepalive = body.length < 16384;
    fetch(endpoint, request).catch(function () {
      navigator.sendBeacon(endpoint, new Blob([body], { type: "text/plain" }));
    });
  }

  window.addEventListener("message", function (event) {
    if (event.origin === origin && isOurs(event.data)) {
      send({ type: event.data.type, payload: event.data.payload });
    }
  });

  if (settings.classic !== undefined) {
    var theirs = window.SOAfterConfirmationFunction;
    window.SOAfterConfirmationFunction = function (data) {
      if (typeof data === "object" && data !== null) {
        send({ errorStatus: data.errorStatus, bookingInfo: data.bookingInfo });
      }
      if (typeof theirs === "function") {
        theirs.apply(this, arguments);
      }
    };
  }
})();
