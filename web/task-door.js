/**
 * TaskDoor: how a watched task is asked about: from our own pages by the cookie, from pages of other
 * origins by an API key, or by tickets, which open its stream and nothing else.
 */

import { address, answered, call, openStream } from "./api.js";
import { owns } from "./session.js";

/** `acts(task)`: whether to offer what changes it; `asks`: whether more than its stream can be asked for. */
export const home = { asks: true, acts: owns, call, openStream };

/** For a page whose reader has a key; who may not act is told so by the server. */
export function keyDoor(server, key) {
  const authorised = (headers) => ({ Authorization: `Bearer ${key}`, ...headers });
  return {
    asks: true,
    acts: () => true,
    async call(method, path, { query, body } = {}) {
      const headers = authorised(body === undefined ? {} : { "Content-Type": "application/json" });
      const answer = await answered(server + address(path, query), { method, headers, body: JSON.stringify(body) }, true);
      return answer.status === 204 ? null : answer.json();
    },
    openStream: (path, options) => opened(server + address(path), { ...options, headers: authorised() }),
  };
}

/** `getTicket()` returns what `POST /tasks/{id}/stream-ticket` has answered; it is called for every connection. */
export function ticketDoor(getTicket) {
  return {
    asks: false,
    acts: () => false,
    openStream: async (path, options) => opened((await getTicket()).url, options),
  };
}

async function opened(url, { lastId, signal, headers }) {
  const asked = { Accept: "text/event-stream", ...headers, ...(lastId && { "Last-Event-ID": lastId }) };
  const answer = await answered(url, { headers: asked, signal, cache: "no-store" }, true);
  return answer.status === 204 ? null : answer.body;
}
