// Slack's mrkdwn and plain_text, parsed into DOM nodes.

import { emojiOf, withEmoji } from "./emoji.js";
import { h } from "./dom.js";
import { channelOf, nameOf, store, userOf } from "./store.js";
import { fillDate, fullTime } from "./when.js";

/** Undoes Slack's three escapes, and only those. */
const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** A link that may be followed; a javascript: or data: address becomes plain text. */
export function link(url, content) {
  if (!/^(https?:|mailto:|tel:|slack:)/i.test(url)) return h("span", null, content ?? url);
  return h("a", { class: "link", href: url, target: "_blank", rel: "noopener noreferrer" }, content ?? url);
}

export function userMention(id, label) {
  const name = userOf(id) || id === store.state?.app?.user_id ? nameOf(id) : label || id;
  return h("span", { class: id === store.as ? "mention me" : "mention", title: userOf(id)?.title || null }, `@${name.replace(/^@/, "")}`);
}

export function channelMention(id, label) {
  const channel = channelOf(id);
  const name = channel?.name || label || id;
  if (!channel) return h("span", { class: "mention" }, label ? `#${label}` : "🔒 private-channel");
  return h("a", { class: "mention", href: `#${id}` }, `#${name}`);
}

export function broadcast(range) {
  return h("span", { class: "mention me" }, `@${range}`);
}

export function dateToken(unix, format, fallback, url) {
  const text = fillDate(Number(unix), format);
  if (text === null) return h("span", null, fallback ?? "");
  const node = h("time", { class: "date", title: fullTime(Number(unix)) }, text);
  return url ? link(url, [node]) : node;
}

export function emojiNode(name, unicode) {
  const character = unicode
    ? String.fromCodePoint(...unicode.split("-").map((part) => Number.parseInt(part, 16)))
    : emojiOf(name);
  if (!character) return h("span", null, `:${name}:`);
  return h("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, character);
}

function angle(inner) {
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? null : unescape(inner.slice(bar + 1));
  if (/^@[UWB]\w+$/.test(target)) return userMention(target.slice(1), label);
  if (/^#[CGD]\w+$/.test(target)) return channelMention(target.slice(1), label);
  if (/^!(channel|here|everyone)$/.test(target)) return broadcast(target.slice(1));
  if (target.startsWith("!subteam^")) return h("span", { class: "mention" }, label || "@group");
  if (target.startsWith("!date^")) {
    const [, unix, format, url] = target.split("^");
    return dateToken(unix, unescape(format ?? ""), label, url ? unescape(url) : null);
  }
  if (target.startsWith("!")) return h("span", null, label || `<${target}>`);
  if (/^(https?:|mailto:|tel:|slack:)/i.test(target)) return link(unescape(target), label ? withEmoji(label) : unescape(target));
  return null;
}

const MARKS = { "*": "strong", _: "em", "~": "s" };
const wordish = (character) => character !== undefined && /[\p{L}\p{N}]/u.test(character);

function closing(text, from, mark) {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "\n") return -1;
    if (text[at] === "`" || text[at] === "<") {
      const end = text.indexOf(text[at] === "<" ? ">" : "`", at + 1);
      if (end > 0) at = end;
    } else if (text[at] === mark && at > from && !/\s/.test(text[at - 1]) && !wordish(text[at + 1]) && text[at + 1] !== mark) return at;
  }
  return -1;
}

