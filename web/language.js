/** The language of the pages: the browser's choice until the reader makes one. */

import { keep, kept } from "./kept.js";
import en from "./strings/en.js";
import ko from "./strings/ko.js";
import { computed, signal } from "./ui.js";

const TABLES = { en, ko };
const KEPT = "language";

export const LANGUAGES = Object.entries(TABLES).map(([code, table]) => [code, table["language.name"]]);
export const language = signal(remembered() ?? preferred());

/** How numbers and dates are written: as the browser's reader is used to, where that is in this language. */
export const locale = computed(
  () => navigator.languages.find((tag) => tag.split("-")[0] === language.value) ?? language.value,
);

/** Changes the language of this page and of every later visit. */
export function speak(code) {
  language.value = code;
  keep(KEPT, code);
}

/** Speaks as a page around does, where that is a language of ours; nothing is kept. */
export function speakAs(tag) {
  const code = tag?.split("-")[0];
  if (code in TABLES) language.value = code;
}

/** Whether there is a text under this key. */
export function has(key) {
  return key in TABLES.en;
}

/** The text under a key, its `{names}` filled in; entries with plural forms are chosen by `count`. */
export function t(key, values = {}) {
  const entry = TABLES[language.value][key] ?? TABLES.en[key] ?? key;
  return phrase(entry, values).replace(/\{(\w+)\}/g, (_, name) => shown(values[name]));
}

function phrase(entry, { count }) {
  if (typeof entry === "string") return entry;
  const form = new Intl.PluralRules(locale.value).select(count);
  return entry[form] ?? entry.other;
}

function shown(value) {
  return typeof value === "number" ? new Intl.NumberFormat(locale.value).format(value) : value;
}

function remembered() {
  const code = kept(KEPT);
  return code in TABLES ? code : null;
}

function preferred() {
  const wanted = navigator.languages.map((tag) => tag.split("-")[0]);
  return wanted.find((code) => code in TABLES) ?? "en";
}
