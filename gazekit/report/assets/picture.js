// Two scanpaths on the image: A round and blue, B square and orange, numbered; dotted lines join what is aligned.

const SVG = "http://www.w3.org/2000/svg";
const NOMINAL_MS = 250; // of a fixation without a duration

function element(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Where the k-th fixation, or the middle of the saccade that leaves it, is.
function placeOf(path, k, unit) {
  if (unit === "fixation") return [path.x[k], path.y[k]];
  return [(path.x[k] + path.x[k + 1]) / 2, (path.y[k] + path.y[k + 1]) / 2];
}

function durationOf(path, k) {
  return path.duration && path.duration[k] > 0 ? path.duration[k] : NOMINAL_MS;
}

// Begin and end of every fixation, ms; saccades take no time.
function onsets(path) {
  const starts = [];
  let now = 0;
  for (let k = 0; k < path.x.length; k++) {
    starts.push(now);
    now += durationOf(path, k);
  }
  return { starts, end: now };
}

class Picture {
  constructor(svg, imageOf, point) {
    this.svg = svg;
    this.point = point; // "fixation" or "click"
    this.imageOf = imageOf;
  }

  // Draw all of it; `show` then decides what is to be seen at a moment.
  draw(trial, paths, names, aligned) {
    const { width, height } = trial;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const shown = this.svg.getBoundingClientRect().width || 640;
    this.px = width / Math.min(shown, (shown * 1.6 * width) / height); // image px per px of the screen
    this.trial = trial;
    const ground = element("rect", { class: "ground", width, height });
    const title = element("title", { id: "picture-title" });
    const lengths = paths.map((p, k) => `${"AB"[k]}: ${names[k]}, ${p.x.length} ${this.point}s`);
    title.textContent = `${trial.stimulus}. ${lengths.join("; ")}.`;
    const image = trial.image === undefined ? [] : [element("image", { href: this.imageOf(trial.image), width, height, preserveAspectRatio: "none" })];
    this.svg.replaceChildren(title, ground, ...image, this.boxes(trial));
    this.marks = paths.map((path, k) => this.scanpath(path, "ab"[k], paths[1 - k]));
    this.links = this.linked(paths, aligned);
    if (aligned.unit === "fixation" && aligned.pairs.length) this.hollow(aligned.pairs);
    this.svg.append(...this.marks.map((m) => m.below), this.links.group, ...this.marks.map((m) => m.group));
  }

  boxes(trial) {
    const group = element("g", { class: "boxes" });
    const draw = ([x0, y0, x1, y1], kind) =>
      group.append(element("rect", { class: kind, x: x0, y: y0, width: x1 - x0, height: y1 - y0 }));
    (trial.objects ?? []).forEach((box) => draw(box, "object"));
    if (trial.target) draw(trial.target, "target");
    return group;
  }

  // What the other path has at the same place would be hidden: there marks stand side by side, and B's lines are dashed.
  scanpath(path, kind, other) {
    const meets = (k, j) => Math.hypot(other.x[j] - path.x[k], other.y[j] - path.y[k]) < 4 * this.px;
    const shares = (k, length = 1) => other.x.some((_, j) => j + 1 >= length && meets(k, j) && (length === 1 || meets(k - 1, j - 1)));
    const [below, group] = [0, 1].map(() => element("g", { class: `path ${kind}` })), marks = [], lines = [];
    for (let k = 1; k < path.x.length; k++) {
      const ends = { x1: path.x[k - 1], y1: path.y[k - 1], x2: path.x[k], y2: path.y[k] };
      const shared = shares(k, 2) ? " shared" : "";
      lines.push(["halo", "saccade"].map((name) => element("line", { class: name + shared, ...ends })));
    }
    lines.forEach((pair) => below.append(...pair));
    for (let k = 0; k < path.x.length; k++) {
      const r = this.px * 9.5 * Math.min(Math.max(Math.sqrt(durationOf(path, k) / NOMINAL_MS), 0.8), 1.7);
      const aside = shares(k) ? (kind === "a" ? -r : r) : 0;
      const at = `translate(${path.x[k] + aside} ${path.y[k]})`;
      const shape = kind === "a"
        ? element("circle", { class: "fixation", r })
        : element("rect", { class: "fixation", x: -r * 0.9, y: -r * 0.9, width: r * 1.8, height: r * 1.8, rx: r * 0.3 });
      const number = element("text", { class: "number", "font-size": 11.5 * this.px, dy: "0.36em" });
      number.textContent = k + 1;
      marks.push(element("g", { class: "mark", transform: at }, shape, number));
    }
    marks.forEach((mark) => group.append(mark));
    return { below, group, marks, lines };
  }

  linked([a, b], { unit, pairs }) {
    const group = element("g", { class: "links" });
    const lines = pairs.map(([i, j]) => {
      const [x1, y1] = placeOf(a, i, unit), [x2, y2] = placeOf(b, j, unit), ends = { x1, y1, x2, y2 };
      const line = element("g", {}, element("line", { class: "halo", ...ends }), element("line", { class: "link", ...ends }));
      group.append(line);
      return line;
    });
    const last = unit === "saccade" ? 1 : 0; // a saccade is there when the fixation that it leads to is
    return { group, lines, needed: pairs.map(([i, j]) => [i + last, j + last]) };
  }

  // Fixations that the alignment leaves alone are not filled.
  hollow(pairs) {
    this.marks.forEach(({ marks }, path) => {
      const partnered = new Set(pairs.map((pair) => pair[path]));
      marks.forEach((mark, k) => mark.classList.toggle("alone", !partnered.has(k)));
    });
  }

  // How many fixations of each path have begun, and whether the last of them is still going on.
  show(begun, current) {
    this.marks.forEach(({ marks, lines }, path) => {
      marks.forEach((mark, k) => {
        mark.classList.toggle("future", k >= begun[path]);
        mark.classList.toggle("now", current[path] && k === begun[path] - 1);
      });
      lines.forEach((pair, k) => pair.forEach((line) => line.classList.toggle("future", k + 1 >= begun[path])));
    });
    this.links.needed.forEach(([i, j], k) =>
      this.links.lines[k].classList.toggle("future", i >= begun[0] || j >= begun[1]));
  }
}
