"use strict";
// One event stream for all pages that a browser has open: a browser opens six connections to a host, and seven pages with a stream
// of their own would leave none for anything else. Runs as a shared worker; its name holds the session, so nobody hears another's.
const RETRY_MS = 5000;
const SILENCE_MS = 90000; // a page that is gone without a word is forgotten when it has not called for this long

const pages = new Map(); // port -> when it called last
const names = new Set();
let source = null;
let isOpen = false;

function tell(message) {
  for (const page of pages.keys()) page.postMessage(message);
}

function listen(name) {
  source.addEventListener(name, (message) => tell({ event: name, data: message.data }));
}

function connect(address) {
  source = new EventSource(address);
  source.addEventListener("open", () => {
    isOpen = true;
    tell({ state: "open" });
  });
  source.addEventListener("error", () => {
    isOpen = false;
    tell({ state: "error" });
    if (source.readyState === EventSource.CLOSED) {
      source = null;
      setTimeout(() => pages.size && !source && connect(address), RETRY_MS); // the browser has given up, we have not
    }
  });
  names.forEach(listen);
}

function leave(page) {
  pages.delete(page);
  if (pages.size || !source) return;
  source.close();
  source = null;
  isOpen = false;
}

onconnect = ({ ports: [page] }) => {
  page.onmessage = ({ data }) => {
    if (data.leave) {
      leave(page);
      return;
    }
    pages.set(page, Date.now());
    if (!data.stream) return;
    for (const name of data.names) {
      if (names.has(name)) continue;
      names.add(name);
      if (source) listen(name);
    }
    if (!source) connect(data.stream);
    else if (isOpen) page.postMessage({ state: "open" });
  };
};

setInterval(() => {
  for (const [page, called] of pages) if (Date.now() - called > SILENCE_MS) leave(page);
}, SILENCE_MS / 3);
