// The explorer: a stimulus, two of its scanpaths, a clock, and what is drawn and measured of them.

class Explorer {
  constructor(paths, imageOf) {
    this.paths = paths;
    this.point = paths.data.point; // what the points of a path are: clicks are called clicks
    const at = (id) => document.getElementById(id);
    this.at = Object.fromEntries(["stimulus", "previous", "next", "order", "source-a", "source-b", "task", "stage", "play",
      "time", "clock", "speed", "pace", "pair", "computed", "fixations", "listing", "spoken", "stimulus-scores",
      "name-a", "name-b", "name-stimulus", "reading", "maps"].map((id) => [id, at(id)]));
    this.picture = new Picture(at("picture"), imageOf, this.point);
    this.timeline = new Timeline(at("timeline"));
    if (this.point === "click") at("listing-title").textContent = "Clicks as a table";
    this.keys = [null, null];
    this.time = Infinity;
    this.playing = null;
    this.fillOrders();
    this.fillStimuli();
    this.listen();
    this.pickTrial(Number(this.at.stimulus.value));
    new ResizeObserver(() => this.redraw()).observe(at("stage"));
  }

  // ------------------------------------------------------------- choosing

  fillOrders() {
    const { headline } = this.paths.data;
    const orders = [["data", "the data"]];
    if (headline) {
      orders.push(["best", `${headline[0]}, best ${headline[1]} first`], ["worst", `${headline[0]}, worst ${headline[1]} first`]);
    }
    this.at.order.replaceChildren(...orders.map(([value, words]) => new Option(words, value)));
    document.getElementById("order-choice").hidden = orders.length === 1;
  }

  fillStimuli() {
    const { trials, data } = this.paths;
    let order = trials.map((_, k) => k);
    if (this.at.order.value !== "data") {
      const [model, metric, more] = data.headline;
      order = this.paths.inOrder((k) => this.paths.score(k, model, metric), (this.at.order.value === "best") === more ? 1 : -1);
    }
    const named = new Map();
    trials.forEach((t) => named.set(t.stimulus, (named.get(t.stimulus) ?? 0) + 1));
    const words = (t) => (named.get(t.stimulus) > 1 && t.id !== t.stimulus ? `${t.stimulus}: ${t.id}` : t.stimulus);
    this.at.stimulus.replaceChildren(...order.map((k) => new Option(words(trials[k]), k)));
  }

  pickTrial(trial) {
    this.stop();
    this.trial = trial;
    const here = this.paths.ofTrial[trial];
    const find = (key) => here.find((k) => this.paths.key(k) === key);
    const person = here.find((k) => this.paths.isHuman(k)) ?? here[0];
    const { favourite } = this.paths.data;
    const model = here.find((k) => this.paths.source(k) === favourite) ?? here.find((k) => !this.paths.isHuman(k) && k !== person);
    const fallback = [person, model ?? here.find((k) => k !== person) ?? person];
    this.chosen = this.keys.map((key, side) => (key === null ? undefined : find(key)) ?? fallback[side]);
    for (const side of ["a", "b"]) this.fillSources(side, here);
    this.renew();
  }

  fillSources(side, here) {
    const groups = new Map();
    for (const k of here) {
      const name = this.paths.isHuman(k) ? "people" : this.paths.source(k);
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(new Option(this.paths.name(k), k));
    }
    const select = this.at[`source-${side}`];
    select.replaceChildren(...[...groups].map(([name, options]) => {
      const group = document.createElement("optgroup");
      group.label = name;
      group.append(...options);
      return group;
    }));
    select.value = this.chosen["ab".indexOf(side)];
  }

  pickSource(side, k) {
    this.chosen[side] = k;
    this.keys[side] = this.paths.key(k);
    this.stop();
    this.renew();
  }

  // To a trial that is chosen elsewhere on the page.
  go(trial) {
    this.at.stimulus.value = trial;
    this.pickTrial(trial);
  }

  step(by) {
    const { stimulus } = this.at, count = stimulus.options.length;
    stimulus.selectedIndex = (stimulus.selectedIndex + by + count) % count;
    this.pickTrial(Number(stimulus.value));
  }

  swap() {
    this.chosen.reverse();
    this.keys.reverse();
    this.stop();
    this.at["source-a"].value = this.chosen[0];
    this.at["source-b"].value = this.chosen[1];
    this.renew();
  }

  // ------------------------------------------------------------- showing

  get aligned() {
    const way = document.querySelector('input[name="alignment"]:checked').value;
    const unit = way === "multimatch" ? "saccade" : "fixation";
    return { unit, pairs: way === "none" ? [] : this.measured[way].pairs };
  }

