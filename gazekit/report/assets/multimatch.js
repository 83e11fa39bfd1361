// MultiMatch (Jarodzka et al. 2010, Dewhurst et al. 2012), without simplification, as gazekit.metrics.multimatch: saccades
// are aligned by the cheapest walk through the table of distances between them, and ties fall as in the reference.

const MULTIMATCH = ["vector", "direction", "length", "position", "duration"];
const FEWEST_FIXATIONS = 3;

function saccadesOf(path) {
  const found = [];
  for (let k = 0; k + 1 < path.x.length; k++) {
    const dx = path.x[k + 1] - path.x[k], dy = path.y[k + 1] - path.y[k];
    const angle = Math.atan2(dy, dx);
    found.push({
      dx, dy, x: path.x[k], y: path.y[k],
      length: Math.sqrt(dx * dx + dy * dy),
      angle: angle < 0 ? Math.PI + (Math.PI + angle) : angle,
      duration: path.duration ? path.duration[k] : NaN,
    });
  }
  return found;
}

function distance(dx, dy) {
  return Math.sqrt(dx * dx + dy * dy);
}

// Cheapest cost to each cell: entering one costs the distance of its saccades, the first is free.
function walkCosts(s, t) {
  const n = t.length, total = new Float64Array(s.length * n);
  for (let i = 0; i < s.length; i++) {
    for (let j = 0; j < n; j++) {
      if (i === 0 && j === 0) continue;
      const left = j ? total[i * n + j - 1] : Infinity, up = i ? total[(i - 1) * n + j] : Infinity;
      const diagonal = i && j ? total[(i - 1) * n + j - 1] : Infinity;
      total[i * n + j] = distance(s[i].dx - t[j].dx, s[i].dy - t[j].dy) + Math.min(left, up, diagonal);
    }
  }
  return total;
}

// Dijkstra's order: among cells of equal cost the one of the highest number is settled first, and a cell is reached from
// the first of its neighbours to be settled.
function cheapestWalk(total, m, n) {
  const before = new Int32Array(m * n).fill(-2), waiting = [0];
  before[0] = -1;
  while (waiting.length) {
    let best = 0;
    for (let k = 1; k < waiting.length; k++) {
      const gap = total[waiting[k]] - total[waiting[best]];
      if (gap < 0 || (gap === 0 && waiting[k] > waiting[best])) best = k;
    }
    const node = waiting[best];
    waiting[best] = waiting[waiting.length - 1];
    waiting.pop();
    const i = Math.floor(node / n), j = node % n;
    for (const [down, right] of [[1, 0], [0, 1], [1, 1]]) {
      if (i + down >= m || j + right >= n) continue;
      const next = node + n * down + right;
      if (before[next] !== -2) continue;
      before[next] = node;
      waiting.push(next);
    }
  }
  const walk = [];
  for (let node = m * n - 1; node >= 0; node = before[node]) walk.push([Math.floor(node / n), node % n]);
  return walk.reverse();
}

function median(values) {
  const sorted = Float64Array.from(values).sort(), middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// { values: five similarities by name, pairs: [saccade of a, saccade of b] along the walk }. Saccade k leaves fixation k.
function multimatch(a, b) {
  const enough = Math.min(a.x.length, b.x.length) >= FEWEST_FIXATIONS;
  if (!enough || !finite(a) || !finite(b)) {
    return { values: Object.fromEntries(MULTIMATCH.map((name) => [name, NaN])), pairs: [] };
  }
  const s = saccadesOf(a), t = saccadesOf(b);
  const pairs = cheapestWalk(walkCosts(s, t), s.length, t.length);
  const along = (difference) => median(pairs.map(([i, j]) => difference(s[i], t[j])));
  const diagonal = Math.sqrt(a.width * a.width + a.height * a.height);
  const turned = (p, q) => {
    const angle = Math.abs(p.angle - q.angle);
    return angle > Math.PI ? 2 * Math.PI - angle : angle;
  };
  const held = pairs.map(([i, j]) => Math.abs(s[i].duration - t[j].duration) / Math.max(s[i].duration, t[j].duration));
  return {
    pairs,
    values: {
      vector: 1 - along((p, q) => distance(p.dx - q.dx, p.dy - q.dy)) / (2 * diagonal),
      direction: 1 - along(turned) / Math.PI,
      length: 1 - along((p, q) => Math.abs(p.length - q.length)) / diagonal,
      position: 1 - along((p, q) => distance(p.x - q.x, p.y - q.y)) / diagonal,
      duration: held.some(Number.isNaN) ? NaN : 1 - median(held), // unknown, or 0 ms against 0 ms
    },
  };
}
