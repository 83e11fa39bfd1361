// The page works without this script; with it, tables sort and scanpaths can be explored.

async function startExplorer() {
  const text = (id) => document.getElementById(id).textContent;
  if (!document.getElementById("explorer-data")) return;
  const data = JSON.parse(text("explorer-data"));
  const columns = await readColumns(data.columns, text("explorer-columns"));
  document.getElementById("explorer-body").hidden = false;
  window.explorer = new Explorer(new Paths(data, columns), (k) => `data:image/webp;base64,${text(`image-${k}`)}`);
  if (data.scores) window.cases = new Cases(window.explorer);
  performance.mark("explorer"); // how long it took to be ready can be read by whoever measures
}

document.documentElement.classList.add("js");
startTables();
startCopying();
startExplorer().catch((error) => {
  const note = document.createElement("p");
  note.className = "notice";
  note.textContent = `The scanpaths cannot be shown by this browser (${error.message}); a browser of 2023 or later can.`;
  document.getElementById("explorer").append(note);
});
