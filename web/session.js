/** The session: who is signed in at this browser. */

import { call } from "./api.js";
import { go } from "./router.js";
import { signal } from "./ui.js";

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
  go("/sign-in");
}

/** Sends whoever is no longer signed in to the sign-in page, and back here afterwards. */
export function askToSignIn() {
  user.value = null;
  go(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`, { replace: true });
}
