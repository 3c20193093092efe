// Builds elements. Text always becomes a text node, so nothing a person or an app writes is ever read as HTML.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [type, listener] of Object.entries(value)) node.addEventListener(type, listener);
    else if (name === "style") for (const [key, part] of Object.entries(value)) node.style.setProperty(key, part);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name === "value" || name === "checked" || name === "selected") node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  add(node, children);
  return node;
}

/** Appends strings (as text), nodes and nested lists of them; skips null, undefined and false. */
export function add(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

/** An HTML element: h("button", {class: "c", on: {click}}, "text", node, [nodes]). */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** An SVG element, built like h(). */
export function svg(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

let counter = 0;
/** An id that is unique in this page, for labels and descriptions. */
export function newId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

const PATHS = {
  hash: "M7.5 3 6 17M14 3l-1.5 14M3.5 7.5h13.5M3 12.5h13.5",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  home: "M3 9.5 10 3.5l7 6M5 8.5V16.5h3.5v-4.5h3v4.5H15V8.5",
  dms: "M3 5.5A1.5 1.5 0 0 1 4.5 4h8A1.5 1.5 0 0 1 14 5.5v5a1.5 1.5 0 0 1-1.5 1.5H7l-4 3zM16 7.5h.5A1.5 1.5 0 0 1 18 9v7.5L15 14.5h-5",
  close: "m5 5 10 10M15 5 5 15",
  down: "m6 8 4 4 4-4",
  right: "m8 6 4 4-4 4",
  left: "m12 6-4 4 4 4",
  back: "M16 10H4.5M9 5l-5 5 5 5",
  forward: "M4 10h11.5M11 5l5 5-5 5",
  clock: "M10 3.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 1 0 0-13M10 6.5V10l2.5 1.8",
  eye: "M2.5 10S5.2 5.5 10 5.5 17.5 10 17.5 10 14.8 14.5 10 14.5 2.5 10 2.5 10M10 8a2 2 0 1 0 0 4 2 2 0 1 0 0-4",
  file: "M5 2.5h7l3.5 3.5v11.5H5zM12 2.5v3.5h3.5",
  reply: "M3.5 4.5h13v9H10l-4 3v-3H3.5zM6.5 8h7M6.5 10.5h4.5",
  send: "M3.5 3.5 17 10 3.5 16.5 5 10.8 11 10 5 9.2z",
  check: "m4.5 10.5 3.5 3.5 7.5-8",
  warning: "M10 3.5 17.5 16.5h-15zM10 8.5v4M10 14.2v.3",
  info: "M10 3.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 1 0 0-13M10 9.5v4M10 6.5v.3",
  dots: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  bolt: "M11 3 5.5 11.5H10L9 17l5.5-8.5H10z",
};

/** A line icon of 20 × 20 units, hidden from screen readers (the control beside it carries the name). */
export function icon(name, size = 18) {
  return svg(
    "svg",
    {
      class: `icon icon-${name}`, viewBox: "0 0 20 20", width: size, height: size, "aria-hidden": "true",
      fill: name === "send" ? "currentColor" : "none", stroke: "currentColor",
      "stroke-width": name === "dots" ? 2.8 : 1.5, "stroke-linecap": "round", "stroke-linejoin": "round",
    },
    svg("path", { d: PATHS[name] }),
  );
}
