/** Chosen files: what a person picked or dropped, as `{file, path}`; folders with all that lies below them. */

export function pickedFiles(list) {
  return [...list].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/** Must be called within the drop event: afterwards the browser forgets what was dropped. */
export async function droppedFiles({ items, files }) {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) return pickedFiles(files);
  return (await Promise.all(entries.map(filesBelow))).flat();
}

async function filesBelow(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ file, path: entry.fullPath.replace(/^\//, "") }];
  }
  const found = [];
  for await (const child of children(entry.createReader())) found.push(...(await filesBelow(child)));
  return found;
}

// a reader tells a hundred at a time, and nothing once it has told all
async function* children(reader) {
  while (true) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    yield* some;
  }
}