  // Measure and draw another pair.
  renew() {
    const { paths } = this, trial = paths.trials[this.trial];
    this.shown = this.chosen.map((k) => paths.path(k));
    this.names = this.chosen.map((k) => paths.name(k));
    this.measured = measurePair(...this.shown, paths.data.options);
    this.times = this.shown.map(onsets);
    this.end = Math.max(...this.times.map((t) => t.end));
    fillPair(this.at.pair, this.measured);
    this.at.computed.textContent = computedWords(this.measured);
    this.at.task.textContent = [trial.task, trial.caption && `“${trial.caption}”`].filter(Boolean).join(": ");
    this.at.fixations.replaceChildren(...this.shown.map((path, k) => fixationTable(path, `${"AB"[k]}: ${this.names[k]}`, this.point)));
    if (paths.data.scores) this.at["stimulus-scores"].replaceChildren(...stimulusTables(paths, this.trial));
    const nominal = this.shown.map((path, k) => (path.duration ? null : this.names[k])).filter(Boolean);
    this.at.pace.textContent = nominal.length
      ? `${[...new Set(nominal)].join(" and ")}: no durations, shown for ${NOMINAL_MS} ms a ${this.point}.` : "";
    this.time = Infinity;
    this.redraw();
    this.drawMaps();
    const said = this.chosen.map((k, side) => this.names[side] + (paths.text(k) && `: “${paths.text(k)}”`));
    ["a", "b"].forEach((side, k) => (this.at[`name-${side}`].textContent = said[k]));
    this.at["name-stimulus"].textContent = trial.stimulus;
    this.at.spoken.textContent =
      `${trial.stimulus}: A ${this.names[0]}, B ${this.names[1]}, ScanMatch ${shownNumber(this.measured.scanmatch.value)}`;
  }

  redraw() {
    if (!this.shown) return;
    this.picture.draw(this.paths.trials[this.trial], this.shown, this.names, this.aligned);
    this.timeline.draw(this.shown, this.aligned);
    this.at.reading.textContent = readingWords(this.aligned, this.point);
    this.show();
  }

  // All paths of both sources; of one where both are of the same.
  drawMaps() {
    const sources = [...new Set(this.chosen.map((k) => this.paths.source(k)))];
    const figure = (name, k) => mapFigure(this.paths, this.trial, name, "ab"[k], this.picture.imageOf, this.point);
    this.at.maps.replaceChildren(...sources.map(figure));
  }

  show() {
    const time = Math.min(this.time, this.end), whole = this.time >= this.end;
    const begun = this.times.map(({ starts }) => (whole ? starts.length : starts.filter((start) => start <= time).length));
    const current = this.times.map(({ end }) => !whole && time < end);
    this.picture.show(begun, current);
    this.timeline.show(time, begun, current);
    this.at.time.value = Math.round((1000 * time) / this.end);
    const words = `${(time / 1000).toFixed(1)} of ${(this.end / 1000).toFixed(1)} s`;
    this.at.clock.textContent = words;
    this.at.time.setAttribute("aria-valuetext", words);
  }

  // ------------------------------------------------------------- time

  seek(time) {
    this.stop();
    this.time = Math.max(0, time);
    this.show();
  }

  // To the next or the previous beginning of a fixation of either path.
  move(by) {
    const marks = [...new Set([...this.times[0].starts, ...this.times[1].starts, this.end])].sort((p, q) => p - q);
    const now = Math.min(this.time, this.end);
    const next = by > 0 ? marks.find((m) => m > now + 0.01) : marks.findLast((m) => m < now - 0.01);
    this.seek(next ?? (by > 0 ? this.end : 0));
  }

  toggle() {
    if (this.playing !== null) return this.stop();
    if (this.time >= this.end) this.time = 0;
    let last = null;
    const tick = (stamp) => {
      this.time += last === null ? 0 : (stamp - last) * Number(this.at.speed.value);
      last = stamp;
      if (this.time >= this.end) {
        this.stop();
        this.time = Infinity;
      } else this.playing = requestAnimationFrame(tick);
      this.show();
    };
    this.playing = requestAnimationFrame(tick);
    this.at.play.textContent = "Pause";
  }

  stop() {
    if (this.playing !== null) cancelAnimationFrame(this.playing);
    this.playing = null;
    this.at.play.textContent = "Play";
  }

  // ------------------------------------------------------------- listening

  listen() {
    const { at } = this;
    at.stimulus.addEventListener("change", () => this.pickTrial(Number(at.stimulus.value)));
    at.order.addEventListener("change", () => {
      this.fillStimuli();
      this.pickTrial(Number(at.stimulus.value));
    });
    at.previous.addEventListener("click", () => this.step(-1));
    at.next.addEventListener("click", () => this.step(1));
    ["a", "b"].forEach((side, k) =>
      at[`source-${side}`].addEventListener("change", (event) => this.pickSource(k, Number(event.target.value))));
    at.play.addEventListener("click", () => this.toggle());
    at.time.addEventListener("input", () => this.seek((at.time.value / 1000) * this.end));
    document.querySelectorAll('input[name="alignment"]').forEach((input) => input.addEventListener("change", () => this.redraw()));
    at.stage.addEventListener("keydown", (event) => this.press(event));
    addEventListener("beforeprint", () => this.seek(Infinity));
  }

  press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const actions = {
      " ": () => this.toggle(),
      ArrowLeft: () => this.move(-1),
      ArrowRight: () => this.move(1),
      Home: () => this.seek(0),
      End: () => this.seek(Infinity),
      n: () => this.step(1),
      p: () => this.step(-1),
      s: () => this.swap(),
    };
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }
}
