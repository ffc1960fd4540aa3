"use strict";
// The outlet page's chart: one panel a factor, all on one time axis; limits as they were in force, invalid stretches hatched, marks
// shaded. A point leads to the bytes it came in, by mouse and by keyboard.
(() => {
  const place = document.getElementById("chart");
  const form = document.getElementById("chart-form");
  const note = document.getElementById("chart-note");
  if (!place || !form) return;

  const PANEL = 190; // height of one panel
  const GAP = 54; // room between panels for the title
  const HEAD = 34;
  const FOOT = 76; // time axis and zoom slider
  const AGAIN_MS = 60000;
  const LINES = ["#0072b2", "#009e73", "#7b5ea7", "#5f6b7a"]; // told apart by colour-blind people
  const DASHES = { value: "solid", reported: "solid", after_marking: [8, 4], after_exemption: [2, 3] };
  const LIMIT = "#b34700";
  const BEIJING_MS = 8 * 3600 * 1000;
  const LABEL_PX = 11; // of a letter of a label; Latin ones are narrower
  const words = place.dataset;
  const byId = (id) => document.getElementById(id);
  let chart = null;
  let drawn = null; // what is on the screen
  let cursor = null; // { panel, index } of the keyboard

  // ---- patterns ---------------------------------------------------------------------------------------------------------------
  function pattern(paint) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 8;
    const pen = canvas.getContext("2d");
    paint(pen);
    return { image: canvas, repeat: "repeat" };
  }
  const patterns = {
    invalid: pattern((pen) => {
      pen.strokeStyle = "rgba(90, 100, 115, 0.45)";
      pen.lineWidth = 1.2;
      for (const shift of [-8, 0, 8]) {
        pen.moveTo(shift, 8);
        pen.lineTo(shift + 8, 0);
      }
      pen.stroke();
    }),
    device: pattern((pen) => {
      pen.fillStyle = "rgba(0, 114, 178, 0.10)";
      pen.fillRect(0, 0, 8, 8);
      pen.fillStyle = "rgba(0, 90, 150, 0.55)";
      pen.fillRect(1, 1, 2, 2);
      pen.fillRect(5, 5, 2, 2);
    }),
    condition: pattern((pen) => {
      pen.fillStyle = "rgba(199, 119, 0, 0.10)";
      pen.fillRect(0, 0, 8, 8);
      pen.fillStyle = "rgba(150, 90, 0, 0.45)";
      pen.fillRect(2, 0, 1, 8);
      pen.fillRect(6, 0, 1, 8);
    }),
  };

  // Hours and days are Beijing's (regulation.md B) wherever the browser is: times are moved by eight hours and drawn as UTC.
  function inBeijing(data) {
    const moved = (time) => time + BEIJING_MS;
    const first = ([time, ...rest]) => [moved(time), ...rest];
    const both = ([from, to, ...rest]) => [moved(from), moved(to), ...rest];
    return {
      ...data,
      from: moved(data.from),
      to: moved(data.to),
      panels: data.panels.map((panel) => ({
        ...panel,
        lines: panel.lines.map((line) => ({ ...line, points: line.points.map(first) })),
        exceeded: panel.exceeded.map(first),
        flags: panel.flags.map(first),
        invalid: panel.invalid.map(both),
        marks: panel.marks.map(both),
        limits: panel.limits.map((limit) => ({ ...limit, from: moved(limit.from), to: moved(limit.to) })),
      })),
    };
  }
  const isoOf = (time) => {
    const text = new Date(time).toISOString();
    return `${time % 1000 ? text.slice(0, 23) : text.slice(0, 19)}+08:00`;
  };
  const readable = (time) => new Date(time).toISOString().slice(0, 19).replace("T", " ");
  const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (all, name) => (name in facts ? facts[name] : all));

  function message(text) {
    if (chart) {
      chart.dispose();
      chart = null;
    }
    drawn = cursor = null;
    place.textContent = text;
    place.classList.add("chart-message");
    tools();
  }

  // ---- drawing ----------------------------------------------------------------------------------------------------------------
  const top = (index) => HEAD + index * (PANEL + GAP);
  const pointsOf = (panel) => panel.lines[0].points;

  function draw(data, keepZoom) {
    if (!data.panels.some((panel) => panel.lines.some((line) => line.points.length))) return message(words.wordEmpty);
    const seen = chart && keepZoom && zoomed();
    if (!chart) {
      place.textContent = "";
      place.classList.remove("chart-message");
    }
    place.style.height = `${HEAD + data.panels.length * (PANEL + GAP) + FOOT - GAP + 8}px`;
    if (!chart) {
      chart = echarts.init(place, null, { renderer: "canvas", locale: words.language === "en" ? "EN" : "ZH" });
      chart.getZr().on("click", (event) => openAt(event.offsetX, event.offsetY));
      chart.on("datazoom", () => {
        tools();
        clearTimeout(relabelling);
        relabelling = setTimeout(relabel, 200);
      });
    }
    chart.resize();
    drawn = data;
    const narrow = place.clientWidth < 520;
    const option = {
      animation: false,
      useUTC: true,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      title: data.panels.map((panel, index) => ({
        text: `${panel.name}（${panel.what}${panel.unit ? "，" + panel.unit : ""}）${pointsOf(panel).length ? "" : " · " + words.wordNoPoints}`, left: 4, top: top(index) - 30, textStyle: { fontSize: 13, fontWeight: 600, color: "#1f2933" },
      })),
      legend: data.panels.flatMap((panel, index) => (panel.lines.length < 2 ? [] : [{
        data: panel.lines.map((line) => line.name), top: top(index) - 30, right: narrow ? 4 : 24, itemHeight: 8, selectedMode: false, textStyle: { color: "#1f2933", fontSize: 11 },
      }])),
      grid: data.panels.map((_, index) => ({ left: 52, right: narrow ? 12 : 24, top: top(index), height: PANEL })),
      xAxis: data.panels.map((_, index) => ({
        type: "time", gridIndex: index, min: data.from, max: data.to,
        axisLabel: { show: index === data.panels.length - 1, hideOverlap: true, color: "#52606d" }, axisLine: { lineStyle: { color: "#9aa5b1" } },
      })),
      yAxis: data.panels.map((panel, index) => ({
        type: "value", gridIndex: index, scale: true, splitNumber: 4, axisLabel: { color: "#52606d" }, splitLine: { lineStyle: { color: "#e4e7eb" } },
        // The limit is always in sight, whatever the values are.
        min: (range) => nice(Math.min(range.min, ...panel.limits.map((limit) => limit.value), 0)),
        max: (range) => nice(Math.max(range.max, ...panel.limits.map((limit) => limit.value * 1.1)) || 1),
      })),
      dataZoom: [
        { type: "inside", xAxisIndex: "all", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false, moveOnMouseMove: true, filterMode: "none" },
        { type: "slider", xAxisIndex: "all", bottom: 8, height: 22, brushSelect: true, showDataShadow: false, filterMode: "none" },
      ],
      axisPointer: { link: [{ xAxisIndex: "all" }] },
      // Drawn on the canvas: a tooltip of HTML would need inline styles, which the content security policy refuses.
      tooltip: { trigger: "axis", renderMode: "richText", confine: true, valueFormatter: (value) => (value === null || value === undefined ? "—" : String(value)) },
      series: data.panels.flatMap((panel, index) => seriesOf(panel, index, narrow)),
    };
    if (seen) option.dataZoom.forEach((zoom) => Object.assign(zoom, seen));
    chart.setOption(option, { notMerge: true });
    tools();
  }

  const nice = (value) => Number(value.toPrecision(3));

  // Labels that would stand on each other are left out, from left to right; zooming in makes room for them.
  function labelled(items, timeOf, wordOf) {
    const zoom = zoomed() || { start: 0, end: 100 };
    const length = drawn.to - drawn.from;
    const from = drawn.from + (length * zoom.start) / 100;
    const perPixel = (length * (zoom.end - zoom.start)) / 100 / Math.max(1, place.clientWidth - 76);
    let free = -Infinity;
    return items.map((item) => {
      const centre = (timeOf(item) - from) / perPixel;
      const half = (wordOf(item).length * LABEL_PX) / 2 + 2;
      const fits = centre - half > free;
      if (fits) free = centre + half;
      return fits;
    });
  }
  // Stretches of time as areas: [from, to, word] of what is invalid, [from, to, category, word, late] of marks.
  function areas(stretches, category) {
    const wordOf = (one) => one[category ? 3 : 2];
    const shown = labelled(stretches, (one) => (one[0] + one[1]) / 2, wordOf);
    return stretches.map((one, number) => {
      const [from, to] = one;
      // What was filed too late changes no value: only its outline is drawn.
      const late = category && one[4];
      const style = late ? { color: "transparent", borderColor: "#52606d", borderWidth: 1, borderType: "dashed" } : { color: patterns[category || "invalid"] };
      return [{ xAxis: from, name: wordOf(one), itemStyle: style, label: { show: shown[number] } }, { xAxis: to > from ? to : from + 60000 }];
    });
  }

  function signs(points, wordOf) {
    const shown = labelled(points, (one) => one[0], wordOf);
    return points.map((one, number) => ({ value: [one[0], one[1]], name: wordOf(one), label: { show: shown[number] } }));
  }

  function seriesOf(panel, index, narrow) {
    const base = { type: "line", xAxisIndex: index, yAxisIndex: index };
    const several = panel.lines.length > 1;
    const lines = panel.lines.map((line, number) => ({
      ...base,
      id: number ? `value-${panel.factor}-${line.id}` : `value-${panel.factor}`,
      name: several ? line.name : panel.name,
      data: line.points,
      showSymbol: line.points.length < 100,
      symbolSize: 4,
      connectNulls: false,
      lineStyle: { width: 1.5, color: several ? LINES[number] : LINES[index % LINES.length], type: DASHES[line.id] },
      itemStyle: { color: several ? LINES[number] : LINES[index % LINES.length] },
    }));
    lines[0].markArea = {
      silent: true,
      itemStyle: { color: patterns.invalid },
      label: { color: "#52606d", fontSize: 11, position: "insideTop" },
      data: areas(panel.invalid, null),
    };
    const marks = ["device", "condition"].map((category) => {
      const own = panel.marks.filter((mark) => mark[2] === category);
      return {
        ...base,
        id: `marks-${category}-${panel.factor}`,
        data: [],
        silent: true,
        tooltip: { show: false },
        markArea: {
          silent: true,
          label: { color: "#1f2933", fontSize: 11, position: category === "device" ? "insideBottom" : "insideTop", distance: category === "device" ? 4 : 18 },
          data: areas(own, category),
        },
      };
    });
    const flags = {
      ...base,
      type: "scatter",
      id: `flags-${panel.factor}`,
      name: words.wordFlag,
      data: signs(panel.flags, (one) => one[2]),
      symbol: "rect",
      symbolSize: 4,
      itemStyle: { color: "#52606d" },
      tooltip: { show: false },
      label: { formatter: ({ name }) => name, position: "bottom", color: "#1f2933", fontSize: 11, fontWeight: 600 },
      z: 4,
    };
    const over = {
      ...base,
      type: "scatter",
      id: `exceeded-${panel.factor}`,
      name: words.wordExceeded,
      data: signs(panel.exceeded, (one) => `${words.wordExceeded} ${one[1]}`),
      symbol: "diamond",
      symbolSize: 10,
      itemStyle: { color: "#b3261e" },
      label: { formatter: ({ name }) => name, position: "top", color: "#b3261e", fontSize: 11 },
      z: 5,
    };
    const limits = panel.limits.map((limit, number) => ({
      ...base,
      id: `limit-${panel.factor}-${number}`,
      name: words.wordLimit,
      // From right to left, so that the label at the end stands at the left, where it hides no recent value.
      data: [[limit.to, limit.value], [limit.from, limit.value]],
      showSymbol: false,
      silent: true,
      tooltip: { show: false },
      lineStyle: { type: "dashed", width: 1.5, color: LIMIT },
      itemStyle: { color: LIMIT },
      endLabel: { show: true, formatter: narrow ? String(limit.value) : limit.label, align: "left", verticalAlign: "bottom", offset: [4, -2], color: LIMIT, fontSize: 11 },
      z: 3,
    }));
    return [...lines, ...marks, flags, over, ...limits];
  }

  let relabelling = null;

  function relabel() {
    if (!chart || !drawn) return;
    const narrow = place.clientWidth < 520;
    const fresh = drawn.panels.flatMap((panel, index) => seriesOf(panel, index, narrow));
    chart.setOption({ series: fresh.map(({ id, data, markArea, label }) => ({ id, data, ...(markArea ? { markArea } : {}), ...(label ? { label } : {}) })) });
  }

  // ---- zoom and tools -----------------------------------------------------------------------------------------------------------
  function zoomed() {
    const option = chart && chart.getOption(); // nothing before the first drawing
    const zoom = option && (option.dataZoom || [])[0];
    return zoom && (zoom.start > 0.01 || zoom.end < 99.99) ? { start: zoom.start, end: zoom.end } : null;
  }

  function tools() {
    const zoom = zoomed();
    byId("chart-png").disabled = !chart;
    byId("chart-reset").disabled = byId("chart-zoomed").disabled = !zoom;
  }

  byId("chart-reset").addEventListener("click", () => {
    chart.dispatchAction({ type: "dataZoom", start: 0, end: 100 });
    place.focus();
  });
  byId("chart-zoomed").addEventListener("click", () => {
    const zoom = zoomed();
    if (!zoom) return;
    const length = drawn.to - drawn.from;
    show(drawn.from + (length * zoom.start) / 100, drawn.from + (length * zoom.end) / 100);
  });

  // A time of its own: the inputs have it, and the address says it.
  function show(from, to) {
    form.elements.from.value = new Date(from).toISOString().slice(0, 16);
    form.elements.to.value = new Date(Math.ceil(to / 60000) * 60000).toISOString().slice(0, 16);
    form.querySelector("input[name=range][value=custom]").checked = true;
    changed();
  }

  byId("chart-png").addEventListener("click", () => {
    const scale = 2;
    const picture = chart.getRenderedCanvas({ pixelRatio: scale, backgroundColor: "#ffffff" });
    const line = 26 * scale;
    const page = document.createElement("canvas");
    page.width = picture.width;
    page.height = picture.height + line;
    const pen = page.getContext("2d");
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, page.width, page.height);
    pen.drawImage(picture, 0, line);
    pen.fillStyle = "#1f2933";
    pen.font = `${12 * scale}px ${getComputedStyle(document.body).fontFamily}`;
    const caption = [words.title, `${readable(drawn.from)} — ${readable(drawn.to)}`, words.sample].filter(Boolean).join("　");
    pen.fillText(caption, 8 * scale, 17 * scale);
    page.toBlob((blob) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = `${words.title} ${readable(drawn.from).slice(0, 10)}.png`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    }, "image/png");
  });

  // ---- a point and what is behind it --------------------------------------------------------------------------------------------
  const aside = byId("reading");

  function openReading(path) {
    aside.hidden = false;
    htmx.ajax("GET", path, { target: aside, swap: "innerHTML" }).then(() => {
      const title = byId("reading-title");
      if (!title) return;
      title.focus({ preventScroll: true });
      aside.scrollIntoView({ block: "start" });
    });
  }

  function closeReading() {
    aside.hidden = true;
    aside.textContent = "";
    if (chart) chart.resize();
    place.focus();
  }

  const pathOf = (panel, time) => `${words.readings}/${drawn.kind}/${encodeURIComponent(panel.factor)}/${isoOf(time)}`;

  // A hole has no reading; a period that was judged without a value has its verdict all the same.
  const hasReading = (panel, index) => {
    const [time, value] = pointsOf(panel)[index];
    return value !== null || panel.lines.some((line) => line.points[index][1] !== null) || panel.exceeded.some((point) => point[0] === time);
  };

  function nearest(panel, time) {
    let best = -1;
    pointsOf(panel).forEach((point, index) => {
      if (hasReading(panel, index) && (best < 0 || Math.abs(point[0] - time) < Math.abs(pointsOf(panel)[best][0] - time))) best = index;
    });
    return best;
  }

  function openAt(x, y) {
    const panel = drawn && drawn.panels.findIndex((_, index) => y >= top(index) && y <= top(index) + PANEL);
    if (!drawn || panel < 0) return;
    const [time] = chart.convertFromPixel({ gridIndex: panel }, [x, y]);
    const index = nearest(drawn.panels[panel], time);
    if (index < 0) return;
    cursor = { panel, index };
    openReading(pathOf(drawn.panels[panel], pointsOf(drawn.panels[panel])[index][0]));
  }

  document.body.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-reading]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      openReading(link.getAttribute("href"));
    } else if (event.target.closest("[data-close-reading]")) {
      closeReading();
    }
  });
  aside.addEventListener("keydown", (event) => event.key === "Escape" && closeReading());

  // ---- the cursor of the keyboard -----------------------------------------------------------------------------------------------
  function move(step, edge) {
    if (!cursor) cursor = { panel: 0, index: step < 0 || edge === "end" ? pointsOf(drawn.panels[0]).length : -1 };
    const points = pointsOf(drawn.panels[cursor.panel]);
    let index = edge === "home" ? -1 : edge === "end" ? points.length : cursor.index;
    const direction = edge === "end" ? -1 : edge === "home" ? 1 : step;
    do index += direction; while (index >= 0 && index < points.length && !hasReading(drawn.panels[cursor.panel], index));
    if (index < 0 || index >= points.length) return;
    cursor.index = index;
    point();
  }

  function point() {
    const panel = drawn.panels[cursor.panel];
    const [time, value] = pointsOf(panel)[cursor.index];
    const flag = panel.flags.find((one) => one[0] === time);
    const over = panel.exceeded.some((one) => one[0] === time);
    const facts = { factor: panel.name, time: readable(time), value: [value === null ? "" : `${value} ${panel.unit}`, flag ? `${flag[2]} ${flag[3]}` : "", over ? words.wordExceeded : ""].filter(Boolean).join(" ") };
    byId("chart-cursor").textContent = fill(facts.value ? words.wordCursor : words.wordCursorNone, facts);
    const series = chart.getOption().series.findIndex((one) => one.id === `value-${panel.factor}`);
    chart.dispatchAction({ type: "showTip", seriesIndex: series, dataIndex: cursor.index });
  }

  place.addEventListener("keydown", (event) => {
    if (!drawn || event.altKey || event.metaKey) return;
    const keys = {
      ArrowLeft: () => move(-1),
      ArrowRight: () => move(1),
      Home: () => move(1, "home"),
      End: () => move(-1, "end"),
      ArrowUp: () => turn(-1),
      ArrowDown: () => turn(1),
      Enter: () => cursor && openReading(pathOf(drawn.panels[cursor.panel], pointsOf(drawn.panels[cursor.panel])[cursor.index][0])),
      Escape: () => !aside.hidden && closeReading(),
    };
    if (!(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });

  function turn(step) {
    if (!cursor) return move(1);
    const panel = cursor.panel + step;
    if (panel < 0 || panel >= drawn.panels.length) return;
    const index = nearest(drawn.panels[panel], pointsOf(drawn.panels[cursor.panel])[cursor.index][0]);
    if (index < 0) return;
    cursor = { panel, index };
    point();
  }

  // ---- asking -------------------------------------------------------------------------------------------------------------------
  let asked = 0;

  // The address of what is shown: only what differs from the usual.
  function query() {
    const found = new URLSearchParams(new FormData(form));
    if (found.get("range") === "custom") {
      found.delete("range");
    } else {
      found.delete("from");
      found.delete("to");
    }
    if (found.get("basis") === "folded") found.delete("basis");
    if (byId("chart-columns").hidden || found.getAll("column").join() === "reported") found.delete("column");
    return found;
  }

  function span(seconds) {
    const body = document.body.dataset;
    const [length, word] = [[86400, body.wordDays], [3600, body.wordHours], [60, body.wordMinutes], [1, body.wordSeconds]].find(([unit]) => seconds >= unit) || [1, body.wordSeconds];
    return word.replace("{count}", Math.round(seconds / length));
  }

  let told = false;

  function tell(data) {
    // What the page was sent with was said of its address; the form no longer asks for what could not be shown.
    if (told || data.misread || data.coarsened) {
      note.textContent = data.misread ? words.wordMisread : words.wordCoarsened;
      note.hidden = !(data.misread || data.coarsened);
    }
    told = true;
    const thinned = byId("chart-thinned");
    thinned.hidden = !data.thinned;
    if (data.thinned) thinned.textContent = fill(words.wordThinned, { span: span(data.thinned) });
    // The three columns belong to the kind that is drawn, which a long time makes coarser than the one asked for.
    byId("chart-columns").hidden = !["hour", "day"].includes(data.kind);
    form.elements.from.value = new Date(data.from).toISOString().slice(0, 16);
    form.elements.to.value = new Date(data.to).toISOString().slice(0, 16);
  }

  async function load(again) {
    const mine = ++asked;
    place.setAttribute("aria-busy", "true");
    if (!chart) message(words.wordLoading);
    let data;
    try {
      const answer = await fetch(`${words.source}?${query()}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      data = inBeijing(await answer.json());
    } catch {
      // What is drawn stays when a later try fails; the banner of the lost connection says why it is old.
      if (mine !== asked) return;
      if (!(again && chart)) message(words.wordFailed);
      place.setAttribute("aria-busy", "false");
      return;
    }
    if (mine !== asked) return;
    tell(data);
    if (!again) cursor = null;
    draw(data, again);
    place.setAttribute("aria-busy", "false");
  }

  function limitChoices() {
    const factors = form.querySelector("[data-most]");
    const boxes = [...factors.querySelectorAll("input")];
    const chosen = boxes.filter((box) => box.checked).length;
    boxes.forEach((box) => {
      // One is always left: a chart of nothing helps nobody.
      box.disabled = !box.checked && chosen >= Number(factors.dataset.most);
    });
    byId("chart-columns").hidden = !["hour", "day"].includes(new FormData(form).get("kind"));
    return chosen > 0;
  }

  function changed() {
    history.replaceState(null, "", `?${query()}`);
    byId("chart-csv").href = `${words.file}.csv?${query()}`;
    byId("chart-xlsx").href = `${words.file}.xlsx?${query()}`;
    // What stands around the chart follows it, from the page that the address now names.
    const open = document.querySelector("#under-chart details").open;
    const parts = { target: "#under-chart", select: "#under-chart", swap: "outerHTML", selectOOB: "#strips,#chart-window,#verdicts,#marks" };
    htmx.ajax("GET", `${location.pathname}?${query()}`, parts).then(() => {
      if (open) document.querySelector("#under-chart details").open = true;
    });
    load(false);
  }

  form.addEventListener("change", (event) => {
    if (event.target.name === "factor" && !limitChoices()) event.target.checked = true;
    if (event.target.name === "column" && !form.querySelector("input[name=column]:checked")) event.target.checked = true;
    if (event.target.type === "datetime-local") {
      form.querySelector("input[name=range][value=custom]").checked = true;
      return; // both ends are asked for with the button
    }
    limitChoices();
    changed();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.querySelector("input[name=range][value=custom]").checked = true;
    changed();
  });
  // New data are drawn once a minute, where they can be seen, without moving what somebody has zoomed to.
  setInterval(() => {
    const range = new FormData(form).get("range");
    if (document.visibilityState === "visible" && (range === "24h" || range === "7d")) load(true);
  }, AGAIN_MS);
  new ResizeObserver(() => chart && chart.resize()).observe(place);
  window.addEventListener("beforeprint", () => chart && chart.resize());
  limitChoices();
  load(false);
})();
