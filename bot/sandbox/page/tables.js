// table and data_table blocks.

import { h, icon, newId } from "./dom.js";
import { richText, richTextString } from "./richtext.js";

const formatted = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 6 });

function cellText(cell) {
  if (cell?.type === "rich_text") return richTextString(cell);
  if (cell?.type === "raw_number") return cell.text ?? formatted.format(cell.value);
  return cell?.text ?? "";
}

function cellNodes(cell) {
  return cell?.type === "rich_text" ? richText(cell) : [cellText(cell)];
}

/** A table block: the first row is its header. */
export function table(block) {
  const [head = [], ...body] = block.rows ?? [];
  const settings = block.column_settings ?? [];
  const build = (tag, row, scope) => h("tr", null, row.map((cell, at) => {
    const kinds = [settings[at]?.align && `align-${settings[at].align}`, settings[at]?.is_wrapped && "wrapped"];
    return h(tag, { class: kinds.filter(Boolean).join(" ") || null, scope }, cellNodes(cell));
  }));
  return h("div", { class: "table-scroll", role: "region", "aria-label": "Table", tabindex: "0" },
    h("table", { class: "table" }, h("thead", null, build("th", head, "col")), h("tbody", null, body.map((row) => build("td", row)))));
}

function compare(a, b) {
  const numeric = a?.type === "raw_number" && b?.type === "raw_number";
  return numeric ? a.value - b.value : cellText(a).localeCompare(cellText(b), "en", { numeric: true });
}

/** A data_table block: pages, sorting by a click on a column's name, numbers to the right. */
export function dataTable(block) {
  const [head = [], ...rows] = block.rows ?? [];
  const size = Math.max(1, block.page_size ?? 5);
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const headerColumn = block.row_header_column_index ?? 0;
  const numeric = head.map((_, at) => rows.length > 0 && rows.every((row) => row[at]?.type === "raw_number" || cellText(row[at]) === "–" || cellText(row[at]) === ""));
  const state = { page: 0, by: null, down: false };
  const caption = newId("caption");
  const body = h("tbody");
  const place = h("span", { class: "pager-place", "aria-live": "polite" });
  const turn = (step) => {
    state.page = Math.min(pages - 1, Math.max(0, state.page + step));
    draw();
  };
  const previous = h("button", { type: "button", class: "pager-button", "aria-label": "Previous page", on: { click: () => turn(-1) } }, icon("left", 16));
  const next = h("button", { type: "button", class: "pager-button", "aria-label": "Next page", on: { click: () => turn(1) } }, icon("right", 16));
  const columns = head.map((cell, at) => {
    const sort = () => {
      state.down = state.by === at ? !state.down : numeric[at];
      state.by = at;
      state.page = 0;
      draw();
    };
    return h("th", { scope: "col", class: numeric[at] ? "align-right" : null },
      h("button", { type: "button", class: "sort", on: { click: sort } }, cellText(cell), h("span", { class: "sort-mark", "aria-hidden": "true" })));
  });

  function draw() {
    const order = state.by === null ? rows : [...rows].sort((a, b) => compare(a[state.by], b[state.by]) * (state.down ? -1 : 1));
    const shown = order.slice(state.page * size, state.page * size + size);
    body.replaceChildren(...shown.map((row) => h("tr", null, row.map((cell, at) =>
      h(at === headerColumn ? "th" : "td", { scope: at === headerColumn ? "row" : null, class: numeric[at] ? "align-right" : null }, cellNodes(cell))))));
    columns.forEach((column, at) => {
      const mine = state.by === at;
      if (mine) column.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else column.removeAttribute("aria-sort");
      column.querySelector(".sort-mark").textContent = mine ? (state.down ? "↓" : "↑") : "";
    });
    place.textContent = `${state.page * size + 1}–${Math.min(rows.length, (state.page + 1) * size)} of ${rows.length}`;
    previous.disabled = state.page === 0;
    next.disabled = state.page === pages - 1;
  }

  draw();
  return h("div", { class: "data-table" },
    h("div", { class: "table-scroll", role: "region", "aria-labelledby": caption, tabindex: "0" },
      h("table", { class: "table" }, h("caption", { id: caption }, block.caption), h("thead", null, h("tr", null, columns)), body)),
    pages > 1 && h("div", { class: "pager" }, place, previous, next));
}