const BARE = /^https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)\]'"*_~]/;
const EMOJI = /^:([a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?/;

/** Inline mrkdwn of one paragraph → nodes. */
export function inline(text, options = {}) {
  const out = [];
  let plain = "";
  const flush = () => {
    if (plain) out.push(unescape(plain));
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    const character = text[at];
    const rest = text.slice(at);
    let node = null;
    let length = 0;
    if (character === "\n") [node, length] = [h("br"), 1];
    else if (character === "`") {
      const end = text.indexOf("`", at + 1);
      const code = text.slice(at + 1, end);
      if (end > at + 1 && !code.includes("\n")) [node, length] = [h("code", { class: "code" }, unescape(code)), end - at + 1];
    } else if (character === "<") {
      const end = text.indexOf(">", at);
      node = end > 0 ? angle(text.slice(at + 1, end)) : null;
      length = end - at + 1;
    } else if (MARKS[character] && !wordish(text[at - 1]) && text[at + 1] && !/\s/.test(text[at + 1]) && text[at + 1] !== character) {
      const end = closing(text, at + 1, character);
      if (end > 0) [node, length] = [h(MARKS[character], null, inline(text.slice(at + 1, end), options)), end - at + 1];
    } else if (character === ":" && EMOJI.test(rest)) {
      const found = EMOJI.exec(rest);
      if (emojiOf(found[1])) [node, length] = [emojiNode(found[1]), found[0].length];
    } else if (character === "h" && !options.verbatim && !wordish(text[at - 1]) && BARE.test(rest)) {
      const url = BARE.exec(rest)[0];
      [node, length] = [link(unescape(url)), url.length];
    }
    if (node) {
      flush();
      out.push(node);
      at += length;
    } else {
      plain += character;
      at += 1;
    }
  }
  flush();
  return out;
}

const QUOTE = /^(?:>|&gt;) ?/;
const ITEM = /^(\s*)([•◦▪\-–]|\d{1,3}[.)])\s+(?=\S)/;

function paragraphs(text, options) {
  const out = [];
  let run = [];
  let quoted = false;
  const flush = () => {
    if (run.length) out.push(h(quoted ? "blockquote" : "div", { class: quoted ? "quote" : "para" }, inline(run.join("\n"), options)));
    run = [];
  };
  const lines = text.split("\n");
  lines.forEach((line, index) => {
    const item = ITEM.exec(line);
    const isQuote = QUOTE.test(line);
    if (isQuote !== quoted || item) flush();
    quoted = isQuote;
    if (item && !isQuote) {
      const entry = h("div", { class: "item" }, h("span", { class: "bullet" }, item[2]), h("span", null, inline(line.slice(item[0].length), options)));
      entry.style.setProperty("--depth", String(Math.min(4, Math.floor(item[1].length / 2))));
      out.push(entry);
    } else if (line === "" && !run.length && index < lines.length - 1) out.push(h("div", { class: "gap" }));
    else if (line !== "" || index < lines.length - 1) run.push(isQuote ? line.replace(QUOTE, "") : line);
  });
  flush();
  return out;
}

/** A whole mrkdwn text → nodes: paragraphs, quotes, list lines and code fences. */
export function mrkdwn(text, options = {}) {
  const pieces = String(text ?? "").split("```");
  if (pieces.length % 2 === 0) pieces.splice(-2, 2, `${pieces.at(-2)}\`\`\`${pieces.at(-1)}`);
  return pieces.flatMap((piece, index) => {
    if (index % 2) return [h("pre", { class: "pre" }, unescape(piece.replace(/^\n/, "").replace(/\n$/, "")))];
    const trimmed = index > 0 ? piece.replace(/^\n/, "") : piece;
    return trimmed.replace(/\n$/, "") === "" && pieces.length > 1 ? [] : paragraphs(trimmed, options);
  });
}

/** plain_text: line breaks and, unless `emoji` is false, :emoji: names; nothing else. */
export function plain(text, emoji = true) {
  const lines = (emoji ? withEmoji(String(text ?? "")) : String(text ?? "")).split("\n");
  return lines.flatMap((line, index) => (index ? [h("br"), line] : [line]));
}

/** A Block Kit text object (or a bare string) → nodes. */
export function textOf(object) {
  if (object === null || object === undefined) return [];
  if (typeof object === "string") return plain(object);
  return object.type === "mrkdwn" ? mrkdwn(object.text, object) : plain(object.text, object.emoji !== false);
}

/** The same as a bare string, for labels and titles. */
export function stringOf(object) {
  if (!object) return "";
  if (typeof object === "string") return object;
  return object.type === "mrkdwn" || object.emoji === false ? String(object.text ?? "") : withEmoji(String(object.text ?? ""));
}
