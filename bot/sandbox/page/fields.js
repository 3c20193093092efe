// Controls that hold a value. Each is known by its block_id and action_id, as in Slack's state.values.

const fields = new WeakMap();
const keyOf = (block, action) => `${block}\n${action}`;

/** Makes `node` the control of (block, action); read() gives its plain value, write(value) sets it. */
export function field(node, block, action, read, write) {
  node.dataset.field = keyOf(block, action);
  fields.set(node, { block, action, read, write });
  return node;
}

const all = (root) => [...root.querySelectorAll("[data-field]")].filter((node) => fields.has(node));

/** Every current value under `root`: {block_id: {action_id: value}}. */
export function stateOf(root) {
  const state = {};
  for (const node of all(root)) {
    const { block, action, read } = fields.get(node);
    (state[block] ??= {})[action] = read();
  }
  return state;
}

/** Writes the values of `state` into the controls under `root` that bear the same two ids. */
export function restore(root, state) {
  for (const node of [...(root.matches("[data-field]") ? [root] : []), ...all(root)]) {
    const { block, action, write } = fields.get(node);
    const value = state?.[block]?.[action];
    if (value !== undefined) write(value);
  }
}

/** Where the keyboard is under `root`, to put it back after a redraw. */
export function focusMark(root) {
  const node = document.activeElement;
  if (!root.contains(node) || node === root) return null;
  const home = node.closest("[data-key]");
  if (!home) return null;
  const within = [...home.querySelectorAll("*")].indexOf(node);
  const range = node.selectionStart === undefined || node.selectionStart === null ? null : [node.selectionStart, node.selectionEnd];
  return { node, key: home.dataset.key, within, range, block: home.closest("[data-block]")?.dataset.block };
}

/** Gives the keyboard back to the control a focusMark() remembers, unless it never left. */
export function focusAgain(root, mark) {
  if (!mark || document.activeElement === mark.node) return;
  const same = [...root.querySelectorAll("[data-key]")].filter((node) => node.dataset.key === mark.key);
  const home = same.find((node) => node.closest("[data-block]")?.dataset.block === mark.block) ?? same[0];
  const node = home && (mark.within < 0 ? home : home.querySelectorAll("*")[mark.within] ?? home);
  node?.focus({ preventScroll: true });
  if (mark.range && node?.setSelectionRange) node.setSelectionRange(...mark.range);
}
