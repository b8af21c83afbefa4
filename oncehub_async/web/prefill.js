// Hands a guest's data to embedded booking calendars: the parameters in data-oncehub-parameters
// are set on the address of the frame that OnceHub's script puts into the element. It may be loaded
// in any way and at any time: as a module, async, or by a tag manager.
(function () {
  "use strict";

  function fill(place) {
    var frame = place.querySelector("iframe[src]");
    // The data is for OnceHub alone.
    if (!frame || new URL(frame.src).origin !== "https://oncehub.com") {
      return;
    }
    var url = new URL(frame.src);
    var given = place.dataset.oncehubParameters;
    new URLSearchParams(given).forEach(function (value, name) {
      // OnceHub reads names in upper and lower case alike.
      Array.from(url.searchParams.keys()).forEach(function (key) {
        if (key.toLowerCase() === name.toLowerCase()) {
          url.searchParams.delete(key);
        }
      });
    });
    // As they stand: a name can come several times, and a space is not to become a plus.
    url.search = [url.search.slice(1), given].filter(Boolean).join("&");
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
