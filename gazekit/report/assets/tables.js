// Tables: sorted by a press on a heading, and one metric shown at a time.

function sortValue(row, column) {
  const text = row.cells[column].dataset.value;
  if (text === undefined || text === "") return null;
  const value = Number(text);
  return Number.isNaN(value) ? text : value;
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}

// First press: numbers from the greatest, names from A; second press: the other way; third: the order of the run.
function sortTable(table, column) {
  const heading = table.tHead.rows[0].cells[column];
  const body = table.tBodies[0], rows = [...body.rows];
  rows.forEach((row, k) => (row.dataset.order ??= String(k)));
  const numeric = rows.some((row) => typeof sortValue(row, column) === "number");
  const ways = numeric ? ["descending", "ascending", "none"] : ["ascending", "descending", "none"];
  const before = heading.getAttribute("aria-sort") ?? "none";
  const way = ways[(ways.indexOf(before) + 1) % ways.length];
  for (const cell of table.tHead.rows[0].cells) cell.removeAttribute("aria-sort");
  if (way !== "none") heading.setAttribute("aria-sort", way);
  const sign = way === "descending" ? -1 : 1;
  rows.sort((p, q) => {
    if (way === "none") return p.dataset.order - q.dataset.order;
    const a = sortValue(p, column), b = sortValue(q, column);
    if (a === null || b === null) return (a === null) - (b === null); // what is not defined stays last
    return sign * compare(a, b) || p.dataset.order - q.dataset.order;
  });
  body.append(...rows);
}

function startTables() {
  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((cell, column) => {
      cell.querySelector("button")?.addEventListener("click", () => sortTable(table, column));
    });
  }
  const picker = document.getElementById("metric");
  if (!picker) return;
  const show = () => {
    for (const panel of document.querySelectorAll("#panels > .panel")) {
      panel.classList.toggle("shown", panel.id === picker.value);
    }
  };
  picker.addEventListener("change", show);
  show();
}
