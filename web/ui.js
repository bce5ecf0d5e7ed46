/** The vocabulary of components: htm bound to Preact, hooks, signals. */

import htm from "./vendor/htm.js";
import { h } from "./vendor/preact.js";

export const html = htm.bind(h);
export { Component, render } from "./vendor/preact.js";
export { useEffect, useId, useMemo, useRef, useState } from "./vendor/preact-hooks.js";
export { batch, computed, effect, signal, useSignal } from "./vendor/signals.js";
