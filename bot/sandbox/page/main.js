// The page of the sandbox: reads where the address points, draws it, and follows the sandbox's events.

import * as api from "./api.js";
import { composer } from "./composer.js";
import { h, icon } from "./dom.js";
import { drawBlocks } from "./blocks.js";
import { stateOf } from "./fields.js";
import { MessageList } from "./messages.js";
import { Modals } from "./modals.js";
import { mrkdwn } from "./mrkdwn.js";
import { drawSidebar } from "./sidebar.js";
import { appChannel, avatar, channelOf, nameOf, store, take, userOf } from "./store.js";
import { toast } from "./toast.js";
import { drawTopbar } from "./topbar.js";

const STATE_EVERY_MS = 30_000;
const page = { place: null, only: "all", list: null, thread: null, home: null, stop: null };
const modals = new Modals(() => loadViews());
const $ = (id) => document.getElementById(id);

function say(answer) {
  const text = answer.message ?? `Slack would not do that: ${answer.error ?? "no reason given"}.`;
  if (!modals.say(text)) toast(text);
}

/** Does something as the person looking; says what Slack would show when it fails. */
async function act(deed) {
  const answer = await api.act(store.as, deed);
  // A command that reached the app and failed is told by Slackbot in the conversation.
  const told = deed.kind === "command" && answer.ack_ms !== undefined;
  if (!answer.ok && !told) say(answer);
  loadViews();
  return { ...answer, gone: answer.ok || told };
}

// Runs `work` now, and once more when it was asked for while it ran: events come in bursts.
function oneAtATime(work) {
  let running = null;
  let again = false;
  return () => {
    if (running) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        await work();
      } while (again);
    })().catch((error) => toast(error.message)).finally(() => { running = null; });
    return running;
  };
}

const loadState = oneAtATime(async () => {
  take(await api.readState(store.as));
  drawFrame();
});

const loadMessages = oneAtATime(async () => {
  const { list, thread } = page;
  if (list) list.draw((await api.readMessages(store.as, list.channel)).messages.filter((one) => !one.thread_ts || one.thread_ts === one.ts));
  if (thread) thread.draw((await api.readMessages(store.as, thread.channel, thread.thread)).messages);
});

const loadHome = oneAtATime(async () => {
  if (page.place === "home") drawHome((await api.readHome(store.as)).view);
});

const loadViews = oneAtATime(async () => modals.show((await api.readViews(store.as)).stack));

function drawFrame() {
  drawTopbar({ actAs, jump });
  drawSidebar(page.place, page.only, (only) => { page.only = only; drawFrame(); });
  const where = page.place === "home" ? store.state.app?.name : channelOf(page.place)?.name || nameOf(channelOf(page.place)?.user);
  const unread = store.state.channels.reduce((sum, one) => sum + (one.kind === "im" ? one.unread : 0), 0);
  document.title = `${unread ? `(${unread}) ` : ""}${where ?? "Slack"} · ${store.state.team.name} · sandbox`;
  const off = $("offline");
  if (off) off.hidden = store.state.connected;
}

