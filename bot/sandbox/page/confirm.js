// The "are you sure?" dialog of a Block Kit confirm object.

import { h, icon, newId } from "./dom.js";
import { stringOf, textOf } from "./mrkdwn.js";

/** Keeps Tab inside a dialog; the browser already makes the rest of the page inert. */
export function trapTab(event) {
  if (event.key !== "Tab") return;
  const dialog = event.currentTarget;
  const stops = [...dialog.querySelectorAll("button, a[href], input, select, textarea, summary, [tabindex='0']")]
    .filter((node) => !node.disabled && node.getClientRects().length > 0);
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement !== edge && dialog.contains(document.activeElement)) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
}

/** Asks; resolves to true when the person confirms. */
export function ask(confirm) {
  return new Promise((resolve) => {
    const [title, text] = [newId("confirm"), newId("confirm")];
    const finish = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    const deny = h("button", { type: "button", class: "button", on: { click: () => finish(false) } }, stringOf(confirm.deny) || "Cancel");
    const yes = h("button", { type: "button", class: `button solid ${confirm.style === "danger" ? "danger" : "primary"}`, on: { click: () => finish(true) } }, stringOf(confirm.confirm) || "Yes");
    const dialog = h("dialog", {
      class: "dialog confirm", role: "alertdialog", "aria-labelledby": title, "aria-describedby": text,
      on: { keydown: trapTab, cancel: (event) => { event.preventDefault(); finish(false); } },
    },
    h("header", { class: "dialog-head" }, h("h2", { id: title }, stringOf(confirm.title)),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close", on: { click: () => finish(false) } }, icon("close"))),
    h("div", { class: "dialog-body", id: text }, textOf(confirm.text)),
    h("footer", { class: "dialog-foot" }, deny, yes));
    document.body.append(dialog);
    dialog.showModal();
    yes.focus();
  });
}
