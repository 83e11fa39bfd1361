// Where a source looked on a trial, all its paths together, as `plots.fixation_density` draws it: the smallest areas
// that hold a quarter, a half and three quarters of the density.

const SHARES = [0.25, 0.5, 0.75];
const CELLS = 200; // along the longer side
const DIAGONALS = 0.03; // of the Gaussian's width where px per degree are not known, else one degree

// Blur every row of `count` cells by a Gaussian; the result is transposed, so that a second call blurs the columns.
function blurred(cells, rows, count, sd) {
  const reach = Math.floor(4 * sd + 0.5), out = new Float64Array(cells.length);
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, k) => Math.exp(-0.5 * ((k - reach) / sd) ** 2));
  const whole = weights.reduce((sum, w) => sum + w, 0);
  for (let i = 0; i < rows; i++) for (let j = 0; j < count; j++) {
    const value = cells[i * count + j] / whole;
    if (value === 0) continue;
    const last = Math.min(count - 1, j + reach);
    for (let k = Math.max(0, j - reach); k <= last; k++) out[k * rows + i] += value * weights[k - j + reach];
  }
  return out;
}

// { columns, rows, cells, levels, points } of some paths; null where no fixation is inside the image.
function density(paths, { width, height, degree }) {
  const cell = Math.max(width, height) / CELLS;
  const [columns, rows] = [width, height].map((side) => Math.max(Math.round(side / cell), 1));
  const sigma = degree ?? DIAGONALS * Math.hypot(width, height);
  let cells = new Float64Array(columns * rows), points = 0;
  for (const { x, y } of paths) for (let k = 0; k < x.length; k++) {
    if (!(x[k] >= 0 && x[k] <= width && y[k] >= 0 && y[k] <= height)) continue;
    const [i, j] = [Math.min(Math.floor((y[k] / height) * rows), rows - 1), Math.min(Math.floor((x[k] / width) * columns), columns - 1)];
    cells[i * columns + j] += 1;
    points += 1;
  }
  if (!points) return null;
  cells = blurred(blurred(cells, rows, columns, (sigma * columns) / width), columns, rows, (sigma * rows) / height);
  const ranked = cells.toSorted().reverse(), whole = ranked.reduce((sum, v) => sum + v, 0), levels = [];
  let held = 0;
  for (const value of ranked) {
    held += value / whole;
    while (levels.length < SHARES.length && held >= SHARES[levels.length]) levels.push(value);
  }
  return { columns, rows, cells, levels, points };
}

// The cells above a level as one outline of runs.
function area({ columns, rows, cells }, level, { width, height }) {
  const [w, h] = [width / columns, height / rows], runs = [];
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) {
    const from = j;
    while (j < columns && cells[i * columns + j] >= level) j++;
    if (j > from) runs.push(`M${(from * w).toFixed(1)} ${(i * h).toFixed(1)}h${((j - from) * w).toFixed(1)}v${h.toFixed(2)}H${(from * w).toFixed(1)}z`);
  }
  return element("path", { class: "area", d: runs.join("") });
}

// A picture of all paths of a source on a trial, and how many there are.
function mapFigure(paths, trial, source, side, imageOf, point) {
  const about = paths.trials[trial], { width, height, image } = about;
  const own = paths.ofTrial[trial].filter((k) => paths.source(k) === source).map((k) => paths.path(k));
  const found = density(own, about);
  const title = `${source === paths.data.people ? "people" : source}: ${own.length} path${own.length === 1 ? "" : "s"}`;
  const made = own.reduce((sum, { x }) => sum + x.length, 0), inside = found?.points ?? 0;
  const words = `${title}, ${made} ${point}${made === 1 ? "" : "s"}${inside < made ? `, ${made - inside} of them outside the image` : ""}`;
  const picture = image === undefined ? [] : [element("image", { href: imageOf(image), width, height, preserveAspectRatio: "none" })];
  const areas = found ? found.levels.map((level) => area(found, level, about)) : [];
  const svg = element("svg", { class: `map ${side}`, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `Density of ${words}` },
    element("rect", { class: "ground", width, height }), ...picture, ...areas);
  const figure = document.createElement("figure");
  figure.append(svg, cell("figcaption", words));
  return figure;
}

// The trials on which a model does best and worst by a metric, people's map beside the model's.
class Cases {
  constructor(explorer, show = 4) {
    const { paths } = explorer, { scores, better, titles } = paths.data;
    const metrics = scores.metrics.filter((name) => better[name] !== null);
    const models = scores.models.filter((name) => paths.data.sources.includes(name) && name !== paths.data.people);
    if (!metrics.length || !models.length) return;
    Object.assign(this, { explorer, paths, show });
    this.at = Object.fromEntries(["cases", "cases-title", "cases-model", "cases-metric", "cases-shown"].map((id) => [id, document.getElementById(id)]));
    this.at["cases-model"].replaceChildren(...models.map((name) => new Option(name, name)));
    this.at["cases-metric"].replaceChildren(...metrics.map((name) => new Option(titles[name], name)));
    const [model, metric] = paths.data.headline ?? [models[0], metrics[0]];
    if (models.includes(model)) this.at["cases-model"].value = model;
    if (metrics.includes(metric)) this.at["cases-metric"].value = metric;
    for (const name of ["cases-model", "cases-metric"]) this.at[name].addEventListener("change", () => this.draw());
    this.at.cases.hidden = false;
    this.draw();
  }

  draw() {
    const { paths, show } = this, model = this.at["cases-model"].value, metric = this.at["cases-metric"].value;
    const value = (k) => paths.score(k, model, metric), sign = paths.data.better[metric] ? 1 : -1;
    const order = paths.inOrder(value, sign).filter((k) => Number.isFinite(value(k)));
    const best = order.slice(0, Math.min(show, Math.ceil(order.length / 2)));
    const worst = order.slice(best.length).slice(-show).reverse();
    this.at["cases-title"].textContent = `Best and worst stimuli of ${model} by ${paths.data.titles[metric]}`;
    const groups = [["Best", best], ["Worst", worst]].filter(([, trials]) => trials.length);
    this.at["cases-shown"].replaceChildren(...groups.flatMap(([title, trials]) => {
      const list = document.createElement("div");
      list.className = "cases";
      list.append(...trials.map((k) => this.one(k, model, metric)));
      return [cell("h4", title), list];
    }));
  }

  one(trial, model, metric) {
    const { paths, explorer } = this, people = paths.score(trial, paths.data.people, metric);
    const card = document.createElement("div"), head = document.createElement("p"), maps = document.createElement("div");
    const go = cell("a", paths.trials[trial].stimulus, { href: "#explorer" });
    go.addEventListener("click", () => explorer.go(trial));
    head.append(go, ` ${shownNumber(paths.score(trial, model, metric))}${Number.isFinite(people) ? `, people ${shownNumber(people)}` : ""}`);
    maps.className = "maps";
    const sources = [paths.data.people, model].filter((name) => paths.ofTrial[trial].some((k) => paths.source(k) === name));
    maps.append(...sources.map((name) => mapFigure(paths, trial, name, name === model ? "b" : "a", explorer.picture.imageOf, explorer.point)));
    card.append(head, maps);
    return card;
  }
}
