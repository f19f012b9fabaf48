// The favourites in an order, and the film that they are assembled into.

import * as api from './api.js';
import * as clip from './clip.js';
import * as jobs from './jobs.js';
import { announce, find, h, icon } from './dom.js';
import { playerOf, screenOf, thumbnailOf } from './screen.js';

const ORDER = 'zoetrope.film';
const RESULT = 'zoetrope.film.result';
let shown = '';
let result = null;

export async function start() {
  jobs.on('change', ({ job, before }) => {
    if (job.assembled_from) showResult();
    if (before?.favourite !== job.favourite || before?.status !== job.status) draw();
  });
  jobs.on('gone', (job) => {
    if (job.assembled_from) showResult();
    draw();
  });
  find('assemble').addEventListener('click', assemble);
  const page = await api.list({ favourite: true, limit: 100 });
  page.data.forEach(jobs.put);
  draw();
  showResult();
}

function stored(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function store(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Without storage the order is that of the clips' times after a reload.
  }
}

/** The favourites in the order that was given to them; new ones come last. */
function favourites() {
  const order = stored(ORDER, []);
  const place = (job) => (order.indexOf(job.id) + 1 || order.length + 1);
  return jobs.all()
    .filter((job) => job.favourite && jobs.hasClip(job) && !job.assembled_from)
    .sort((a, b) => place(a) - place(b) || a.created_at - b.created_at);
}

function draw() {
  const clips = favourites();
  find('film').hidden = clips.length === 0 && !result;
  find('assemble').disabled = clips.length < 2;
  const seconds = clips.reduce((sum, job) => sum + Number(job.seconds), 0);
  find('film-hint').textContent = clips.length < 2
    ? 'Favourites become one film: keep another one.'
    : `${clips.length} clips, ${seconds.toFixed(1)} s`;
  const key = clips.map(({ id }) => id).join();
  if (key === shown) return;
  shown = key;
  find('strip').replaceChildren(...clips.map((job, i) => frameOf(job, i, clips)));
}

function frameOf(job, i, clips) {
  const screen = screenOf(job);
  screen.append(thumbnailOf(job));
  const move = (by, name, label) => h('button', { type: 'button', disabled: i + by < 0 || i + by >= clips.length,
    'aria-label': `${label}: ${job.prompt}`, title: label, 'data-move': name, onclick() {
      const order = clips.map(({ id }) => id);
      [order[i], order[i + by]] = [order[i + by], order[i]];
      store(ORDER, order);
      draw();
      const again = find('strip').children[i + by].querySelector(`[data-move="${name}"]`);
      (again.disabled ? again.parentElement.querySelector('button:enabled') : again).focus();
      announce(`Now at place ${i + by + 1} of ${clips.length}.`);
    } }, icon(name));
  return h('li', {},
    h('button', { type: 'button', class: 'frame', 'aria-label': `${i + 1}: ${job.prompt}`, title: job.prompt,
      onclick: () => clip.open(job.id) }, screen),
    h('div', { class: 'order' },
      move(-1, 'left', 'Earlier'),
      h('button', { type: 'button', 'aria-label': `Remove from the film: ${job.prompt}`, title: 'Remove',
        async onclick() {
          jobs.put(await api.update(job.id, { favourite: false }));
        } }, icon('close')),
      move(1, 'right', 'Later')));
}

async function assemble() {
  find('film-error').textContent = '';
  find('assemble').disabled = true;
  try {
    const job = await api.assemble(favourites().map(({ id }) => id));
    store(RESULT, job.id);
    jobs.put(job);
  } catch (failure) {
    find('film-error').textContent = failure.message;
  }
  draw();
}

/** The film that was asked for last, also after a reload. */
function showResult() {
  const job = jobs.get(stored(RESULT, ''));
  const key = job && [job.id, job.status].join();
  if (key === result) {
    const bar = find('film-result').querySelector('progress');
    if (bar && job) bar.value = job.progress;
    return;
  }
  result = key;
  find('film-result').replaceChildren(...(job ? partsOf(job) : []));
  if (job?.status === 'completed') announce('The film is ready.');
  draw();
}

function partsOf(job) {
  if (job.status === 'failed') return [h('p', { class: 'error' }, job.error?.message ?? 'The film failed.')];
  if (job.status !== 'completed') return [h('progress', { max: 100, value: job.progress, 'aria-label': 'Film' })];
  const screen = screenOf(job);
  screen.append(playerOf(job));
  return [screen, h('a', { class: 'button', href: api.downloadOf(job.id), download: '' }, icon('download'),
    'Download the film')];
}
