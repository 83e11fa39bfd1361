// The scanpaths of the page: which there are on a trial, and one of them as columns.

class Paths {
  constructor(data, columns) {
    this.data = data;
    this.columns = columns;
    const count = columns.length.length;
    this.starts = new Uint32Array(count + 1);
    this.ofTrial = data.trials.map(() => []);
    for (let k = 0; k < count; k++) {
      this.starts[k + 1] = this.starts[k] + columns.length[k];
      this.ofTrial[columns.trial[k]].push(k);
    }
  }

  get trials() {
    return this.data.trials;
  }

  isHuman(k) {
    return this.data.sources[this.columns.source[k]] === this.data.people;
  }

  // "people" for every person, else the model's name.
  source(k) {
    return this.data.sources[this.columns.source[k]];
  }

  // Says which path it is within its source; the same key on another trial is the same person or the same sample.
  label(k) {
    const sample = this.columns.sample[k];
    if (!this.isHuman(k)) return `sample ${sample + 1}`;
    const subject = this.data.subjects[this.columns.who[k]];
    const name = /^\d*$/.test(subject) ? `person ${subject}`.trim() : subject;
    return sample ? `${name} (${sample + 1})` : name;
  }

  key(k) {
    return `${this.source(k)}\u0000${this.label(k)}`;
  }

  name(k) {
    if (this.isHuman(k)) return this.label(k);
    const alone = this.ofTrial[this.columns.trial[k]].every((j) => j === k || this.source(j) !== this.source(k));
    return alone ? this.source(k) : `${this.source(k)}, ${this.label(k)}`;
  }

  // The caption that a path followed, where the run says so.
  text(k) {
    return this.columns.text ? this.data.texts[this.columns.text[k]] : "";
  }

  // { x, y, duration or null, width, height } of one path.
  path(k) {
    const { columns } = this, trial = this.trials[columns.trial[k]];
    const part = (column) => Float64Array.from(column.subarray(this.starts[k], this.starts[k + 1]));
    const duration = columns.duration ? part(columns.duration) : null;
    return {
      x: part(columns.x),
      y: part(columns.y),
      duration: duration && duration.some(Number.isFinite) ? duration : null,
      width: trial.width,
      height: trial.height,
    };
  }

  // Mean score of a model on a trial's stimulus, NaN where there is none.
  score(trial, model, metric) {
    const { scores } = this.data;
    const m = scores.models.indexOf(model), q = scores.metrics.indexOf(metric);
    return m < 0 || q < 0 ? NaN : this.columns.scores[(trial * scores.models.length + m) * scores.metrics.length + q];
  }
  // Trials by a value, the greatest first (sign 1) or the least (sign -1); those without one last.
  inOrder(valueOf, sign) {
    const order = this.trials.map((_, k) => k), value = order.map(valueOf);
    return order.sort((a, b) => Number.isNaN(value[a]) - Number.isNaN(value[b]) || sign * (value[b] - value[a]) || a - b);
  }
}
