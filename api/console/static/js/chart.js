"use strict";
// The outlet page's chart: one panel a factor, all on one time axis; limits as they were in force, invalid stretches hatched.
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
  const LIMIT = "#b34700";
  const BEIJING_MS = 8 * 3600 * 1000;
  const words = place.dataset;
  let chart = null;

  function hatch() {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 8;
    const pen = canvas.getContext("2d");
    pen.strokeStyle = "rgba(90, 100, 115, 0.45)";
    pen.lineWidth = 1.2;
    for (const shift of [-8, 0, 8]) {
      pen.moveTo(shift, 8);
      pen.lineTo(shift + 8, 0);
    }
    pen.stroke();
    return { image: canvas, repeat: "repeat" };
  }

  // A line must not run over a hole: a null point is put where a period is absent.
  function withHoles(points, period) {
    if (!period) return points.map(([time, value]) => [time, value]);
    const found = [];
    points.forEach(([time, value], index) => {
      if (index && time - points[index - 1][0] > period * 1.5) found.push([points[index - 1][0] + period, null]);
      found.push([time, value]);
    });
    return found;
  }

  // Hours and days are Beijing's (regulation.md B) wherever the browser is: times are moved by eight hours and drawn as UTC.
  function inBeijing(data) {
    const moved = (time) => time + BEIJING_MS;
    return {
      ...data,
      from: moved(data.from),
      to: moved(data.to),
      panels: data.panels.map((panel) => ({
        ...panel,
        points: panel.points.map(([time, ...rest]) => [moved(time), ...rest]),
        invalid: panel.invalid.map(([from, to, word]) => [moved(from), moved(to), word]),
        limits: panel.limits.map((limit) => ({ ...limit, from: moved(limit.from), to: moved(limit.to) })),
      })),
    };
  }

  function message(text) {
    if (chart) {
      chart.dispose();
      chart = null;
    }
    place.textContent = text;
    place.classList.add("chart-message");
  }

  function draw(data, keepZoom) {
    if (!data.panels.some((panel) => panel.points.length)) return message(words.wordEmpty);
    if (!chart) {
      place.textContent = "";
      place.classList.remove("chart-message");
    }
    place.style.height = `${HEAD + data.panels.length * (PANEL + GAP) + FOOT - GAP + 8}px`;
    chart = chart || echarts.init(place, null, { renderer: "canvas", locale: "ZH" });
    chart.resize();
    const pattern = hatch();
    const top = (index) => HEAD + index * (PANEL + GAP);
    const narrow = place.clientWidth < 520;
    const option = {
      animation: false,
      useUTC: true,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      title: data.panels.map((panel, index) => ({
        text: `${panel.name}（${panel.what}${panel.unit ? "，" + panel.unit : ""}）${panel.points.length ? "" : " · " + words.wordNoPoints}`, left: 4, top: top(index) - 30, textStyle: { fontSize: 13, fontWeight: 600, color: "#1f2933" },
      })),
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
        { type: "inside", xAxisIndex: "all", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false },
        { type: "slider", xAxisIndex: "all", bottom: 8, height: 22, brushSelect: false, showDataShadow: false },
      ],
      axisPointer: { link: [{ xAxisIndex: "all" }] },
      // Drawn on the canvas: a tooltip of HTML would need inline styles, which the content security policy refuses.
      tooltip: { trigger: "axis", renderMode: "richText", confine: true, valueFormatter: (value) => (value === null || value === undefined ? "—" : String(value)) },
      series: data.panels.flatMap((panel, index) => seriesOf(panel, index, data.period, pattern, narrow)),
    };
    const seen = chart.getOption() && chart.getOption().dataZoom;
    if (seen && keepZoom) option.dataZoom.forEach((zoom) => Object.assign(zoom, { start: seen[0].start, end: seen[0].end }));
    chart.setOption(option, { notMerge: true });
  }

  const nice = (value) => Number(value.toPrecision(3));

  function seriesOf(panel, index, period, pattern, narrow) {
    const exceeded = panel.points.filter((point) => point[2]);
    const base = { type: "line", xAxisIndex: index, yAxisIndex: index };
    const line = {
      ...base,
      id: `value-${panel.factor}`,
      name: panel.name,
      data: withHoles(panel.points, period),
      showSymbol: panel.points.length < 100,
      symbolSize: 4,
      connectNulls: false,
      sampling: panel.points.length > 3000 ? "minmax" : undefined,
      lineStyle: { width: 1.5, color: LINES[index % LINES.length] },
      itemStyle: { color: LINES[index % LINES.length] },
      markArea: {
        silent: true,
        itemStyle: { color: pattern },
        label: { show: panel.invalid.length <= 6, color: "#52606d", fontSize: 11, position: "insideTop" },
        data: panel.invalid.map(([from, to, word]) => [{ xAxis: from, name: word }, { xAxis: to > from ? to : from + 60000 }]),
      },
    };
    const over = {
      ...base,
      type: "scatter",
      id: `exceeded-${panel.factor}`,
      name: words.wordExceeded,
      data: exceeded.map(([time, value]) => [time, value]),
      symbol: "diamond",
      symbolSize: 10,
      itemStyle: { color: "#b3261e" },
      label: { show: exceeded.length > 0 && exceeded.length <= 12, formatter: ({ value }) => `${words.wordExceeded} ${value[1]}`, position: "top", color: "#b3261e", fontSize: 11 },
      labelLayout: { hideOverlap: true },
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
    return [line, over, ...limits];
  }

  // ---- asking ---------------------------------------------------------------------------------------------------------------
  let asked = 0;

  async function load(again) {
    const query = new URLSearchParams(new FormData(form));
    const mine = ++asked;
    if (!chart) message(words.wordLoading);
    try {
      const answer = await fetch(`${words.source}?${query}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const data = inBeijing(await answer.json());
      if (mine !== asked) return;
      note.hidden = !data.coarsened;
      draw(data, again);
    } catch {
      // What is drawn stays when a later try fails; the banner of the lost connection says why it is old.
      if (mine === asked && !(again && chart)) message(words.wordFailed);
    }
  }

  function limitChoices() {
    const factors = form.querySelector("[data-most]");
    const boxes = [...factors.querySelectorAll("input")];
    const chosen = boxes.filter((box) => box.checked).length;
    boxes.forEach((box) => {
      // One is always left: a chart of nothing helps nobody.
      box.disabled = !box.checked && chosen >= Number(factors.dataset.most);
    });
    return chosen > 0;
  }

  form.addEventListener("change", (event) => {
    if (!limitChoices()) event.target.checked = true;
    limitChoices();
    history.replaceState(null, "", `?${new URLSearchParams(new FormData(form))}`);
    load(false);
  });
  // New data are drawn once a minute, where they can be seen, without moving what somebody has zoomed to.
  setInterval(() => {
    const range = new FormData(form).get("range");
    if (document.visibilityState === "visible" && (range === "24h" || range === "7d")) load(true);
  }, AGAIN_MS);
  form.classList.add("is-live"); // the button is for pages without script
  new ResizeObserver(() => chart && chart.resize()).observe(place);
  limitChoices();
  load(false);
})();
