// Hands a guest's data to embedded booking calendars: the parameters in data-oncehub-parameters
// are set on the address of the frame that OnceHub's script puts into the element.
(function () {
  "use strict";

  function fill(place) {
    var frame = place.querySelector("iframe[src]");
    // The data is for OnceHub alone.
    if (!frame || new URL(frame.src).origin !== "https://oncehub.com") {
      return;
    }
    var url = new URL(frame.src);
    new URLSearchParams(place.dataset.oncehubParameters).forEach(function (value, name) {
      url.searchParams.set(name, value);
    });
    // Once: setting the address loads the frame anew.
    delete place.dataset.oncehubParameters;
    frame.src = url.href;
  }

  function fillAll() {
    document.querySelectorAll("[data-oncehub-parameters]").forEach(fill);
  }

  new MutationObserver(fillAll).observe(document.documentElement, {
    childList: true,
    subtree: true,
    attributeFilter: ["src"],
  });
  fillAll();
})();
