// Short notices for what Slack would tell the person when something did not work.

import { h, icon } from "./dom.js";

const LIFE_MS = 7000;

/** Shows a notice for a few seconds; `kind` is "error" or "info". */
export function toast(text, kind = "error") {
  const host = document.getElementById("toasts");
  const remove = () => node.remove();
  const node = h("div", { class: `toast ${kind}` },
    icon(kind === "error" ? "warning" : "info"), h("span", { class: "toast-text" }, text),
    h("button", { type: "button", class: "toast-close", "aria-label": "Dismiss", on: { click: remove } }, icon("close", 14)));
  for (const same of host.children) if (same.textContent === node.textContent) same.remove();
  host.append(node);
  setTimeout(remove, LIFE_MS);
}
