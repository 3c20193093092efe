// data_visualization blocks as inline SVG: line, area, bar and pie.

import { h, newId, svg } from "./dom.js";

const TINTS = ["#1264a3", "#d9762b", "#2a9d6f", "#b5307c", "#7a5fd0", "#5c6b7a", "#9c7a14", "#1298a8", "#c8433f", "#3d7a1f", "#6b4a2f", "#444"];
const DASHES = [null, "7 4", "2 4", "10 4 2 4", "4 2", "1 3"];
const WIDTH = 640;
const number = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 2 });
const tint = (at) => TINTS[at % TINTS.length];

function niceStep(span, most) {
  const rough = span / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
}

/** Round tick values that hold every value; from zero unless a line chart would become flat. */
function ticks(values, fromZero) {
  let low = Math.min(...values);
  let high = Math.max(...values);
  const tight = !fromZero && low > 0 && high - low < high * 0.6;
  if (!tight) [low, high] = [Math.min(0, low), Math.max(0, high)];
  if (high === low) [low, high] = tight ? [low - 1, high + 1] : [low, high + 1];
  const pad = tight ? (high - low) * 0.08 : 0;
  const step = niceStep(high - low + 2 * pad, 5);
  const first = Math.floor((low - pad) / step + 1e-9);
  let last = Math.ceil((high + pad) / step - 1e-9);
  if (high <= 100 && high > 50 && last * step > 100 && step <= 50) last = Math.ceil(100 / step);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toFixed(9)));
}

function marker(shape, x, y, color) {
  const shapes = [
    () => svg("circle", { cx: x, cy: y, r: 4 }),
    () => svg("rect", { x: x - 3.7, y: y - 3.7, width: 7.4, height: 7.4 }),
    () => svg("path", { d: `M${x} ${y - 5}l5 8.5h-10z` }),
    () => svg("path", { d: `M${x} ${y - 5}l5 5-5 5-5-5z` }),
  ];
  const node = shapes[shape % shapes.length]();
  node.setAttribute("fill", color);
  node.setAttribute("stroke", "#fff");
  node.setAttribute("stroke-width", "1.5");
  return node;
}

function shorten(label, room) {
  const most = Math.max(3, Math.floor(room / 6.4));
  return label.length <= most ? label : `${label.slice(0, most - 1)}…`;
}

/** The words of a label on as many lines as `room` pixels ask for, or null when they would need more than three. */
function wrapped(label, room) {
  const most = Math.floor(room / 6.6);
  const lines = [];
  for (const word of label.split(" ")) {
    if (word.length > most) return null;
    if (lines.length && lines.at(-1).length + 1 + word.length <= most) lines[lines.length - 1] += ` ${word}`;
    else lines.push(word);
  }
  return lines.length > 3 ? null : lines;
}

