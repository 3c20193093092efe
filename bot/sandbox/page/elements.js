// Block elements: buttons, menus and selects. Element + block_id + surface → a node that acts through the surface.

import { h, icon } from "./dom.js";
import { choicesOf } from "./choices.js";
import { ask } from "./confirm.js";
import { field } from "./fields.js";
import { checkboxes, momentInput, multiSelect, radioButtons, textInput } from "./inputs.js";
import { toggleMenu } from "./menu.js";
import { plain, stringOf, textOf } from "./mrkdwn.js";

/** Sends an action, after its confirm dialog if it has one; false when the person said no. */
async function fire(context, value, node) {
  const { element, block, surface } = context;
  if (element.confirm && !(await ask(element.confirm))) return false;
  node.setAttribute("aria-busy", "true");
  try {
    await surface.act({ block_id: block, action_id: element.action_id, value });
  } finally {
    node.removeAttribute("aria-busy");
  }
  return true;
}

function button(context) {
  const { element } = context;
  const kind = element.style ? `button solid ${element.style}` : "button";
  const props = { class: kind, "aria-label": element.accessibility_label, data: { key: `${element.action_id}/${element.value ?? ""}` } };
  const label = h("span", null, textOf(element.text));
  const click = () => fire(context, element.value, node);
  const node = element.url && /^https?:/i.test(element.url)
    ? h("a", { ...props, href: element.url, target: "_blank", rel: "noopener noreferrer", on: { click } }, label)
    : h("button", { type: "button", ...props, on: { click } }, label);
  return node;
}

function overflow(context) {
  const { element } = context;
  const items = element.options.map((option) => ({
    label: plain(stringOf(option.text), false), note: stringOf(option.description) || null,
    href: option.url && /^https?:/i.test(option.url) ? option.url : undefined, run: () => fire(context, option.value, node),
  }));
  const node = h("button", {
    type: "button", class: "button overflow", "aria-label": element.accessibility_label ?? "More actions", "aria-haspopup": "menu",
    "aria-expanded": "false", data: { key: element.action_id }, on: { click: () => toggleMenu(node, "More actions", items) },
  }, icon("dots", 16));
  return node;
}

const optionNode = (option) => {
  const note = stringOf(option.description);
  return h("option", { value: option.value }, stringOf(option.text) + (note ? ` – ${note}` : ""));
};

function initialOf(element) {
  return element.initial_option?.value ?? element.initial_user ?? element.initial_channel ?? element.initial_conversation ?? "";
}

function select(context) {
  const { element, block, acts, optional } = context;
  let last = initialOf(element);
  const change = async () => {
    if (acts && !(await fire(context, node.value || null, node))) node.value = last;
    last = node.value;
    node.classList.toggle("empty", node.value === "");
  };
  const choices = choicesOf(element).map((choice) =>
    choice.options ? h("optgroup", { label: stringOf(choice.label) }, choice.options.map(optionNode)) : optionNode(choice));
  const placeholder = stringOf(element.placeholder) || "Select an item";
  const node = h("select", {
    ...context.names, class: last ? "select" : "select empty", data: { key: element.action_id },
    "aria-label": context.names.id ? null : element.accessibility_label ?? placeholder, on: { change },
  }, h("option", { value: "", disabled: !optional, hidden: !optional }, placeholder), choices);
  node.value = last;
  return field(node, block, element.action_id, () => node.value || null, (value) => {
    node.value = value ?? "";
    last = node.value;
    node.classList.toggle("empty", node.value === "");
  });
}

const image = ({ element }) => pictureOf(element, "accessory-image");

/** An image that says its alt text when it cannot be loaded. */
export function pictureOf(object, kind) {
  const node = h("img", {
    class: kind, src: object.image_url ?? object.slack_file?.url, alt: object.alt_text ?? "", title: object.alt_text, referrerpolicy: "no-referrer",
    on: { error: () => node.replaceWith(h("span", { class: `${kind} missing`, role: "img", "aria-label": object.alt_text }, object.alt_text)) },
  });
  return node;
}

const SELECTS = ["static_select", "external_select", "users_select", "channels_select", "conversations_select"];
const DRAW = {
  button, workflow_button: button, overflow, image, radio_buttons: radioButtons, checkboxes,
  datepicker: momentInput, timepicker: momentInput, datetimepicker: momentInput,
  plain_text_input: textInput, number_input: textInput, email_text_input: textInput, url_text_input: textInput, rich_text_input: textInput,
};
for (const kind of SELECTS) {
  DRAW[kind] = select;
  DRAW[`multi_${kind}`] = multiSelect;
}

/**
 * Draws one element. `acts` says whether a change is sent at once; `names` are the attributes that tie it to its label.
 */
export function drawElement(element, block, surface, { acts = true, optional = false, names = {} } = {}) {
  const draw = DRAW[element?.type];
  if (!draw) return h("span", { class: "unknown" }, `Unsupported element: ${element?.type ?? "none"}`);
  const context = { element, block, surface, acts, optional, names };
  context.fire = (value, node) => fire(context, value, node);
  return draw(context);
}
