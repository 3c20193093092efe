// The `markdown` block: standard Markdown (not mrkdwn), as far as Slack renders it.

import { h } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { emojiNode, link } from "./mrkdwn.js";

const RULES = [
  [/^`([^`\n]+)`/, (m) => h("code", { class: "code" }, m[1])],
  [/^\[([^\]\n]+)\]\(([^()\s]+)\)/, (m) => link(m[2], spans(m[1]))],
  [/^<(https?:[^\s>]+)>/, (m) => link(m[1])],
  [/^(https?:\/\/[^\s<>()]+[^\s<>().,;:!?*_])/, (m) => link(m[1])],
  [/^\*\*(?=\S)([^\n]+?\S?)\*\*/, (m) => h("strong", null, spans(m[1]))],
  [/^__(?=\S)([^\n]+?\S?)__/, (m) => h("strong", null, spans(m[1]))],
  [/^~~(?=\S)([^\n]+?)~~/, (m) => h("s", null, spans(m[1]))],
  [/^\*(?=[^\s*])([^*\n]+?)\*/, (m) => h("em", null, spans(m[1]))],
  [/^_(?=[^\s_])([^_\n]+?)_(?!\w)/, (m) => h("em", null, spans(m[1]))],
  [/^:([a-z0-9_+-]+):/, (m) => (emojiOf(m[1]) ? emojiNode(m[1]) : null)],
  [/^\\([\\`*_{}[\]()#+\-.!>~|])/, (m) => document.createTextNode(m[1])],
];

function spans(text) {
  const out = [];
  let plain = "";
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at);
    const inWord = /\w/.test(text[at - 1] ?? " ");
    let hit = null;
    for (const [pattern, build] of RULES) {
      const found = pattern.exec(rest);
      if (!found || (inWord && /^[_h]/.test(found[0]))) continue;
      const node = build(found);
      if (node) hit = [node, found[0].length];
      break;
    }
    if (hit) {
      if (plain) out.push(plain);
      plain = "";
      out.push(hit[0]);
      at += hit[1];
    } else {
      plain += text[at];
      at += 1;
    }
  }
  if (plain) out.push(plain);
  return out;
}

const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
const RULE = /^\s*([-*_])(\s*\1){2,}\s*$/;
const LIST = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const TABLE_LINE = /^\s*\|?[\s:|-]*-[\s:|-]*\|[\s:|-]*$/;

function table(head, body) {
  return h("div", { class: "table-scroll" }, h(
    "table", { class: "table" },
    h("thead", null, h("tr", null, cells(head).map((cell) => h("th", { scope: "col" }, spans(cell))))),
    h("tbody", null, body.map((line) => h("tr", null, cells(line).map((cell) => h("td", null, spans(cell)))))),
  ));
}

function listItem(match) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(match[3]);
  const bullet = task ? (task[1] === " " ? "☐" : "☑") : /\d/.test(match[2]) ? match[2].replace(")", ".") : "•";
  const node = h("div", { class: "item" }, h("span", { class: "bullet" }, bullet), h("span", null, spans(task ? task[2] : match[3])));
  node.style.setProperty("--depth", String(Math.min(4, Math.floor(match[1].length / 2))));
  return node;
}

/** Markdown → nodes. */
export function markdown(text) {
  const lines = String(text ?? "").split("\n");
  const out = [];
  let run = [];
  const flush = () => {
    if (run.length) out.push(h("p", null, run.flatMap((line, index) => (index ? [h("br"), ...spans(line)] : spans(line)))));
    run = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at];
    const heading = /^(#{1,6})\s+(.*?)#*\s*$/.exec(line);
    const listed = LIST.exec(line);
    if (/^\s*```/.test(line)) {
      flush();
      const from = at + 1;
      for (at += 1; at < lines.length && !/^\s*```/.test(lines[at]); at += 1);
      out.push(h("pre", { class: "pre" }, lines.slice(from, at).join("\n")));
    } else if (heading) {
      flush();
      out.push(h(`h${Math.min(6, heading[1].length + 2)}`, { class: `md-heading level-${heading[1].length}` }, spans(heading[2])));
    } else if (RULE.test(line)) {
      flush();
      out.push(h("hr", { class: "divider" }));
    } else if (line.includes("|") && TABLE_LINE.test(lines[at + 1] ?? "")) {
      flush();
      const from = at + 2;
      for (at = from; at < lines.length && lines[at].includes("|"); at += 1);
      out.push(table(line, lines.slice(from, at)));
      at -= 1;
    } else if (/^\s*>/.test(line)) {
      flush();
      const from = at;
      while (/^\s*>/.test(lines[at + 1] ?? "")) at += 1;
      const inner = lines.slice(from, at + 1).map((quoted) => quoted.replace(/^\s*> ?/, "")).join("\n");
      out.push(h("blockquote", { class: "quote" }, markdown(inner)));
    } else if (listed) {
      flush();
      out.push(listItem(listed));
    } else if (line.trim() === "") flush();
    else run.push(line);
  }
  flush();
  return out;
}
