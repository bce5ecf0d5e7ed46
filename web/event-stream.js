/** Server-sent events of a stream that was fetched; EventSource hides statuses and closes for good on errors. */

const BETWEEN = /\r?\n\r?\n/;
const SILENCE_MS = 40_000;

/**
 * Yields `{name, data, id, retry}` as they come and ends where the server ends. The server says
 * something every 15 s: a line that stays silent for longer is dead without knowing, and an error.
 */
export async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    while (true) {
      const { done, value } = await withinSilence(reader.read());
      if (done) return;
      const blocks = (rest + value).split(BETWEEN);
      rest = blocks.pop();
      for (const block of blocks) {
        const event = parsed(block);
        if (event.data !== undefined) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function parsed(block) {
  const fields = { name: "message" };
  for (const line of block.split(/\r?\n/)) {
    const [, field, value] = line.match(/^(\w+): ?(.*)$/) ?? [];
    if (field === "event") fields.name = value;
    if (field === "id") fields.id = value;
    if (field === "retry") fields.retry = Number(value);
    if (field === "data") fields.data = fields.data === undefined ? value : `${fields.data}\n${value}`;
  }
  return fields;
}

function withinSilence(reading) {
  let timer;
  const silence = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("the stream fell silent")), SILENCE_MS);
  });
  return Promise.race([reading, silence]).finally(() => clearTimeout(timer));
}
