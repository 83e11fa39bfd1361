// What is measured of the pair, as rows of a table, and the scores of the whole stimulus beside it.

function shownNumber(value, digits = 3) {
  return Number.isFinite(value) ? value.toFixed(digits).replace("-", "−") : "–";
}

function cell(kind, text, attributes = {}) {
  const made = document.createElement(kind);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// Long names may be broken at their underscores.
function breakable(made) {
  const parts = made.textContent.split(/(?<=_)/);
  made.replaceChildren(...parts.flatMap((part, k) => (k ? [document.createElement("wbr"), part] : [part])));
  return made;
}

// ScanMatch and MultiMatch of two paths with the run's options.
function measurePair(a, b, options) {
  const needsTime = options.scanmatch?.temporal_bin_ms ?? null;
  return {
    scanmatch: scanmatch(a, b, options.scanmatch ?? {}),
    multimatch: multimatch(a, b),
    timed: needsTime,
    simplified: Boolean(options.multimatch?.simplify),
  };
}

function fillPair(body, measured) {
  const rows = [["ScanMatch", measured.scanmatch.value]];
  for (const name of MULTIMATCH) rows.push([`MultiMatch ${name === "vector" ? "shape" : name}`, measured.multimatch.values[name]]);
  body.replaceChildren(...rows.map(([name, value]) => {
    const row = document.createElement("tr"), bar = document.createElement("td");
    const meter = element("svg", { class: "meter", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" });
    meter.append(element("rect", { class: "rail", width: 100, height: 8 }));
    if (Number.isFinite(value)) meter.append(element("rect", { class: "fill", width: Math.max(0, Math.min(1, value)) * 100, height: 8 }));
    bar.append(meter);
    row.append(cell("th", name, { scope: "row" }), bar, cell("td", shownNumber(value)));
    return row;
  }));
}

function computedWords(measured, options) {
  const words = ["Computed here with gazekit’s definitions: 1 for equal paths."];
  if (measured.timed) words.push(`ScanMatch repeats each cell once per ${measured.timed} ms.`);
  if (measured.simplified) words.push("The run simplified paths before MultiMatch; this pair is not simplified.");
  if (measured.multimatch.pairs.length === 0) words.push("MultiMatch needs at least three points in both paths.");
  else if (Number.isNaN(measured.multimatch.values.duration)) words.push("MultiMatch duration needs durations in both paths.");
  return words.join(" ");
}

function readingWords({ unit, pairs }, point) {
  if (pairs.length === 0) return "";
  return unit === "saccade"
    ? `Lines join the middles of aligned ${point === "click" ? "steps" : "saccades"}.`
    : `Lines join aligned ${point}s; those that are left alone are not filled.`;
}

const ACROSS = 6; // metrics side by side: what a printed page holds

// Mean scores of every model on this stimulus, and what must be said beside them.
function stimulusTables(paths, trial) {
  const { metrics, cautions } = paths.data.scores, tables = [];
  for (let k = 0; k < metrics.length; k += ACROSS) tables.push(stimulusTable(paths, trial, metrics.slice(k, k + ACROSS)));
  return [...tables, ...cautions.map((text) => cell("p", text, { class: "notice" }))];
}

function stimulusTable(paths, trial, metrics) {
  const table = document.createElement("table"), head = table.createTHead().insertRow(), body = table.createTBody();
  head.append(cell("th", "mean on this stimulus", { scope: "col" }), ...metrics.map((name) => breakable(cell("th", paths.data.titles[name], { scope: "col", title: name }))));
  for (const model of paths.data.scores.models) {
    const values = metrics.map((metric) => paths.score(trial, model, metric));
    if (!values.some(Number.isFinite)) continue;
    const row = body.insertRow();
    row.append(cell("th", model, { scope: "row" }), ...values.map((value) => cell("td", shownNumber(value))));
  }
  return table;
}

function fixationTable(path, name, point) {
  const table = document.createElement("table"), head = table.createTHead().insertRow(), body = table.createTBody();
  table.createCaption().textContent = name;
  const titles = [point, "x px", "y px", ...(path.duration ? ["ms"] : [])];
  head.append(...titles.map((title) => cell("th", title, { scope: "col" })));
  for (let k = 0; k < path.x.length; k++) {
    const row = body.insertRow();
    row.append(cell("th", k + 1, { scope: "row" }), cell("td", path.x[k].toFixed(0)), cell("td", path.y[k].toFixed(0)));
    if (path.duration) row.append(cell("td", path.duration[k].toFixed(0)));
  }
  return table;
}
