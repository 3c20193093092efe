// Blocks → nodes, and the redraw that leaves untouched what did not change.

import { add, h, icon, newId } from "./dom.js";
import { dataVisualization } from "./charts.js";
import { drawElement, pictureOf } from "./elements.js";
import { focusAgain, focusMark, restore, stateOf } from "./fields.js";
import { markdown } from "./markdown.js";
import { stringOf, textOf } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { dataTable, table } from "./tables.js";

const LONG_TEXT = 900;

function section(block, surface, id) {
  const text = block.text && h("div", { class: "section-text" }, textOf(block.text));
  const fields = block.fields?.length && h("div", { class: "fields" }, block.fields.map((one) => h("div", { class: "field" }, textOf(one))));
  const body = h("div", { class: "section-body" }, text, fields);
  if (text && !block.expand && surface.kind === "message" && block.text.text.length > LONG_TEXT) {
    text.classList.add("clamped");
    const more = h("button", { type: "button", class: "link-button", on: { click: () => { text.classList.remove("clamped"); more.remove(); } } }, "See more");
    body.append(more);
  }
  const name = stringOf(block.text).replace(/[*_~`<>]/g, "").slice(0, 120) || null;
  const accessory = block.accessory && drawElement(block.accessory, id, surface);
  if (accessory?.matches?.("select, .choices")) accessory.setAttribute("aria-label", block.accessory.accessibility_label ?? name);
  const stacked = ["radio_buttons", "checkboxes"].includes(block.accessory?.type);
  return h("div", { class: stacked ? "section stacked" : "section" }, body, accessory && h("div", { class: "accessory" }, accessory));
}

function input(block, surface, id) {
  const [control, label, hint, fault] = ["input", "label", "hint", "error"].map(newId);
  const error = surface.errors?.[id];
  const described = [block.hint && hint, error && fault].filter(Boolean).join(" ") || null;
  const names = { id: control, "data-label": label, "aria-describedby": described, "aria-invalid": error ? "true" : null, "aria-required": block.optional ? null : "true" };
  const element = drawElement(block.element, id, surface, { acts: Boolean(block.dispatch_action), optional: Boolean(block.optional), names });
  const grouped = ["radio_buttons", "checkboxes"].includes(block.element?.type);
  return h("div", { class: error ? "input invalid" : "input", data: { required: block.optional ? "" : "yes" } },
    h("label", { class: "input-label", id: label, for: grouped ? null : control }, textOf(block.label), block.optional && h("span", { class: "optional" }, " (optional)")),
    element,
    error && h("div", { class: "input-error", id: fault }, icon("warning", 16), h("span", null, error)),
    block.hint && h("div", { class: "input-hint", id: hint }, textOf(block.hint)));
}

function context(block) {
  return h("div", { class: "context" }, (block.elements ?? []).map((part) =>
    part.type === "image" ? pictureOf(part, "context-image") : h("div", { class: "context-text" }, textOf(part))));
}

function imageBlock(block) {
  return h("figure", { class: "image-block" }, block.title && h("figcaption", null, textOf(block.title)), pictureOf(block, "block-image"));
}

function container(block, surface, id) {
  const inside = newId("container");
  const children = h("div", { class: "container-body", id: inside });
  drawBlocks(children, block.child_blocks ?? [], { ...surface, keepsValues: false }, `${id}/`);
  const title = block.rich_text_title ? richText(block.rich_text_title) : textOf(block.title);
  const head = [block.icon && pictureOf(block.icon, "container-icon"), h("span", { class: "container-title" }, title, block.subtitle && h("span", { class: "container-subtitle" }, textOf(block.subtitle)))];
  if (!block.is_collapsible) return h("section", { class: `container ${block.width ?? ""} ${block.has_header_divider ? "ruled" : ""}` }, h("div", { class: "container-head" }, head), children);
  surface.folded ??= new Map();
  const show = (folded) => {
    children.hidden = folded;
    toggle.setAttribute("aria-expanded", String(!folded));
    surface.folded.set(id, folded);
  };
  const toggle = h("button", { type: "button", class: "container-head", "aria-controls": inside, data: { key: `fold/${id}` }, on: { click: () => show(!children.hidden) } }, icon("right", 16), head);
  show(surface.folded.get(id) ?? Boolean(block.default_collapsed));
  return h("section", { class: `container ${block.width ?? ""}` }, toggle, children);
}

function card(block, surface, id) {
  return h("article", { class: "card" }, block.hero_image && pictureOf(block.hero_image, "card-hero"),
    h("div", { class: "card-main" },
      (block.title || block.icon) && h("div", { class: "card-head" }, block.icon && pictureOf(block.icon, "card-icon"),
        h("div", null, block.title && h("div", { class: "card-title" }, textOf(block.title)), block.subtitle && h("div", { class: "card-subtitle" }, textOf(block.subtitle)))),
      block.body && h("div", { class: "card-text" }, textOf(block.body)),
      block.actions?.length && h("div", { class: "actions" }, block.actions.map((one) => drawElement(one, id, surface)))));
}

const LEVELS = { info: "info", warning: "warning", error: "warning", success: "check", default: "info" };
const DRAW = {
  section, input, context, container, card, table, image: imageBlock,
  header: (block) => h("h3", { class: "header" }, textOf(block.text)),
  divider: () => h("hr", { class: "divider" }),
  actions: (block, surface, id) => h("div", { class: "actions" }, (block.elements ?? []).map((one) => drawElement(one, id, surface))),
  rich_text: (block) => h("div", { class: "rich" }, richText(block)),
  markdown: (block) => h("div", { class: "markdown" }, markdown(block.text)),
  alert: (block) => h("div", { class: `alert ${block.level ?? "default"}`, role: "note" }, icon(LEVELS[block.level] ?? "info"), h("div", null, textOf(block.text))),
  data_table: dataTable,
  data_visualization: dataVisualization,
  carousel: (block, surface, id) => h("div", { class: "carousel", tabindex: "0", role: "region", "aria-label": "Cards" }, (block.elements ?? []).map((one) => card(one, surface, one.block_id ?? id))),
};

function drawBlock(block, surface, id) {
  const draw = DRAW[block.type];
  const inner = draw ? draw(block, surface, id) : h("div", { class: "unknown" }, `This ${block.type ?? ""} block is not shown here.`);
  return add(h("div", { class: `block block-${block.type}`, data: { block: id } }), [inner]);
}

/**
 * Draws blocks into `host`, again and again: a block whose JSON did not change keeps its node, so folding, pages,
 * scroll and typed values stay. Where surface.keepsValues is set (views), a changed block keeps the values of controls whose
 * block_id and action_id stay, as Slack does. `surface`: {kind, act(action), keepsValues, errors, state}.
 */
export function drawBlocks(host, blocks, surface, prefix = "") {
  const before = host.blockNodes ?? new Map();
  const mark = focusMark(host);
  const typed = surface.keepsValues ? stateOf(host) : null;
  const ids = blocks.map((block, index) => block.block_id ?? `${prefix}#${index}`);
  for (const [id, { node }] of before) if (!ids.includes(id)) node.remove();
  const after = new Map();
  blocks.forEach((block, index) => {
    const id = ids[index];
    const json = JSON.stringify([block, surface.errors?.[id] ?? null]);
    const old = before.get(id);
    if (old?.json === json) {
      after.set(id, old);
      return;
    }
    const node = drawBlock(block, surface, id);
    restore(node, old ? typed : surface.state);
    old?.node.replaceWith(node);
    after.set(id, { json, node });
  });
  let place = host.firstChild;
  for (const { node } of after.values()) {
    if (node === place) place = place.nextSibling;
    else host.insertBefore(node, place);
  }
  host.blockNodes = after;
  focusAgain(host, mark);
}
