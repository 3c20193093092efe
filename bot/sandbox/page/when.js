// Dates and times as Slack writes them, always in the zone of the person looking.

import { now, zone } from "./store.js";

const parts = (unix, options) => new Intl.DateTimeFormat("en-GB", { timeZone: zone(), ...options }).format(new Date(unix * 1000));
const dayKey = (unix) => new Intl.DateTimeFormat("en-CA", { timeZone: zone() }).format(new Date(unix * 1000));
const daysBetween = (a, b) => Math.round((Date.parse(dayKey(a)) - Date.parse(dayKey(b))) / 86_400_000);

/** "09:05" */
export const clockTime = (unix) => parts(unix, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
/** "Monday 16 November 2026 at 09:05:07", for tooltips. */
export const fullTime = (unix) =>
  `${parts(unix, { weekday: "long", day: "numeric", month: "long", year: "numeric" })} at ` +
  parts(unix, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

function ordinal(day) {
  const tail = day % 100 > 10 && day % 100 < 14 ? "th" : { 1: "st", 2: "nd", 3: "rd" }[day % 10] ?? "th";
  return `${day}${tail}`;
}

/** "Today", "Yesterday" or "Monday, November 16th", with the year when it is another one. */
export function dayLabel(unix) {
  const back = daysBetween(now(), unix);
  if (back === 0) return "Today";
  if (back === 1) return "Yesterday";
  const day = `${parts(unix, { weekday: "long" })}, ${parts(unix, { month: "long" })} ${ordinal(Number(parts(unix, { day: "numeric" })))}`;
  const year = parts(unix, { year: "numeric" });
  return year === parts(now(), { year: "numeric" }) ? day : `${day}, ${year}`;
}

/** "2026-11-17T09:00": the next day of the person looking, at a wall time; without offset, so it is read in their zone. */
export function tomorrowAt(time) {
  const next = new Date(Date.parse(dayKey(now())) + 86_400_000);
  return `${next.toISOString().slice(0, 10)}T${time}`;
}

/** True when both moments fall on one day for the person looking. */
export const sameDay = (a, b) => dayKey(a) === dayKey(b);

function ago(unix) {
  const seconds = now() - unix;
  const size = Math.abs(seconds);
  const [count, unit] =
    size < 45 ? [0, "now"] : size < 3600 ? [Math.max(1, Math.round(size / 60)), "minute"]
      : size < 86_400 ? [Math.round(size / 3600), "hour"] : [Math.round(size / 86_400), "day"];
  if (unit === "now") return "just now";
  const words = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return seconds < 0 ? `in ${words}` : `${words} ago`;
}

function pretty(unix, otherwise) {
  return { 0: "today", 1: "yesterday", [-1]: "tomorrow" }[daysBetween(now(), unix)] ?? otherwise;
}

/** Fills Slack's date tokens ({date}, {time}, …); returns null when the moment or the format is not usable. */
export function fillDate(unix, format) {
  if (!Number.isFinite(unix) || Math.abs(unix) > 8.64e12 || !format) return null;
  const year = parts(unix, { year: "numeric" });
  const date = `${parts(unix, { month: "long" })} ${ordinal(Number(parts(unix, { day: "numeric" })))}, ${year}`;
  const short = `${parts(unix, { month: "short" })} ${parts(unix, { day: "numeric" })}, ${year}`;
  const long = `${parts(unix, { weekday: "long" })}, ${date}`;
  const tokens = {
    date_num: dayKey(unix), date, date_short: short, date_long: long, date_slash: dayKey(unix).replaceAll("-", "/"),
    date_pretty: pretty(unix, date), date_short_pretty: pretty(unix, short), date_long_pretty: pretty(unix, long),
    date_long_full: long, day_divider_pretty: dayLabel(unix), time: clockTime(unix), ago: ago(unix),
    time_secs: parts(unix, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }),
  };
  return format.replace(/\{(\w+)\}/g, (whole, name) => tokens[name] ?? whole);
}
