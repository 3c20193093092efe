// Pop-up menus (overflow, act as, clock) with the keyboard behaviour of a menu button.

import { h } from "./dom.js";

let open = null;

function close(focusBack) {
  if (!open) return;
  const { node, anchor } = open;
  open = null;
  node.remove();
  anchor.setAttribute("aria-expanded", "false");
  document.removeEventListener("pointerdown", outside, true);
  removeEventListener("resize", dismiss);
  if (focusBack) anchor.focus();
}

const dismiss = () => close(false);
const outside = (event) => {
  if (!open.node.contains(event.target) && !open.anchor.contains(event.target)) close(false);
};

function place(node, anchor) {
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = node;
  const left = Math.max(8, Math.min(at.left, innerWidth - width - 8));
  const below = at.bottom + 4 + height <= innerHeight - 8;
  node.style.setProperty("left", `${left}px`);
  node.style.setProperty("top", `${below ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`);
}

function keys(event) {
  const items = [...open.node.querySelectorAll("[role^=menuitem]")];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    items[(to + items.length) % items.length].focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    close(true);
  }
}

/** Opens (or closes) a menu under its button. Items: {label, note, lead, chosen, danger, href, run}; a string is a heading. */
export function toggleMenu(anchor, label, items) {
  const again = open?.anchor === anchor;
  close(false);
  if (again) return;
  const node = h("div", { class: "menu", role: "menu", "aria-label": label, on: { keydown: keys } }, items.map((item) => {
    if (typeof item === "string") return h("div", { class: "menu-heading", role: "presentation" }, item);
    const props = {
      class: item.danger ? "menu-item danger" : "menu-item", tabindex: "-1",
      role: item.chosen === undefined ? "menuitem" : "menuitemradio", "aria-checked": item.chosen === undefined ? null : String(item.chosen),
      on: { click: () => { close(true); item.run?.(); } },
    };
    const inside = [item.lead, h("span", { class: "menu-text" }, item.label, item.note && h("span", { class: "menu-note" }, item.note)), item.chosen && h("span", { class: "tick-mark", "aria-hidden": "true" }, "✓")];
    return item.href ? h("a", { ...props, href: item.href, target: "_blank", rel: "noopener noreferrer" }, inside) : h("button", { type: "button", ...props }, inside);
  }));
  // Inside a modal the menu must live in it: everything else is inert while a modal is open.
  (anchor.closest("dialog") ?? document.body).append(node);
  open = { node, anchor };
  anchor.setAttribute("aria-expanded", "true");
  place(node, anchor);
  document.addEventListener("pointerdown", outside, true);
  addEventListener("resize", dismiss);
  (node.querySelector("[aria-checked=true]") ?? node.querySelector("[role^=menuitem]"))?.focus();
}
