// ScanMatch (Cristino et al. 2010), with the sums of gazekit.metrics.scanmatch in the same order, so that values are equal.
// A path is { x, y, duration (or null), width, height }.

const SCANMATCH = { bins: [12, 8], threshold: 3.5, gap: 0, temporal_bin_ms: null, toolbox_durations: false };

function finite(path) {
  return path.x.every(Number.isFinite) && path.y.every(Number.isFinite);
}

function gridCell(path, k, [across, down]) {
  const cellOf = (position, size, cells) => {
    const whole = Math.max(Math.floor(size + 0.5), 1);
    const px = Math.floor(Math.min(Math.max(position + 0.5, 1), whole)); // px count from 1, halves are rounded up
    return Math.floor(((px - 1) * cells) / whole);
  };
  return cellOf(path.x[k], path.width, across) + across * cellOf(path.y[k], path.height, down);
}

function repeatsOf(path, k, { temporal_bin_ms: bin, toolbox_durations: toolbox }) {
  if (bin === null) return 1;
  if (toolbox && k === 0) return 0; // the toolbox's loop starts at the second fixation
  let ms = path.duration[k];
  if (toolbox) ms = Math.max(Math.floor(ms + 0.5), 1);
  return Math.floor(ms / bin + 0.5);
}

// The string of cells, and which fixation each symbol comes from.
function scanmatchSymbols(path, options) {
  const cells = [], fixations = [];
  const timed = options.temporal_bin_ms !== null;
  if (!finite(path) || (timed && !(path.duration && path.duration.every(Number.isFinite)))) return { cells, fixations };
  for (let k = 0; k < path.x.length; k++) {
    const cell = gridCell(path, k, options.bins);
    for (let r = repeatsOf(path, k, options); r > 0; r--) {
      cells.push(cell);
      fixations.push(k);
    }
  }
  return { cells, fixations };
}

// { value, pairs }: pairs are [fixation of a, fixation of b] that the alignment sets beside each other.
function scanmatch(a, b, given = {}) {
  const options = { ...SCANMATCH, ...given };
  const { gap, threshold, bins: [across] } = options;
  const s = scanmatchSymbols(a, options), t = scanmatchSymbols(b, options);
  const m = s.cells.length, n = t.cells.length;
  if (m === 0 || n === 0) return { value: NaN, pairs: [] };
  const width = n + 1, table = new Float64Array((m + 1) * width);
  const substitution = (i, j) => {
    const p = s.cells[i], q = t.cells[j];
    const dx = (p % across) - (q % across), dy = Math.floor(p / across) - Math.floor(q / across);
    return threshold - Math.sqrt(dx * dx + dy * dy);
  };
  for (let j = 1; j <= n; j++) table[j] = gap * j;
  for (let i = 1; i <= m; i++) {
    table[i * width] = gap * i;
    for (let j = 1; j <= n; j++) {
      const here = i * width + j;
      table[here] = Math.max(
        table[here - width - 1] + substitution(i - 1, j - 1), table[here - width] + gap, table[here - 1] + gap);
    }
  }
  return { value: table[m * width + n] / (threshold * Math.max(m, n)), pairs: tracedBack(table, m, n, s, t, gap, substitution) };
}

// Of several alignments with the best score the one that, read from the end, aligns two symbols rather than leaving one alone,
// and leaves out one of a rather than of b: as gazekit.metrics.scanmatch_alignment.
function tracedBack(table, m, n, s, t, gap, substitution) {
  const width = n + 1, pairs = [], seen = new Set();
  for (let i = m, j = n; i > 0 && j > 0; ) {
    const here = i * width + j;
    if (table[here] === table[here - width - 1] + substitution(i - 1, j - 1)) {
      i--, j--;
      const pair = [s.fixations[i], t.fixations[j]];
      if (!seen.has(String(pair))) pairs.push(pair); // repeated symbols of long fixations
      seen.add(String(pair));
    } else if (table[here] === table[here - width] + gap) i--;
    else j--;
  }
  return pairs.reverse();
}
