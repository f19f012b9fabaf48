// What can be done to any clip, wherever it is shown.

import * as api from './api.js';
import * as jobs from './jobs.js';
import { h, icon } from './dom.js';

export const titleOf = (job) => job.assembled_from ? `Film of ${job.assembled_from.length} clips` : job.prompt;

/** A star that keeps a clip among the favourites, which are the film. All stars of a clip show the same. */
export function starOf(job, classes = 'square quiet') {
  const star = h('button', { type: 'button', class: classes, 'data-star': job.id, async onclick() {
    jobs.put(await api.update(job.id, { favourite: !jobs.get(job.id).favourite }));
  } }, icon('star'));
  paint(star, job);
  return star;
}

function paint(star, job) {
  star.title = job.favourite ? 'Remove from the favourites' : 'Keep as a favourite';
  star.setAttribute('aria-label', star.title);
  star.setAttribute('aria-pressed', String(job.favourite));
}

jobs.on('change', ({ job }) => {
  for (const star of document.querySelectorAll(`[data-star="${job.id}"]`)) paint(star, job);
});

/** Random letters that name the takes of a prompt; `crypto.randomUUID` is for pages behind TLS only. */
export const newGroup = () =>
  [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Stops a job, or removes a clip. One that is gone already is as good. */
export async function drop(job) {
  try {
    await api.remove(job.id);
  } catch (failure) {
    if (failure.status !== 404) throw failure;
  }
  jobs.forget(job.id);
}
