/** The session: who is signed in at this browser. */

import { call } from "./api.js";
import { forget, keep, kept } from "./kept.js";
import { go, remembered, safePath } from "./router.js";
import { signal } from "./ui.js";

const VIEW = "view";
const VIEW_MS = 3_600_000;

/** The user, null when nobody is signed in, undefined until the server has said so. */
export const user = signal(undefined);

/** Whether the user may make datasets and start tasks. */
export function creates() {
  return user.value?.role !== "viewer";
}

/** Whether the user may change a dataset. */
export function owns(dataset) {
  const { name, role } = user.value ?? {};
  return role === "admin" || (role === "member" && dataset.owner === name);
}

/** Asks the server who is signed in; throws its Problem unless that is plainly nobody. */
export async function recall() {
  try {
    user.value = (await call("GET", "/session", { anonymous: true })).user;
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    user.value = null;
  }
  return user.value;
}

export async function signIn(token) {
  await call("POST", "/session", { body: { token }, anonymous: true });
  await recall();
}

export async function signOut() {
  await call("DELETE", "/session", { anonymous: true });
  user.value = null;
  forget(VIEW);
  go("/sign-in");
}

/** Sends whoever is no longer signed in to the sign-in page, and back here afterwards. */
export function askToSignIn() {
  user.value = null;
  // several answers may say so, the later ones when one is there already
  if (location.pathname === "/sign-in") return;
  const view = location.pathname + location.search;
  keep(VIEW, JSON.stringify({ view, until: Date.now() + VIEW_MS }));
  go(`/sign-in?next=${encodeURIComponent(view)}`, { replace: true });
}

/**
 * The view from which one was sent to sign in: as the address says, else as this browser remembers,
 * for a link that works once knows nothing of it and may open in another tab.
 */
export function viewBefore() {
  const { view, until } = JSON.parse(kept(VIEW)) ?? {};
  return safePath(remembered("next") ?? (until > Date.now() ? view : null));
}
