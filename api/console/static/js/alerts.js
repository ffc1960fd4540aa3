"use strict";
// The inbox: a selection and a current row that outlive every refresh, keys, an optional sound. Without this script the checkboxes and
// buttons work all the same.
(() => {
  const bulk = document.getElementById("bulk");
  if (!bulk) return;
  const bar = document.getElementById("bulk-bar");
  const count = document.getElementById("bulk-count");
  const clear = document.getElementById("bulk-clear");
  const help = document.getElementById("keys");
  const keysUse = document.getElementById("keys-use");
  const soundUse = document.getElementById("sound-use");
  const table = () => document.getElementById("alert-table");
  const rows = () => [...document.querySelectorAll("#alert-table tr[data-alert]")];

  // ---- what is selected ---------------------------------------------------------------------------------------------------
  const selected = new Set();
  let current = null; // id of the alert that keys speak of

  function show() {
    for (const row of rows()) {
      const box = row.querySelector("input[name=alert]");
      const on = Boolean(box) && selected.has(row.dataset.alert);
      if (box) box.checked = on;
      row.classList.toggle("is-selected", on);
      row.classList.toggle("is-current", row.dataset.alert === current);
    }
    const all = document.getElementById("select-all");
    const boxes = rows().filter((row) => row.querySelector("input[name=alert]"));
    if (all) {
      all.checked = boxes.length > 0 && boxes.every((row) => selected.has(row.dataset.alert));
      all.indeterminate = !all.checked && selected.size > 0;
      all.disabled = boxes.length === 0;
    }
    if (bar) {
      count.textContent = bulk.dataset.wordSelected.replace("{count}", selected.size);
      bar.classList.toggle("has-selection", selected.size > 0);
      clear.hidden = selected.size === 0;
    }
  }

  function choose(id, on) {
    if (on) selected.add(id);
    else selected.delete(id);
    show();
  }

  bulk.addEventListener("change", (event) => {
    const { target } = event;
    if (target.id === "select-all") {
      rows().forEach((row) => row.querySelector("input[name=alert]") && (target.checked ? selected.add(row.dataset.alert) : selected.delete(row.dataset.alert)));
      show();
    } else if (target.name === "alert") {
      choose(target.value, target.checked);
    }
  });
  if (clear) {
    clear.addEventListener("click", () => {
      selected.clear();
      show();
    });
  }

  // ---- a refresh changes neither selection nor place --------------------------------------------------------------------------
  let anchor = null; // a row that stands in the window, and where
  let focused = null;
  let known = new Set(rows().map((row) => row.dataset.alert));

  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "alert-table") return;
    const inside = table().contains(document.activeElement);
    focused = inside ? document.activeElement.id : null;
    const standing = rows().find((row) => row.getBoundingClientRect().bottom > 0);
    anchor = standing && window.scrollY > 0 ? { id: standing.id, top: standing.getBoundingClientRect().top } : null;
  });

  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt.id !== "alert-table" && event.detail.target.id !== "alert-table") return;
    const here = rows().map((row) => row.dataset.alert);
    // What left the list cannot be worked on from it.
    [...selected].filter((id) => !here.includes(id)).forEach((id) => selected.delete(id));
    show();
    const place = anchor && document.getElementById(anchor.id);
    if (place) window.scrollBy({ top: place.getBoundingClientRect().top - anchor.top, behavior: "instant" });
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    const fresh = rows().filter((row) => !known.has(row.dataset.alert));
    known = new Set(here);
    if (fresh.length) chime(); // live.js says it aloud
    anchor = focused = null;
  });

  // ---- what a step with many brought ------------------------------------------------------------------------------------------
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "bulk-result") return;
    event.detail.target.querySelectorAll("[data-ok='1']").forEach((line) => selected.delete(line.dataset.outcome));
    show();
    event.detail.target.focus({ preventScroll: true });
    event.detail.target.scrollIntoView({ block: "nearest" });
    htmx.trigger(table(), "refresh");
  });

  // ---- what this browser remembers --------------------------------------------------------------------------------------------
  function remembered(name, usual) {
    try {
      return (localStorage.getItem(`outfall.${name}`) ?? usual) === "1";
    } catch {
      return usual === "1";
    }
  }

  function remember(name, on) {
    try {
      localStorage.setItem(`outfall.${name}`, on ? "1" : "0");
    } catch {
      // A browser that keeps nothing asks again next time.
    }
  }

  document.getElementById("keys-switches").hidden = false;
  keysUse.checked = remembered("keys", "1");
  soundUse.checked = remembered("sound", "0");
  keysUse.addEventListener("change", () => remember("keys", keysUse.checked));
  soundUse.addEventListener("change", () => {
    remember("sound", soundUse.checked);
    if (soundUse.checked) chime(); // so that one hears what it is, and the browser allows it
  });

  let audio = null;
  function chime() {
    if (!soundUse.checked) return;
    audio = audio || new AudioContext();
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.setValueAtTime(660, audio.currentTime);
    tone.frequency.setValueAtTime(880, audio.currentTime + 0.15);
    volume.gain.setValueAtTime(0.08, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.45);
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.45);
  }

  // ---- keys -------------------------------------------------------------------------------------------------------------------
  function go(step) {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.dataset.alert === current);
    const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
    current = all[next].dataset.alert;
    show();
    all[next].querySelector(".row-link").focus({ preventScroll: true });
    all[next].scrollIntoView({ block: "nearest" });
  }

  function search() {
    const field = document.getElementById("inbox-search");
    field.closest("details").open = true;
    field.focus();
    field.select();
  }

  function acknowledge() {
    const button = bar && bar.querySelector("button[formaction='/alerts/bulk/acknowledge']");
    if (!button) return;
    if (selected.size) button.click();
    else if (current) document.querySelector(`#alert-${current} .row-acknowledge`)?.click();
  }

  const typing = (element) => element.isContentEditable || /^(TEXTAREA|SELECT)$/.test(element.tagName) || (element.tagName === "INPUT" && !/^(checkbox|radio|button|submit)$/.test(element.type));
  // Arrows scroll the page unless one is in the list.
  const inList = (element) => Boolean(element.closest("#alert-table"));

  document.addEventListener("keydown", (event) => {
    if (!keysUse.checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    const deeds = {
      j: () => go(1),
      k: () => go(-1),
      x: () => {
        const box = current && document.getElementById(`select-${current}`);
        if (box) choose(current, !selected.has(current));
      },
      a: acknowledge,
      "/": search,
      "?": () => {
        help.open = !help.open;
        if (help.open) help.scrollIntoView({ block: "nearest" });
      },
    };
    if (inList(event.target)) Object.assign(deeds, { ArrowDown: () => go(1), ArrowUp: () => go(-1) });
    if (event.key === "Enter" && current && event.target === document.body) {
      location.assign(document.getElementById(`row-${current}`).href);
      return;
    }
    const deed = deeds[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  });

  bulk.addEventListener("focusin", (event) => {
    const row = event.target.closest("tr[data-alert]");
    if (!row || row.dataset.alert === current) return;
    current = row.dataset.alert;
    show();
  });

  // The browser restores ticks of before; they are the selection then.
  rows().forEach((row) => row.querySelector("input[name=alert]")?.checked && selected.add(row.dataset.alert));
  show();
})();
