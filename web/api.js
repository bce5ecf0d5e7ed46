/** The API as the pages call it: JSON in and out, every failure a Problem. */

const PREFIX = "/api/v1";

/** What went wrong, as the server says it; code `unreachable` where there was no answer. */
export class Problem extends Error {
  constructor({ status = 0, code = "unreachable", detail = "", errors = [], retryAfterSeconds = 0 }) {
    super(detail || code);
    Object.assign(this, { status, code, detail, errors, retryAfterSeconds });
  }
}

/** Called whenever the server no longer knows who asks; the app sets it. */
export const signedOut = { tell() {} };

export const get = (path, query) => call("GET", path, { query });
export const getBytes = async (path, query) => (await answered(address(path, query))).arrayBuffer();
export const post = (path, body) => call("POST", path, { body });

/** Calls a route below the prefix (or one of a task's links); `anonymous` routes may answer 401. */
export async function call(method, path, { query, body, anonymous = false } = {}) {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  const options = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
  const answer = await answered(address(path, query), options, anonymous);
  return answer.status === 204 ? null : answer.json();
}

/** Opens a stream of events behind the last one that was heard; null where there is no more to hear. */
export async function openStream(path, { lastId, signal }) {
  const headers = { Accept: "text/event-stream", ...(lastId && { "Last-Event-ID": lastId }) };
  const answer = await answered(address(path), { headers, signal, cache: "no-store" });
  return answer.status === 204 ? null : answer.body;
}

/**
 * Sends a file as it is and says how many of its bytes have left, which fetch cannot; the answer's
 * status and what it says. An abort of `signal` rejects with an AbortError.
 */
export function sendFile(method, path, file, { progress, signal }) {
  const request = new XMLHttpRequest();
  const answer = new Promise((resolve, reject) => {
    request.upload.onprogress = (event) => progress(event.loaded);
    request.onload = () => (request.status < 300 ? resolve(answerOf(request)) : reject(refusalOf(request)));
    request.onerror = () => reject(new Problem({}));
    request.onabort = () => reject(new DOMException("stopped by the reader", "AbortError"));
  });
  signal.addEventListener("abort", () => request.abort());
  request.open(method, address(path));
  request.responseType = "json";
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.send(file);
  return answer;
}

/** Where a file of a dataset lives, below the prefix. */
export function fileAddress(datasetId, path) {
  const parts = path.toWellFormed().split("/").map(encodeURIComponent);
  return `/datasets/${datasetId}/files/${parts.join("/")}`;
}

export const blobUrl = (sha256) => `${PREFIX}/blobs/${sha256}`;
export const thumbnailUrl = (sha256) => `${blobUrl(sha256)}/thumbnail`;

/** Below the prefix, or as one of a task's links says it. */
export function address(path, query = {}) {
  const asked = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const search = new URLSearchParams(asked).toString();
  return (path.startsWith(PREFIX) ? path : PREFIX + path) + (search ? `?${search}` : "");
}

/** Asks any address; throws a Problem unless the answer is a good one. `anonymous` ones may be 401. */
export async function answered(url, options, anonymous = false) {
  const answer = await reach(url, options);
  if (answer.ok) return answer;
  throw told(await problemOf(answer), anonymous);
}

async function reach(url, options) {
  try {
    return await fetch(url, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ detail: error.message });
  }
}

async function problemOf(answer) {
  const { status } = answer;
  const retryAfterSeconds = Number(answer.headers.get("Retry-After")) || 0;
  const said = await answer.json().catch(() => ({ code: `http_${status}` }));
  return new Problem({ ...said, status, retryAfterSeconds });
}

function answerOf({ status, response }) {
  return { status, told: response };
}

function refusalOf({ status, response }) {
  return told(new Problem({ code: `http_${status}`, ...response, status }), false);
}

function told(problem, anonymous) {
  if (problem.status === 401 && !anonymous) signedOut.tell();
  return problem;
}
