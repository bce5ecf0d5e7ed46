/** The API as the pages call it: JSON in and out, every failure a Problem. */

const PREFIX = "/api/v1";

/** What went wrong, as the server says it; code `unreachable` where there was no answer. */
export class Problem extends Error {
  constructor({ status = 0, code = "unreachable", detail = "", errors = [] }) {
    super(detail || code);
    Object.assign(this, { status, code, detail, errors });
  }
}

/** Called whenever the server no longer knows who asks; the app sets it. */
export const signedOut = { tell() {} };

export const get = (path, query) => call("GET", path, { query });
export const post = (path, body) => call("POST", path, { body });

/** Calls a route below the prefix (or one of a task's links); `anonymous` routes may answer 401. */
export async function call(method, path, { query, body, form, signal, anonymous = false } = {}) {
  const answer = await reach(address(path, query), {
    method,
    signal,
    body: form ?? (body === undefined ? undefined : JSON.stringify(body)),
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
  });
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const problem = await problemOf(answer);
  if (problem.status === 401 && !anonymous) signedOut.tell();
  throw problem;
}

export const thumbnailUrl = (sha256) => `${PREFIX}/blobs/${sha256}/thumbnail`;

function address(path, query = {}) {
  const asked = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const search = new URLSearchParams(asked).toString();
  return (path.startsWith(PREFIX) ? path : PREFIX + path) + (search ? `?${search}` : "");
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
  try {
    return new Problem({ ...(await answer.json()), status: answer.status });
  } catch {
    return new Problem({ status: answer.status, code: `http_${answer.status}` });
  }
}