function frame(chart, fromZero) {
  const config = chart.axis_config ?? {};
  const series = chart.series ?? [];
  const categories = config.categories ?? series[0]?.data?.map((point) => point.label) ?? [];
  const values = series.map((one) => categories.map((label) => one.data?.find((point) => point.label === label)?.value ?? null));
  const all = values.flat().filter((value) => value !== null);
  const marks = ticks(all.length ? all : [0], fromZero);
  const widest = Math.max(...marks.map((mark) => number.format(mark).length));
  const room = (WIDTH - 40 - widest * 7) / Math.max(1, categories.length) - 4;
  const labels = categories.map((label) => wrapped(label, room));
  const slanted = labels.includes(null);
  const below = slanted ? 78 : 14 + 15 * Math.max(1, ...labels.map((lines) => lines.length));
  const box = { left: Math.max(16 + widest * 7, slanted ? 78 - room / 2 : 0), right: WIDTH - 14, top: config.y_label ? 36 : 20, bottom: 232 };
  const height = box.bottom + below + (config.x_label ? 22 : 0);
  const slot = (box.right - box.left) / Math.max(1, categories.length);
  const y = (value) => box.bottom - ((value - marks[0]) / (marks.at(-1) - marks[0])) * (box.bottom - box.top);
  const x = (index) => box.left + slot * (index + 0.5);
  const floor = y(Math.max(0, marks[0]));

  const grid = marks.map((mark) => [
    svg("line", { x1: box.left, x2: box.right, y1: y(mark), y2: y(mark), class: mark === 0 || mark === marks[0] ? "axis" : "grid" }),
    svg("text", { x: box.left - 8, y: y(mark) + 4, "text-anchor": "end", class: "tick" }, number.format(mark)),
  ]);
  const names = categories.map((label, index) => {
    const [at, line] = [x(index), box.bottom + 19];
    if (slanted) {
      const place = { x: at + 4, y: line - 4, "text-anchor": "end", transform: `rotate(-38 ${at + 4} ${line - 4})` };
      return svg("text", { ...place, class: "tick" }, svg("title", null, label), shorten(label, 92));
    }
    return svg("text", { x: at, y: line, "text-anchor": "middle", class: "tick" },
      labels[index].map((words, row) => svg("tspan", { x: at, dy: row ? 15 : 0 }, words)));
  });
  const titles = [
    config.y_label && svg("text", { x: 2, y: 14, class: "axis-label" }, config.y_label),
    config.x_label && svg("text", { x: (box.left + box.right) / 2, y: height - 6, "text-anchor": "middle", class: "axis-label" }, config.x_label),
  ];
  return { series, categories, values, x, y, slot, floor, height, parts: [grid, names, titles] };
}

function line(chart, filled) {
  const f = frame(chart, filled);
  const plots = f.values.map((row, at) => {
    const runs = [[]];
    row.forEach((value, index) => (value === null ? runs.push([]) : runs.at(-1).push([f.x(index), f.y(value)])));
    return runs.filter((run) => run.length).map((run) => {
      const path = run.map(([px, py], index) => `${index ? "L" : "M"}${px} ${py}`).join("");
      const area = `${path}L${run.at(-1)[0]} ${f.floor}L${run[0][0]} ${f.floor}Z`;
      return [
        filled && svg("path", { d: area, fill: tint(at), opacity: 0.22 }),
        svg("path", { d: path, fill: "none", stroke: tint(at), "stroke-width": 2.5, "stroke-dasharray": DASHES[at % DASHES.length], "stroke-linejoin": "round" }),
      ];
    });
  });
  const dots = f.values.map((row, at) => row.map((value, index) => {
    if (value === null) return null;
    const [px, py] = [f.x(index), f.y(value)];
    const words = `${f.series[at].name}, ${f.categories[index]}: ${number.format(value)}`;
    const labelled = f.values.length === 1 && f.slot > 34;
    const beside = [row[index - 1], row[index + 1]].filter((one) => typeof one === "number");
    const under = beside.length > 0 && beside.reduce((sum, one) => sum + one, 0) / beside.length > value && py < f.floor - 22;
    return svg("g", { class: "point" }, svg("title", null, words), svg("circle", { cx: px, cy: py, r: 11, fill: "transparent" }),
      marker(at, px, py, tint(at)), labelled && svg("text", { x: px, y: under ? py + 19 : py - 10, "text-anchor": "middle", class: "value" }, number.format(value)));
  }));
  return { ...f, plot: [f.parts, plots, dots] };
}

function bar(chart) {
  const f = frame(chart, true);
  const many = Math.max(1, f.values.length);
  const width = Math.min(46, (f.slot * 0.74) / many);
  const bars = f.values.map((row, at) => row.map((value, index) => {
    if (value === null) return null;
    const left = f.x(index) - (width * many) / 2 + width * at;
    const [top, bottom] = [Math.min(f.y(value), f.floor), Math.max(f.y(value), f.floor)];
    const words = `${f.series[at].name}, ${f.categories[index]}: ${number.format(value)}`;
    const text = number.format(value);
    return svg("g", { class: "point" }, svg("title", null, words),
      svg("rect", { x: left + 1, y: top, width: Math.max(1, width - 2), height: Math.max(1, bottom - top), rx: 2, fill: tint(at) }),
      text.length * 6.2 <= Math.max(width, many === 1 ? f.slot : 0) && svg("text", { x: left + width / 2, y: value < 0 ? bottom + 13 : top - 5, "text-anchor": "middle", class: "value" }, text));
  }));
  return { ...f, plot: [f.parts, bars] };
}

