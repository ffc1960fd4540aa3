"use strict";
// The page of one alert: a refresh never takes what somebody is typing; the preview of what the company will read; printing.
(() => {
  const actions = () => document.getElementById("actions");
  let stale = false;

  // Forms that were opened or typed into are somebody's work.
  const busy = () => Boolean(actions().querySelector("details[open]")) || actions().contains(document.activeElement);

  document.addEventListener("refresh", (event) => {
    if (event.target.id !== "actions") return;
    stale = true;
    renew();
  });

  function renew() {
    if (!stale || busy()) return;
    stale = false;
    htmx.trigger(actions(), "refresh-when-idle");
  }

  document.addEventListener("toggle", renew, true);
  document.addEventListener("focusout", () => setTimeout(renew));

  function preview() {
    const shown = document.getElementById("notify-preview");
    if (shown) shown.textContent = document.getElementById("field-message").value;
  }

  document.addEventListener("input", (event) => event.target.id === "field-message" && preview());
  document.body.addEventListener("htmx:afterSettle", preview);
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
  openNamed();

  const print = document.getElementById("print");
  print.hidden = false;
  print.addEventListener("click", () => window.print());
})();
