// Every clip that was made, newest first, with search.

import * as api from './api.js';
import * as clip from './clip.js';
import * as jobs from './jobs.js';
import { starOf, titleOf } from './deeds.js';
import { find, h, when } from './dom.js';
import { playOnHover, screenOf, thumbnailOf } from './screen.js';

const PAGE = 40;
const cards = new Map();
let last = null;
let asked = 0;
let timer = null;
let drawing = false;

export async function start() {
  jobs.on('change', ({ job, before }) => {
    if (before?.status !== job.status) cards.delete(job.id);
    if (before?.status !== job.status || before?.favourite !== job.favourite) draw();
  });
  jobs.on('gone', (job) => {
    cards.delete(job.id);
    draw();
  });
  find('search').addEventListener('input', () => {
    draw();
    clearTimeout(timer);
    timer = setTimeout(look, 250);
  });
  find('favourites-only').addEventListener('change', () => {
    draw();
    look();
  });
  find('older').addEventListener('click', () => more(last));
  await look();
}

const look = () => more(null);

/** A page of what is searched for, from the newest or after a clip. */
async function more(after) {
  const question = ++asked;
  const page = await api.list({
    limit: PAGE,
    after,
    query: find('search').value.trim(),
    favourite: find('favourites-only').checked || null,
  });
  if (question !== asked) return;
  last = page.last_id;
  page.data.forEach(jobs.put);
  find('older').hidden = !page.has_more;
  draw();
}

function matches(job) {
  const words = find('search').value.trim().toLowerCase();
  return jobs.isOver(job)
    && (!find('favourites-only').checked || job.favourite)
    && (job.prompt ?? '').toLowerCase().includes(words);
}

/** Draws once for however many changes came together. */
function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    const shown = jobs.all().filter(matches);
    for (const job of shown) {
      if (!cards.has(job.id)) cards.set(job.id, cardOf(job));
    }
    arrange(find('cards'), shown.map(({ id }) => cards.get(id)));
    find('count').textContent = shown.length ? `${shown.length}${find('older').hidden ? '' : ' or more'}` : '';
    const searched = find('search').value.trim() !== '' || find('favourites-only').checked;
    find('empty').hidden = shown.length > 0;
    find('empty').textContent = searched ? 'No clip is like that.' : 'Clips are kept here.';
  });
}

/** Moves only what is in the wrong place, so that what has the focus keeps it. */
function arrange(list, elements) {
  const wanted = new Set(elements);
  for (const element of [...list.children]) {
    if (!wanted.has(element)) element.remove();
  }
  elements.forEach((element, i) => {
    if (list.children[i] !== element) list.insertBefore(element, list.children[i] ?? null);
  });
}

function cardOf(job) {
  const screen = screenOf(job);
  const done = jobs.hasClip(job);
  screen.append(done ? thumbnailOf(job) : h('p', { class: 'waiting' }, job.error ? 'Failed' : 'Expired'));
  if (job.assembled_from) screen.append(h('span', { class: 'badge' }, 'Film'));
  const about = [
    job.size?.replace('x', '×'),
    job.seconds && `${Number(job.seconds).toFixed(1)} s`,
    when(job.created_at),
  ].filter(Boolean).join(' · ');
  const open = h('button', { type: 'button', class: 'open', onclick: () => clip.open(job.id) },
    screen, h('span', { class: 'prompt' }, titleOf(job)), h('span', { class: 'about' }, about));
  if (done) playOnHover(open, screen, job);
  return h('li', { class: 'card' }, open, done ? starOf(job, 'favourite') : null);
}
