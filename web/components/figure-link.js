/** FigureLink: a figure that leads to what is behind it, where there is a way to it. */

import { html } from "../ui.js";

export function FigureLink({ to, label, children }) {
  return to ? html`<a class="figure-link" href=${to} aria-label=${label}>${children}</a>` : children;
}
