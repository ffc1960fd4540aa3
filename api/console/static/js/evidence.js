"use strict";
// How much of a package is uploaded already.
(() => {
  const form = document.getElementById("upload-form");
  const line = document.getElementById("upload-progress");
  if (!form || !line) return;
  const bar = line.querySelector("progress");
  form.addEventListener("htmx:beforeRequest", () => { line.hidden = false; bar.value = 0; });
  form.addEventListener("htmx:xhr:progress", (event) => {
    if (event.detail.lengthComputable) bar.value = Math.floor((100 * event.detail.loaded) / event.detail.total);
  });
  form.addEventListener("htmx:afterRequest", (event) => { if (!event.detail.successful) line.hidden = true; });
})();
