"use strict";
// The page of an outage tries again by itself.
const page = document.querySelector("[data-retry-seconds]");
if (page) setTimeout(() => location.reload(), Number(page.dataset.retrySeconds) * 1000);