function startCard() {
  const card = store.state.start_page;
  const key = `start/${store.state.team.id}`;
  if (!card || localStorage.getItem(key) === card.title) return null;
  const node = h("section", { class: "start", "aria-label": card.title }, h("div", { class: "start-mark", "aria-hidden": "true" }, "👋"),
    h("div", { class: "start-text" }, h("h2", null, card.title), card.lines.map((line) => h("div", { class: "start-line" }, mrkdwn(line)))),
    h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", on: { click: () => { localStorage.setItem(key, card.title); node.remove(); } } }, icon("close")));
  return node;
}

function heading() {
  const { app } = store.state;
  const channel = channelOf(page.place);
  if (page.place === "home" || channel?.user === app?.user_id) {
    const tab = (href, label, current) => h("a", { href, class: "tab", "aria-current": current ? "page" : null }, label);
    const talk = appChannel();
    return [h("div", { class: "place" }, avatar(app.user_id, 24), h("h1", null, app.name), h("span", { class: "badge" }, "APP")),
      h("nav", { class: "tabs", "aria-label": app.name }, tab("#home", "Home", page.place === "home"), tab(talk ? `#${talk.id}` : "#home", "Messages", page.place !== "home"))];
  }
  if (channel?.kind === "im") return [h("div", { class: "place" }, avatar(channel.user, 24), h("h1", null, nameOf(channel.user)), h("span", { class: "place-note" }, userOf(channel.user)?.title))];
  return [h("div", { class: "place" }, icon(channel?.kind === "private" ? "lock" : "hash", 18), h("h1", null, channel?.name ?? "Not found"))];
}

function drawHome(view) {
  const { home } = page;
  if (!view) {
    home.body.replaceChildren(h("div", { class: "empty-home" }, avatar(store.state.app?.user_id, 56), h("h2", null, `Welcome to ${store.state.app?.name ?? "the app"}`), h("p", null, "The app has not published its Home yet.")));
    home.body.blockNodes = undefined;
    return;
  }
  if (!home.body.blockNodes) home.body.replaceChildren();
  home.surface.act = (action) => act({ kind: "action", container: { type: "view", view_id: view.id }, ...action, state: stateOf(home.body) });
  home.surface.state = view.state;
  drawBlocks(home.body, view.blocks, home.surface);
}

function sender(channel, thread) {
  return async ({ kind, text }) => {
    const answer = await act({ kind, channel, text, ...(thread ? { thread_ts: thread } : {}) });
    loadMessages();
    return answer.gone;
  };
}

function closeThread() {
  page.thread = null;
  $("thread").hidden = true;
  $("thread").replaceChildren();
  $("app").classList.remove("with-thread");
}

function openThread(ts) {
  const channel = page.place;
  page.thread = new MessageList({ channel, thread: ts, act: (deed) => act({ kind: "action", ...deed }) });
  const name = channelOf(channel);
  $("thread").replaceChildren(
    h("header", { class: "thread-head" }, h("h2", null, "Thread"), h("span", { class: "place-note" }, name.kind === "im" ? nameOf(name.user) : `#${name.name}`),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close thread", on: { click: closeThread } }, icon("close"))),
    page.thread.node,
    composer({ key: `${channel}/${ts}`, placeholder: "Reply…", thread: true, send: sender(channel, ts), refuse: (text) => toast(text) }));
  $("thread").hidden = false;
  $("app").classList.add("with-thread");
  loadMessages();
  $("thread").querySelector("textarea").focus();
}

function drawPlace() {
  const content = $("content");
  const channel = channelOf(page.place);
  closeThread();
  page.list = null;
  page.home = null;
  const offline = h("div", { class: "offline", id: "offline", role: "status", hidden: store.state.connected }, icon("warning", 16), `${store.state.app?.name ?? "The app"} is not connected, so nobody answers clicks and commands right now.`);
  const top = [h("header", { class: "content-head" }, heading()), offline, startCard()].filter(Boolean);
  if (page.place === "home") {
    page.home = { body: h("div", { class: "home-body view-blocks" }), surface: { kind: "home", keepsValues: true } };
    content.replaceChildren(...top, h("div", { class: "home" }, page.home.body));
    act({ kind: "home" }).then(loadHome);
    loadHome();
  } else if (channel) {
    page.list = new MessageList({ channel: channel.id, unread: channel.unread, openThread, act: (deed) => act({ kind: "action", ...deed }) });
    const to = channel.kind === "im" ? nameOf(channel.user) : `#${channel.name}`;
    content.replaceChildren(...top, page.list.node, composer({ key: channel.id, placeholder: `Message ${to}`, send: sender(channel.id), refuse: (text) => toast(text) }));
    loadMessages().then(loadState);
  } else content.replaceChildren(...top, h("div", { class: "empty-home" }, h("h2", null, "Nothing to see here"), h("p", null, "This conversation is not open to the person you act as.")));
  drawFrame();
}

function firstPlace() {
  const { channels } = store.state;
  const first = appChannel()?.unread ? appChannel() : channels.find((one) => one.kind !== "im" && one.is_member) ?? channels[0];
  return first?.id ?? "home";
}

function go() {
  const hash = decodeURIComponent(location.hash.slice(1));
  if (hash === "content") return;
  page.place = hash || firstPlace();
  drawPlace();
}

async function actAs(id) {
  if (id === store.as) return;
  const room = channelOf(page.place);
  const stay = page.place === "home" || (room && room.kind !== "im");
  const wasApp = room && room.id === appChannel()?.id;
  await start(id);
  const hash = stay && (page.place === "home" || channelOf(page.place)) ? page.place : wasApp && appChannel() ? appChannel().id : firstPlace();
  history.pushState(null, "", `/?as=${encodeURIComponent(id)}#${hash}`);
  go();
}

async function jump(to) {
  try {
    const answer = await api.moveClock(store.as, to);
    if (answer.ok === false) say(answer);
  } catch (error) {
    toast(error.message);
  }
  await loadState();
  loadMessages();
}

/** Starts following the sandbox as one person (the first human when none is named). */
async function start(as) {
  page.stop?.();
  take(await api.readState(as));
  modals.show([]);
  page.stop = api.follow(store.as, heard, everything);
  loadViews();
}

function everything() {
  loadState();
  loadMessages();
  loadHome();
  loadViews();
}

function heard(event) {
  if (event.kind === "views") loadViews();
  else if (event.kind === "home") loadHome();
  else if (event.kind === "messages") {
    if (!event.channel || event.channel === page.place) loadMessages().then(loadState);
    else loadState();
  } else {
    loadState();
    if (event.kind === "clock") loadMessages();
  }
}

addEventListener("hashchange", () => {
  const as = new URLSearchParams(location.search).get("as");
  if (!as || as === store.as) go();
});
addEventListener("popstate", async () => {
  const as = new URLSearchParams(location.search).get("as");
  if (!as || as === store.as) return;
  await start(as);
  go();
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && page.thread && !document.querySelector("dialog[open], .menu")) closeThread();
});
$("skip").addEventListener("click", (event) => {
  event.preventDefault();
  $("content").focus();
});

try {
  await start(new URLSearchParams(location.search).get("as"));
  history.replaceState(null, "", `/?as=${encodeURIComponent(store.as)}${location.hash}`);
  go();
  setInterval(() => { if (!document.hidden) loadState(); }, STATE_EVERY_MS);
} catch (error) {
  $("content").replaceChildren(h("div", { class: "empty-home", role: "alert" }, h("h2", null, "The sandbox did not answer"), h("p", null, error.message)));
}
