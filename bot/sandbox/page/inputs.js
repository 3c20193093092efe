// Elements that take typed text, moments and one or several of a few options.

import { h, newId } from "./dom.js";
import { choicesOf } from "./choices.js";
import { field } from "./fields.js";
import { stringOf, textOf } from "./mrkdwn.js";

const TYPING_PAUSE_MS = 250;
const TYPES = { number_input: "number", email_text_input: "email", url_text_input: "url" };

/** plain_text_input and its relatives. With dispatch_action: on Enter, or on each pause when so configured. */
export function textInput({ element, block, acts, names, fire }) {
  const long = element.multiline || element.type === "rich_text_input";
  const when = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  let timer;
  const input = () => {
    clearTimeout(timer);
    if (acts && when.includes("on_character_entered")) timer = setTimeout(() => fire(node.value, node), TYPING_PAUSE_MS);
  };
  const keydown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || (long && !event.ctrlKey && !event.metaKey)) return;
    if (!acts || !when.includes("on_enter_pressed")) return;
    event.preventDefault();
    fire(node.value, node);
  };
  const node = h(long ? "textarea" : "input", {
    ...names, class: "text-input", type: long ? null : TYPES[element.type] ?? "text", rows: long ? 4 : null, autocomplete: "off",
    placeholder: stringOf(element.placeholder) || null, maxlength: element.max_length, min: element.min_value, max: element.max_value,
    step: element.is_decimal_allowed ? "any" : null, data: { key: element.action_id, min: element.min_length ?? "" },
    autofocus: element.focus_on_load, "aria-label": names.id ? null : element.accessibility_label ?? stringOf(element.placeholder), on: { input, keydown },
  });
  node.value = typeof element.initial_value === "string" ? element.initial_value : "";
  return field(node, block, element.action_id, () => node.value || null, (value) => { node.value = value ?? ""; });
}

/** datepicker, timepicker and datetimepicker (whose value is Unix seconds). */
export function momentInput({ element, block, acts, names, fire }) {
  const both = element.type === "datetimepicker";
  const type = both ? "datetime-local" : element.type === "datepicker" ? "date" : "time";
  const read = () => (node.value === "" ? null : both ? Math.round(new Date(node.value).getTime() / 1000) : node.value);
  const write = (value) => {
    const local = both && value ? new Date(value * 1000 - new Date(value * 1000).getTimezoneOffset() * 60_000).toISOString().slice(0, 16) : value;
    node.value = local ?? "";
  };
  const node = h("input", {
    ...names, type, class: "text-input moment", data: { key: element.action_id },
    "aria-label": names.id ? null : element.accessibility_label ?? (stringOf(element.placeholder) || "Date"), on: { change: () => acts && fire(read(), node) },
  });
  write(element.initial_date ?? element.initial_time ?? element.initial_date_time);
  return field(node, block, element.action_id, read, write);
}

function choiceGroup(context, type, initial) {
  const { element, block, acts, names, fire } = context;
  const name = newId("choice");
  let before = initial;
  const chosen = () => boxes.filter((box) => box.checked).map((box) => box.value);
  const write = (values) => {
    for (const box of boxes) box.checked = values.includes(box.value);
    before = values;
  };
  const change = async () => {
    const value = type === "radio" ? chosen()[0] ?? null : chosen();
    if (acts && !(await fire(value, node))) write(before);
    before = chosen();
  };
  const boxes = [];
  const rows = (element.options ?? []).map((option) => {
    const note = option.description && newId("note");
    const box = h("input", { type, name, value: option.value, checked: initial.includes(option.value), "aria-describedby": note, on: { change } });
    boxes.push(box);
    return h("label", { class: "choice" }, box, h("span", { class: "choice-text" }, h("span", null, textOf(option.text)),
      option.description && h("span", { class: "choice-note", id: note }, textOf(option.description))));
  });
  const node = h("div", {
    class: "choices", role: type === "radio" ? "radiogroup" : "group", id: names.id, "aria-labelledby": names["data-label"], tabindex: names.id ? "-1" : null,
    "aria-describedby": names["aria-describedby"], "aria-invalid": names["aria-invalid"], "aria-label": names.id ? null : element.accessibility_label ?? "Options",
    data: { key: element.action_id },
  }, rows);
  const read = () => (type === "radio" ? chosen()[0] ?? null : chosen());
  return field(node, block, element.action_id, read, (value) => write([value ?? []].flat()));
}

export const radioButtons = (context) => choiceGroup(context, "radio", [context.element.initial_option?.value].filter(Boolean));
export const checkboxes = (context) => choiceGroup(context, "checkbox", (context.element.initial_options ?? []).map((option) => option.value));

/** Every multi-select: a field with chips that opens a list of check boxes. */
export function multiSelect(context) {
  const { element, block, acts, names, fire } = context;
  const flat = choicesOf(element).flatMap((choice) => choice.options ?? [choice]);
  const initial = element.initial_users ?? element.initial_channels ?? element.initial_conversations ?? (element.initial_options ?? []).map((option) => option.value);
  const placeholder = stringOf(element.placeholder) || "Select options";
  const face = h("summary", { class: "select multi-face", id: names.id, "aria-describedby": names["aria-describedby"] });
  const rows = flat.map((option) => h("label", { class: "choice" }, h("input", { type: "checkbox", value: option.value }), h("span", { class: "choice-text" }, stringOf(option.text))));
  const boxes = rows.map((row) => row.querySelector("input"));
  const read = () => boxes.filter((box) => box.checked).map((box) => box.value);
  const show = () => {
    const picked = flat.filter((_, at) => boxes[at].checked).map((option) => h("span", { class: "chip" }, stringOf(option.text)));
    face.replaceChildren(...(picked.length ? picked : [h("span", { class: "placeholder" }, placeholder)]));
    const full = element.max_selected_items && picked.length >= element.max_selected_items;
    for (const box of boxes) box.disabled = full && !box.checked;
  };
  const write = (values) => {
    for (const box of boxes) box.checked = (values ?? []).includes(box.value);
    show();
  };
  const change = () => {
    show();
    if (acts) fire(read(), node);
  };
  const keydown = (event) => {
    if (event.key !== "Escape" || !node.open) return;
    event.stopPropagation();
    event.preventDefault();
    node.open = false;
    face.focus();
  };
  const node = h("details", { class: "multi", data: { key: element.action_id }, on: { change, keydown } }, face,
    h("div", { class: "multi-list", role: "group", "aria-label": placeholder }, rows));
  write(initial);
  return field(node, block, element.action_id, read, write);
}
