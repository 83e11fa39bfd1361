// Two lanes of fixations in time, A above and B below, with lines between what a metric aligned: fixations, or
// saccades, which are where one fixation gives way to the next.

const LANE = 26, BETWEEN = 46, SIDE = 22;

class Timeline {
  constructor(svg) {
    this.svg = svg;
  }

  draw(paths, { unit, pairs }) {
    const width = Math.max(this.svg.getBoundingClientRect().width, 240), height = 2 * LANE + BETWEEN + 8;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("height", height);
    const times = paths.map(onsets);
    this.end = Math.max(...times.map((t) => t.end), 1);
    this.scale = (width - SIDE - 2) / this.end;
    this.bars = paths.map((path, lane) => this.lane(path, times[lane].starts, lane));
    const part = unit === "saccade" ? 1 : 0.5;
    const middle = (lane, k) => SIDE + (times[lane].starts[k] + durationOf(paths[lane], k) * part) * this.scale;
    this.links = pairs.map(([i, j]) =>
      element("line", { class: "link", x1: middle(0, i), y1: LANE + 5, x2: middle(1, j), y2: LANE + BETWEEN + 3 }));
    this.head = element("line", { class: "head", y1: 0, y2: height });
    const letters = ["A", "B"].map((letter, lane) => {
      const text = element("text", { class: `letter ${"ab"[lane]}`, x: 2, y: 4 + lane * (LANE + BETWEEN) + LANE * 0.7 });
      text.textContent = letter;
      return text;
    });
    this.svg.replaceChildren(element("g", { class: "links" }, ...this.links), ...letters, ...this.bars.map((b) => b.group), this.head);
  }

  lane(path, starts, lane) {
    const group = element("g", { class: `path ${"ab"[lane]}` });
    const top = 4 + lane * (LANE + BETWEEN);
    const bars = starts.map((start, k) => {
      const wide = Math.max(durationOf(path, k) * this.scale - 1.5, 1);
      const bar = element("g", { class: "mark" }, element("rect", {
        class: "fixation", x: SIDE + start * this.scale, y: top, width: wide, height: LANE, rx: lane ? 2 : Math.min(8, wide / 2) }));
      if (wide > (k < 9 ? 13 : 20)) {
        const number = element("text", { class: "number", x: SIDE + start * this.scale + wide / 2, y: top + LANE / 2, dy: "0.36em" });
        number.textContent = k + 1;
        bar.append(number);
      }
      const tip = element("title");
      const held = path.duration ? `, ${Math.round(path.duration[k])} ms` : "";
      tip.textContent = `${"AB"[lane]} ${k + 1}${held}`;
      bar.append(tip);
      group.append(bar);
      return bar;
    });
    return { group, bars };
  }

  show(time, begun, current) {
    const x = SIDE + time * this.scale;
    this.head.setAttribute("x1", x);
    this.head.setAttribute("x2", x);
    this.bars.forEach(({ bars }, lane) =>
      bars.forEach((bar, k) => {
        bar.classList.toggle("future", k >= begun[lane]);
        bar.classList.toggle("now", current[lane] && k === begun[lane] - 1);
      }));
  }
}