function pie(chart) {
  const segments = chart.segments ?? [];
  const total = segments.reduce((sum, segment) => sum + segment.value, 0) || 1;
  let turned = 0;
  const slices = segments.map((segment, at) => {
    const share = segment.value / total;
    const [from, to] = [turned, turned + share].map((turn) => turn * 2 * Math.PI - Math.PI / 2);
    turned += share;
    const point = (angle, radius) => `${110 + radius * Math.cos(angle)} ${110 + radius * Math.sin(angle)}`;
    const words = `${segment.label}: ${number.format(segment.value)} (${Math.round(share * 100)} %)`;
    const shape = share > 0.9999
      ? svg("circle", { cx: 110, cy: 110, r: 100, fill: tint(at) })
      : svg("path", { d: `M110 110L${point(from, 100)}A100 100 0 ${share > 0.5 ? 1 : 0} 1 ${point(to, 100)}Z`, fill: tint(at), stroke: "#fff", "stroke-width": 2 });
    const [lx, ly] = point((from + to) / 2, share > 0.9999 ? 0 : 66).split(" ");
    return svg("g", { class: "point" }, svg("title", null, words), shape,
      share >= 0.07 && svg("text", { x: lx, y: Number(ly) + 4, "text-anchor": "middle", class: "slice" }, `${Math.round(share * 100)} %`));
  });
  const legend = segments.map((segment, at) => ({ name: segment.label, at, note: `${number.format(segment.value)} · ${Math.round((segment.value / total) * 100)} %` }));
  return { plot: slices, legend, width: 220, height: 220 };
}

function legendOf(entries, kind) {
  return h("ul", { class: `legend ${kind}` }, entries.map(({ name, at, note }) => {
    const key = svg("svg", { width: kind === "line" ? 28 : 12, height: 12, "aria-hidden": "true" });
    if (kind === "line") key.append(svg("line", { x1: 0, x2: 28, y1: 6, y2: 6, stroke: tint(at), "stroke-width": 2.5, "stroke-dasharray": DASHES[at % DASHES.length] }), marker(at, 14, 6, tint(at)));
    else key.append(svg("rect", { width: 12, height: 12, rx: 3, fill: tint(at) }));
    return h("li", null, key, h("span", null, name), note && h("span", { class: "note" }, note));
  }));
}

function summary(block, drawn) {
  if (drawn.legend) return drawn.legend.map((entry) => `${entry.name} ${entry.note}`).join(", ");
  return drawn.series.map((one, at) => {
    const points = drawn.values[at].map((value, index) => (value === null ? null : `${drawn.categories[index]} ${number.format(value)}`));
    return `${one.name}: ${points.filter(Boolean).join(", ")}`;
  }).join(". ");
}

/** A data_visualization block → a figure with its title, drawing and legend. */
export function dataVisualization(block) {
  const chart = block.chart ?? {};
  const draw = { line: (c) => line(c, false), area: (c) => line(c, true), bar, pie }[chart.type];
  if (!draw) return h("div", { class: "unknown" }, `A ${chart.type ?? "nameless"} chart cannot be drawn.`);
  const drawn = draw(chart);
  const kind = chart.type === "area" ? "line" : chart.type;
  const entries = drawn.legend ?? drawn.series.map((one, at) => ({ name: one.name, at }));
  const title = newId("chart");
  return h("figure", { class: `chart ${chart.type}`, "aria-labelledby": title },
    h("figcaption", { class: "chart-title", id: title }, block.title),
    h("div", { class: "chart-body" },
      svg("svg", { viewBox: `0 0 ${drawn.width ?? WIDTH} ${drawn.height}`, role: "img", "aria-label": `${chart.type} chart. ${summary(block, drawn)}` }, [drawn.plot].flat(Infinity)),
      legendOf(entries, kind)));
}
