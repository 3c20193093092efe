// The stack of modals of the person looking; only the top one is drawn.

import { h, icon, newId } from "./dom.js";
import * as api from "./api.js";
import { drawBlocks } from "./blocks.js";
import { trapTab } from "./confirm.js";
import { stateOf } from "./fields.js";
import { stringOf } from "./mrkdwn.js";
import { store } from "./store.js";

/** What Slack's own client refuses before it sends a form: {block_id: sentence}. */
function missing(view, state) {
  const errors = {};
  for (const block of view.blocks) {
    if (block.type !== "input") continue;
    const value = state[block.block_id]?.[block.element.action_id];
    const empty = value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);
    const { min_length: least, min_value: low, max_value: high } = block.element;
    if (empty && !block.optional) errors[block.block_id] = "Please complete this required field.";
    else if (!empty && least && value.length < least) errors[block.block_id] = `Please enter at least ${least} characters.`;
    else if (!empty && ((low && Number(value) < Number(low)) || (high && Number(value) > Number(high)))) errors[block.block_id] = `Please enter a number between ${low ?? "–"} and ${high ?? "–"}.`;
  }
  return errors;
}

/** Draws whatever stack show() is given; `reload` fetches the stack again after a submission or a closing. */
export class Modals {
  constructor(reload) {
    this.reload = reload;
    this.typed = new Map();
    this.dialog = null;
    this.view = null;
  }

  /** Draws the top of `stack`, or closes the dialog when it is empty. */
  show(stack) {
    const view = stack.at(-1) ?? null;
    if (this.view && this.body) this.typed.set(this.view.id, stateOf(this.body));
    for (const id of this.typed.keys()) if (!stack.some((one) => one.id === id)) this.typed.delete(id);
    if (!view) return this.#shut();
    if (this.view?.id !== view.id) this.#open(view, stack.length > 1);
    else if (this.view.hash !== view.hash) {
      this.surface.errors = null;
      this.#say(null);
    }
    this.view = view;
    this.#draw();
    return undefined;
  }

  /** Says something at the foot of the open modal; false when none is open. */
  say(text) {
    if (!this.dialog) return false;
    this.#say(text);
    return true;
  }

  #shut() {
    this.dialog?.close();
    this.dialog?.remove();
    this.returnTo?.isConnected && this.returnTo.focus();
    [this.dialog, this.view, this.body, this.returnTo] = [null, null, null, null];
  }

  #open(view, stacked) {
    const returnTo = this.returnTo ?? document.activeElement;
    if (this.dialog) {
      this.dialog.close();
      this.dialog.remove();
    }
    this.returnTo = returnTo;
    this.stacked = stacked;
    this.surface = {
      kind: "modal", keepsValues: true, errors: null, state: this.typed.get(view.id) ?? view.state,
      act: (action) => this.#act({ kind: "action", container: { type: "view", view_id: view.id }, ...action, state: stateOf(this.body) }),
    };
    const title = newId("modal");
    this.title = h("h2", { id: title });
    this.body = h("div", { class: "dialog-body view-blocks", tabindex: "-1" });
    this.note = h("div", { class: "dialog-note", role: "alert" });
    this.foot = h("footer", { class: "dialog-foot" });
    const form = h("form", { class: "dialog-form", novalidate: true, on: { submit: (event) => { event.preventDefault(); this.#submit(); } } },
      h("header", { class: "dialog-head" },
        h("span", { class: "dialog-app", "aria-hidden": "true" }, icon("bolt", 16)), this.title,
        h("button", { type: "button", class: "icon-button", "aria-label": stacked ? "Back" : "Close", title: stacked ? "Back" : "Close", on: { click: () => this.#close() } }, icon(stacked ? "back" : "close"))),
      this.body, this.note, this.foot);
    this.dialog = h("dialog", { class: "dialog modal", "aria-labelledby": title, on: { keydown: trapTab, cancel: (event) => { event.preventDefault(); this.#close(); } } }, form);
    document.body.append(this.dialog);
    this.view = null;
    this.fresh = true;
  }

  #draw() {
    const { view } = this;
    this.title.textContent = stringOf(view.title);
    drawBlocks(this.body, view.blocks, this.surface);
    const close = h("button", { type: "button", class: "button", on: { click: () => this.#close() } }, stringOf(view.close) || "Cancel");
    const submit = view.submit && h("button", { type: "submit", class: "button solid primary" }, h("span", null, stringOf(view.submit)));
    const key = JSON.stringify([view.close, view.submit]);
    if (this.footKey !== key || this.fresh) this.foot.replaceChildren(...[close, submit].filter(Boolean));
    this.footKey = key;
    if (!this.fresh) return;
    this.fresh = false;
    this.dialog.showModal();
    (this.body.querySelector("[autofocus]") ?? this.body.querySelector("input, textarea, select, button, summary") ?? this.foot.lastElementChild).focus({ preventScroll: true });
    this.body.scrollTop = 0;
  }

  #say(text) {
    this.note?.replaceChildren(...(text ? [icon("warning", 16), h("span", null, text)] : []));
  }

  async #act(deed) {
    this.#say(null);
    const answer = await api.act(store.as, deed);
    if (!answer.ok) this.#say(answer.message ?? answer.error);
    await this.reload();
    return answer;
  }

  async #submit() {
    const { view } = this;
    if (!view?.submit || this.busy) return;
    const state = stateOf(this.body);
    const early = missing(view, state);
    if (Object.keys(early).length) {
      this.#errors(early);
      return;
    }
    this.#wait(true);
    const answer = await api.act(store.as, { kind: "submit", view_id: view.id, state });
    this.#wait(false);
    if (answer.errors && Object.keys(answer.errors).length) this.#errors(answer.errors);
    else if (!answer.ok) this.#say(answer.message ?? answer.error);
    else if (this.view?.id === view.id) {
      this.surface.errors = null;
      this.#draw();
    }
    if (answer.ok) await this.reload();
  }

  #wait(busy) {
    this.busy = busy;
    const button = this.foot.querySelector("[type=submit]");
    if (!button) return;
    button.toggleAttribute("disabled", busy);
    button.classList.toggle("waiting", busy);
    button.setAttribute("aria-busy", String(busy));
  }

  #errors(errors) {
    this.#say(null);
    this.surface.errors = errors;
    this.#draw();
    const lost = Object.entries(errors).filter(([id]) => !this.view.blocks.some((block) => block.block_id === id));
    if (lost.length) this.#say(lost.map(([, text]) => text).join(" "));
    const first = this.body.querySelector(".input.invalid");
    first?.scrollIntoView({ block: "nearest" });
    first?.querySelector("input, textarea, select, summary")?.focus({ preventScroll: true });
  }

  async #close() {
    // A second Escape while the first is on its way must not ask to close what is closed already.
    if (!this.view || this.closing === this.view.id) return;
    this.closing = this.view.id;
    await api.act(store.as, { kind: "close", view_id: this.view.id });
    await this.reload();
    this.closing = null;
  }
}
