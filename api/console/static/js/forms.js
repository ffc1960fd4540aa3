"use strict";
// What every page does with its head and its forms: the menu on a phone, refusals beside the form that was refused, no sentence said twice.
(() => {
  const body = document.body;

  // A sentence of the address is said once; a page that is loaded again or passed on does not repeat it.
  const address = new URL(location.href);
  if (address.searchParams.has("said")) {
    address.searchParams.delete("said");
    history.replaceState(null, "", address);
  }

  // ---- the head on a narrow screen --------------------------------------------------------------------------------------------
  const toggle = document.getElementById("menu-toggle");
  const menu = document.getElementById("menu");
  if (toggle && menu) {
    toggle.hidden = false;
    body.classList.add("has-menu-toggle");
    toggle.addEventListener("click", () => {
      const open = menu.classList.toggle("is-open");
      toggle.setAttribute("aria-expanded", String(open));
    });
  }
  const groups = [...document.querySelectorAll(".topbar-group")];
  document.addEventListener("click", (event) => {
    groups.filter((group) => !group.contains(event.target)).forEach((group) => group.removeAttribute("open"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = groups.find((group) => group.open);
    if (!open) return;
    open.removeAttribute("open");
    open.querySelector("summary").focus();
  });

  // ---- forms ------------------------------------------------------------------------------------------------------------------
  const placeFor = (element) => element && element.closest("form") && element.closest("form").querySelector(".form-problem");

  function say(element, words) {
    const place = placeFor(element);
    if (!place) return false;
    place.textContent = words;
    place.hidden = !words;
    if (words) place.scrollIntoView({ block: "nearest" });
    return true;
  }

  body.addEventListener("htmx:beforeRequest", (event) => say(event.detail.elt, ""));
  body.addEventListener("htmx:responseError", (event) => say(event.detail.elt, event.detail.xhr.responseText));
  body.addEventListener("htmx:sendError", (event) => say(event.detail.elt, body.dataset.wordFailed));
  body.addEventListener("htmx:timeout", (event) => say(event.detail.elt, body.dataset.wordFailed));
})();
