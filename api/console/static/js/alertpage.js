"use strict";
// The page of one alert: a refresh never takes what somebody is typing; the preview of what the company will read; printing.
(() => {
  const actions = () => document.getElementById("actions");
  let stale = false;

  // A form that is open may hold somebody's work.
  const busy = () => Boolean(actions().querySelector("details[open]"));
  let focused = null; // the form whose head had the focus

  document.addEventListener("refresh", (event) => {
    if (event.target.id !== "actions") return;
    stale = true;
    renew();
  });

  function renew() {
    if (!stale || busy()) return;
    stale = false;
    focused = actions().contains(document.activeElement) ? document.activeElement.closest("details")?.id : null;
    htmx.trigger(actions(), "refresh-when-idle");
  }

  document.addEventListener("toggle", renew, true);

  function preview() {
    const shown = document.getElementById("notify-preview");
    if (shown) shown.textContent = document.getElementById("field-message").value;
  }

  document.addEventListener("input", (event) => event.target.id === "field-message" && preview());
  document.body.addEventListener("htmx:afterSettle", (event) => {
    preview();
    if (event.detail.elt.id === "actions" && focused) document.querySelector(`#${focused} > summary`)?.focus({ preventScroll: true });
  });
  preview();

  // An address like /alerts/7#answer opens the form that it names.
  function openNamed() {
    const named = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (named && named.matches("details.do")) {
      named.open = true;
      named.querySelector("textarea, input:not([type=hidden]), select")?.focus();
    }
  }

  window.addEventListener("hashchange", openNamed);
  // The browser goes to the place that the address names first, and takes the focus with it.
  window.addEventListener("load", () => setTimeout(openNamed));

  const print = document.getElementById("print");
  print.hidden = false;
  print.addEventListener("click", () => window.print());
})();
