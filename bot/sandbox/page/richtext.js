// rich_text blocks: sections, lists, quotes and preformatted text. Their text is data: it is never parsed.

import { h } from "./dom.js";
import { broadcast, channelMention, dateToken, emojiNode, link, userMention } from "./mrkdwn.js";

const TAGS = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };

function styled(nodes, style) {
  return Object.entries(TAGS).reduceRight(
    (inner, [name, tag]) => (style?.[name] ? [h(tag, name === "code" ? { class: "code" } : null, inner)] : inner),
    nodes,
  );
}

function lines(text) {
  return String(text ?? "").split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));
}

function color(value) {
  const swatch = h("span", { class: "swatch", "aria-hidden": "true" });
  if (/^#[0-9a-f]{3,8}$/i.test(value)) swatch.style.setProperty("background", value);
  return h("span", null, swatch, value);
}

const INLINE = {
  text: (part) => lines(part.text),
  link: (part) => [link(part.url, part.text || part.url)],
  user: (part) => [userMention(part.user_id)],
  usergroup: (part) => [h("span", { class: "mention" }, `@${part.usergroup_id}`)],
  channel: (part) => [channelMention(part.channel_id)],
  broadcast: (part) => [broadcast(part.range)],
  emoji: (part) => [emojiNode(part.name, part.unicode)],
  date: (part) => [dateToken(part.timestamp, part.format, part.fallback, part.url)],
  color: (part) => [color(part.value)],
};

const inlineAll = (parts) => (parts ?? []).flatMap((part) => styled(INLINE[part.type]?.(part) ?? [part.text ?? ""], part.style));

/** What an ordered list shows at each depth: 1. a. i. and again. */
const ORDERED = ["decimal", "lower-alpha", "lower-roman"];
const BULLETS = ["disc", "circle", "square"];

function list(part) {
  const depth = part.indent ?? 0;
  const ordered = part.style === "ordered";
  const node = h(
    ordered ? "ol" : "ul",
    { class: part.border ? "rich-list bordered" : "rich-list", start: ordered && part.offset ? part.offset + 1 : null },
    (part.elements ?? []).map((item) => h("li", null, inlineAll(item.elements))),
  );
  node.style.setProperty("list-style-type", (ordered ? ORDERED : BULLETS)[depth % 3]);
  node.style.setProperty("--depth", String(depth));
  return node;
}

const PARTS = {
  rich_text_section: (part) => h("div", { class: "rich-section" }, inlineAll(part.elements)),
  rich_text_list: list,
  rich_text_quote: (part) => h("blockquote", { class: "quote" }, inlineAll(part.elements)),
  rich_text_preformatted: (part) => h("pre", { class: "pre" }, inlineAll(part.elements)),
};

/** A rich_text block → nodes. */
export const richText = (block) => (block.elements ?? []).map((part) => PARTS[part.type]?.(part) ?? h("div"));

/** The text of a rich_text block on one line, for sorting and labels. */
export function richTextString(block) {
  const walk = (part) => part.text ?? part.name ?? part.fallback ?? (part.elements ?? []).map(walk).join("");
  return walk(block);
}
