// The jobs that the page knows, kept as the server has them: by events where they run, by asking where they wait.

import * as api from './api.js';

// A browser has six connections to a server that speaks HTTP/1.1. Two tabs with two streams leave some for the rest.
const STREAMS = 2;
const ASK_EVERY = 1500;
const IDLE_EVERY = 10000;

const known = new Map();
const previews = new Map();
const streams = new Map();
const gone = new Set();
const changes = new EventTarget();
let timer = null;
let reachable = true;

export const get = (id) => known.get(id);
export const previewOf = (id) => previews.get(id);

/** Newest first. */
export const all = () =>
  [...known.values()].sort((a, b) => b.created_at - a.created_at || (a.id < b.id ? 1 : -1));

export const isOver = (job) => job.status === 'completed' || job.status === 'failed';
const isExpired = (job) => job.expires_at !== null && job.expires_at * 1000 < Date.now();

/** Whether the clip can be had: it is done, and the server still keeps it. */
export const hasClip = (job) => job.status === 'completed' && !isExpired(job);

/** Why it cannot. */
export const whyNone = (job) =>
  job.error?.message ?? (isExpired(job) ? 'The clip has expired.' : 'There is no clip yet.');

/** `change` tells of a job, `preview` of its picture, `gone` of a removed one, `connection` if the server answers. */
export function on(name, listener) {
  changes.addEventListener(name, (event) => listener(event.detail));
}

const tell = (name, detail) => changes.dispatchEvent(new CustomEvent(name, { detail }));

/** Takes over what the server says of a job. */
export function put(job) {
  const before = known.get(job.id);
  // Events and answers to questions may cross: what is over stays over, and what is gone stays gone.
  if (gone.has(job.id) || (before && isOver(before) && !isOver(job))) return;
  known.set(job.id, job);
  if (isOver(job)) previews.delete(job.id);
  tell('change', { job, before });
  if (job.status !== before?.status) follow();
}

/** Knows a job no more. */
export function forget(id) {
  const job = known.get(id);
  gone.add(id);
  known.delete(id);
  previews.delete(id);
  streams.get(id)?.();
  streams.delete(id);
  if (job) tell('gone', job);
  follow();
}

/** Begins with the newest clips, and keeps asking for new ones. */
export async function start() {
  document.addEventListener('visibilitychange', () => {
    // A hidden page leaves its streams to others, and catches up when it is seen again.
    if (document.hidden) closeStreams();
    else refresh();
  });
  await refresh();
}

/** Asks for the newest clips now. */
export async function refresh() {
  clearTimeout(timer);
  // What is created while the question is on its way may be missing in the answer.
  const asked = all();
  try {
    const page = await api.list({ limit: 20 });
    connection(true);
    page.data.forEach(put);
    await missing(asked, page);
  } catch (failure) {
    if (!(failure instanceof api.Unreachable) && !(failure instanceof api.Refusal)) throw failure;
    connection(false);
  }
  follow();
  const unheard = all().some((job) => !isOver(job) && !streams.has(job.id));
  timer = setTimeout(refresh, !reachable || unheard ? ASK_EVERY : IDLE_EVERY);
}

/** Clips that the newest page should have and hasn't were removed, and jobs older than it are asked for. */
async function missing(asked, page) {
  const listed = new Set(page.data.map((job) => job.id));
  const oldest = page.has_more ? page.data.at(-1).created_at : -1;
  for (const job of asked) {
    if (listed.has(job.id) || !known.has(job.id)) continue;
    if (job.created_at > oldest) forget(job.id);
    else if (!isOver(job)) {
      try {
        put(await api.retrieve(job.id));
      } catch (failure) {
        if (failure.status === 404) forget(job.id);
        else throw failure;
      }
    }
  }
}

function connection(answers) {
  if (answers === reachable) return;
  reachable = answers;
  tell('connection', answers);
}

function closeStreams() {
  streams.forEach((close) => close());
  streams.clear();
}

/** Listens to the jobs that run, oldest first, as far as there are streams. */
function follow() {
  for (const [id, close] of streams) {
    const job = known.get(id);
    if (job && !isOver(job)) continue;
    close();
    streams.delete(id);
  }
  if (document.hidden) return;
  const order = { in_progress: 0, queued: 1 };
  const wanted = all()
    .filter((job) => !isOver(job))
    .reverse()
    .sort((a, b) => order[a.status] - order[b.status])
    .slice(0, STREAMS);
  for (const [id, close] of streams) {
    if (wanted.some((job) => job.id === id)) continue;
    close();
    streams.delete(id);
  }
  for (const { id } of wanted) {
    if (!streams.has(id)) streams.set(id, open(id));
  }
}

function open(id) {
  return api.listen(id, {
    status: put,
    progress(stage) {
      const job = known.get(id);
      if (job && !isOver(job)) put({ ...job, status: 'in_progress', progress: stage.progress, stage });
    },
    preview(picture) {
      previews.set(id, picture);
      tell('preview', id);
    },
    done: put,
    deleted: () => forget(id),
    lost(closed) {
      // The browser connects again by itself unless the server refused. The next question says why.
      if (closed) streams.delete(id);
      clearTimeout(timer);
      timer = setTimeout(refresh, 500);
    },
  });
}
