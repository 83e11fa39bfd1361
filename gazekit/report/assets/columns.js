// Columns of numbers inside the page: base64 of gzip of typed arrays, one after another. No object per fixation.

const KINDS = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, f4: Float32Array, f8: Float64Array };

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  return bytes;
}

async function unzipped(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

// { name: [kind, first byte, how many] } and the packed text give { name: typed array }.
async function readColumns(described, packed) {
  const buffer = await unzipped(bytesOf(packed));
  const columns = {};
  for (const [name, [kind, start, count]] of Object.entries(described)) {
    columns[name] = new KINDS[kind](buffer, start, count);
  }
  return columns;
}
