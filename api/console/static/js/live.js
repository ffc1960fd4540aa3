"use strict";
// Life of the page: one event stream tells which parts have new data; htmx fetches those parts anew.
//
// A part is an element with data-refresh: "alerts", "strip", "periods", or empty for live values. data-outlets narrows it to outlets.
(() => {
  const DEBOUNCE_MS = 400; // several events of one batch become one request
  const LEAST_GAP_MS = 2000; // a part is not fetched more often than this
  const LOST_AFTER_MS = 3000; // a reconnect that succeeds at once is not worth a banner
  const RETRY_MS = 5000;
  const CLOCK_MS = 10000;
  const WORK_MS = 3000; // how long a part in which somebody fills in a form is left alone
  const CALL_MS = 30000; // how often a page tells the shared stream that it is still there

  const body = document.body;
  const words = body.dataset;
  const state = document.getElementById("live-state");
  const lost = document.getElementById("live-lost");
  const announce = document.getElementById("announce");
  const liveText = state && state.querySelector(".live-text");
  const connectedText = liveText ? liveText.textContent : "";
  const lostText = lost ? lost.querySelector("strong").textContent : "";

  // ---- fetching parts -----------------------------------------------------------------------------------------------------
  const waiting = new Map(); // id of a part -> timer
  const fetched = new Map(); // id of a part -> when it was asked for

  function refresh(part) {
    if (!part.id || waiting.has(part.id)) return;
    const rest = (fetched.get(part.id) || 0) + LEAST_GAP_MS - Date.now();
    const timer = setTimeout(() => {
      waiting.delete(part.id);
      const now = document.getElementById(part.id);
      if (!now) return;
      if (isWorkedOn(now)) return void later(now);
      fetched.set(part.id, Date.now());
      htmx.trigger(now, "refresh");
    }, Math.max(DEBOUNCE_MS, rest));
    waiting.set(part.id, timer);
  }

  // A form that was opened or is being filled in is somebody's work: what is new waits until it is sent or closed.
  const isWorkedOn = (part) =>
    Boolean(part.querySelector("details[open] form.form")) ||
    [...part.querySelectorAll("form.form")].some((form) => form.contains(document.activeElement));

  const later = (part) => setTimeout(() => refresh(part), WORK_MS);

  // The answer may come after the form was opened.
  body.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.requestConfig.verb !== "get" || !detail.target.matches("[data-refresh]") || !isWorkedOn(detail.target)) return;
    detail.shouldSwap = false;
    later(detail.target);
  });

  function refreshWhere(test) {
    document.querySelectorAll("[data-refresh]").forEach((part) => {
      if (test(part)) refresh(part);
    });
  }

  const concerns = (part, outlets) => {
    const shown = (part.dataset.outlets || "").split(/\s+/);
    return outlets.some((outlet) => shown.includes(outlet));
  };

  const handlers = {
    readings: (event) => refreshWhere((part) => part.dataset.refresh === "" && concerns(part, event.outlets || [])),
    period: (event) => refreshWhere((part) => concerns(part, [event.outlet])),
    alert: (event) => {
      changedAlert = event;
      refreshWhere((part) => part.dataset.refresh === "alerts" || part.dataset.refresh === "strip");
    },
    gateway: () => refreshWhere((part) => part.dataset.refresh === "" || part.dataset.refresh === "strip"),
    registry: () => refreshWhere(() => true),
    resync: () => refreshWhere(() => true),
  };
  // A part may name any other event of the stream itself.
  for (const { dataset: { refresh: name } } of document.querySelectorAll("[data-refresh]")) {
    if (/^[a-z_]+$/.test(name) && !(name in handlers) && !["alerts", "strip", "periods"].includes(name)) {
      handlers[name] = () => refreshWhere((part) => part.dataset.refresh === name);
    }
  }

  // ---- the stream ---------------------------------------------------------------------------------------------------------
  let leave = () => {};
  let lostTimer = null;
  let wasOpen = false;

  function showLost(isLost) {
    if (!state || !lost) return;
    lost.hidden = !isLost;
    state.classList.toggle("is-lost", isLost);
    liveText.textContent = isLost ? lostText : connectedText;
  }

  function opened() {
    clearTimeout(lostTimer);
    lostTimer = null;
    state.classList.add("is-open");
    showLost(false);
    if (wasOpen) handlers.resync(); // what happened in between is unknown
    wasOpen = true;
  }

  function broken() {
    state.classList.remove("is-open");
    if (lostTimer === null) lostTimer = setTimeout(() => showLost(true), LOST_AFTER_MS);
  }

  // A stream of this page alone, for browsers that cannot share one.
  function connectAlone() {
    const source = new EventSource(words.stream);
    source.addEventListener("open", opened);
    source.addEventListener("error", () => {
      broken();
      if (source.readyState !== EventSource.CLOSED) return;
      const again = setTimeout(connect, RETRY_MS); // the browser has given up, we have not
      leave = () => clearTimeout(again);
    });
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (message) => handle(JSON.parse(message.data)));
    }
    leave = () => source.close();
  }

  // The stream that all pages of this session share (stream.js).
  function connectShared() {
    const { port } = new SharedWorker(words.streamWorker, { name: words.streamName });
    port.onmessage = ({ data }) => {
      if (data.state) (data.state === "open" ? opened : broken)();
      else handlers[data.event]?.(JSON.parse(data.data));
    };
    port.postMessage({ stream: new URL(words.stream, location.href).href, names: Object.keys(handlers) });
    const calling = setInterval(() => port.postMessage({}), CALL_MS);
    leave = () => {
      clearInterval(calling);
      port.postMessage({ leave: true });
    };
  }

  function connect() {
    if ("SharedWorker" in window) connectShared();
    else connectAlone();
  }

  if (words.stream) connect();
  window.addEventListener("pagehide", () => leave());
  window.addEventListener("pageshow", (event) => event.persisted && words.stream && connect());

  // ---- saying aloud what is new -------------------------------------------------------------------------------------------
  let changedAlert = null;
  let known = alertIds();

  function alertIds() {
    return new Set([...document.querySelectorAll("[data-alert]")].map((item) => item.dataset.alert));
  }

  function sayNews() {
    const now = alertIds();
    const fresh = [...now].filter((id) => !known.has(id));
    known = now;
    if (fresh.length) {
      fresh.forEach((id) => document.getElementById(`alert-${id}`)?.classList.add("is-new"));
      const first = document.getElementById(`alert-${fresh[0]}`);
      announce.textContent = words.wordNewAlert.replace("{kind}", first ? first.dataset.kind : "");
    } else if (changedAlert && changedAlert.action !== "counted") {
      announce.textContent = words.wordAlertChanged;
    }
    changedAlert = null;
  }

  const title = document.title;
  function countInTitle() {
    const count = document.getElementById("active-count");
    const number = count ? Number(count.textContent) : 0;
    document.title = number ? `(${number}) ${title}` : title;
  }

  // ---- times in words -----------------------------------------------------------------------------------------------------
  function ago(moment) {
    const seconds = Math.round((Date.now() - moment) / 1000);
    const distance = Math.abs(seconds);
    if (distance < 10) return words.wordJustNow;
    const unit = [[86400, "wordDays"], [3600, "wordHours"], [60, "wordMinutes"], [1, "wordSeconds"]].find(([length]) => distance >= length);
    const span = words[unit[1]].replace("{count}", Math.floor(distance / unit[0]));
    return (seconds > 0 ? words.wordAgo : words.wordAhead).replace("{span}", span);
  }

  function tellTimes(root) {
    root.querySelectorAll("time[data-ago]").forEach((element) => {
      element.textContent = ago(Date.parse(element.dateTime));
    });
  }

  setInterval(() => tellTimes(document), CLOCK_MS);
  body.addEventListener("htmx:afterSettle", () => {
    sayNews();
    countInTitle();
  });
  // An acknowledged alert changes the figures at the top too; its event does the same when it comes.
  body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.requestConfig.verb === "post") refreshWhere((part) => part.dataset.refresh === "strip");
  });
  // ---- what did not work --------------------------------------------------------------------------------------------------
  const problem = document.getElementById("problem");
  body.addEventListener("htmx:responseError", (event) => {
    // A form shows its refusal itself, where it was filled in.
    if (event.detail.elt.closest("form")?.querySelector(".form-problem")) return;
    problem.textContent = event.detail.xhr.responseText;
    problem.hidden = false;
  });
  body.addEventListener("htmx:afterOnLoad", () => {
    problem.hidden = true;
  });
  countInTitle();
})();
