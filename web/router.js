/** The place in the site: what the address bar says, and how to go elsewhere without a reload. */

import { batch, signal } from "./ui.js";

export const place = signal(here());
/** Rises with each change of place, also to the same path with other choices. */
export const visits = signal(0);

/** By path what was chosen there last. */
const choices = signal({ [location.pathname]: location.search });

/** Goes to a path of this site; `still` leaves the focus and what is seen where they are. */
export function go(to, { replace = false, still = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", to);
  arrive();
  if (still) return;
  scrollTo(0, 0);
  requestAnimationFrame(() => document.querySelector("main")?.focus({ preventScroll: true }));
}

/** Keeps a choice of the page in its address, so that it can be shared and reloaded; an empty one is none. */
export function remember(name, value) {
  const url = new URL(location.href);
  if (value) url.searchParams.set(name, value);
  else url.searchParams.delete(name);
  history.replaceState(null, "", url);
  noteChoices(url);
}

export function remembered(name) {
  return new URL(location.href).searchParams.get(name);
}

/** A path with the choices that were made there last. */
export function asLeft(path) {
  return path + (choices.value[path] ?? "");
}

/** Only a path of this site, whatever the address bar claims. */
export function safePath(wanted) {
  if (!wanted?.startsWith("/")) return "/";
  const url = new URL(wanted, location.origin);
  return url.origin === location.origin ? url.pathname + url.search : "/";
}

export function followLinks() {
  addEventListener("popstate", arrive);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || !staysHere(link, event)) return;
    event.preventDefault();
    go(link.pathname + link.search, { still: "still" in link.dataset });
  });
}

function staysHere(link, event) {
  const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  const page = ["/", "/drift"].includes(link.pathname) || link.pathname.startsWith("/datasets/");
  return plain && page && !event.defaultPrevented && !link.target && !link.hash && link.origin === location.origin;
}

function arrive() {
  batch(() => {
    noteChoices(location);
    place.value = here();
    visits.value += 1;
  });
}

function noteChoices({ pathname, search }) {
  choices.value = { ...choices.peek(), [pathname]: search };
}

function here() {
  return location.pathname;
}
