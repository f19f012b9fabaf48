// The window of one clip: its player, everything it was made with, and what can be done with it.

import * as api from './api.js';
import * as composer from './composer.js';
import * as jobs from './jobs.js';
import { drop, newGroup, starOf, titleOf } from './deeds.js';
import { announce, find, h, icon, when } from './dom.js';
import { playerOf, screenOf } from './screen.js';

let shown = null;

export function start() {
  const dialog = find('clip');
  dialog.addEventListener('close', () => {
    // A player that is only hidden goes on loading.
    dialog.replaceChildren();
    shown = null;
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  jobs.on('gone', ({ id }) => {
    if (id === shown) dialog.close();
  });
}

export function open(id) {
  const job = jobs.get(id);
  if (!job) return;
  shown = id;
  const dialog = find('clip');
  const screen = screenOf(job);
  screen.append(jobs.hasClip(job) ? playerOf(job) : h('p', { class: 'waiting' }, jobs.whyNone(job)));
  dialog.replaceChildren(h('div', { class: 'inside' }, screen, h('div', { class: 'text' },
    h('div', { class: 'title' },
      h('h2', { id: 'clip-title' }, titleOf(job)),
      h('button', { type: 'button', class: 'square quiet', 'aria-label': 'Close', title: 'Close', autofocus: true,
        onclick: () => dialog.close() }, icon('close'))),
    actionsOf(job), settingsOf(job), isOfPrompt(job) ? remixOf(job) : null)));
  dialog.showModal();
}

function actionsOf(job) {
  const done = jobs.hasClip(job);
  const remove = h('button', { type: 'button', class: 'small quiet danger' }, 'Delete');
  remove.addEventListener('click', () => {
    if (remove.dataset.sure) {
      drop(job).then(() => announce('The clip is deleted.'));
      return;
    }
    remove.dataset.sure = 'true';
    remove.textContent = 'Delete for good?';
    remove.addEventListener('blur', () => {
      delete remove.dataset.sure;
      remove.textContent = 'Delete';
    }, { once: true });
  });
  return h('div', { class: 'actions' },
    done ? h('a', { class: 'button', href: api.downloadOf(job.id), download: '' }, icon('download'), 'Download') : null,
    done ? starOf(job) : null,
    isOfPrompt(job) ? h('button', { type: 'button', onclick() {
      composer.fill(job);
      find('clip').close();
    } }, 'Use settings') : null,
    done && !job.assembled_from && composer.takesPictures() ? h('button', { type: 'button', onclick(event) {
      makeLonger(job, event.currentTarget);
    } }, 'Make longer') : null,
    done && composer.takesClips() ? h('button', { type: 'button', async onclick() {
      await composer.startFrom(job);
      find('clip').close();
    } }, 'Use as input') : null,
    remove);
}

/** Films and clips that went on are made of other clips. */
const isOfPrompt = (job) => !job.assembled_from && job.task !== 'extension';

/** Has the clip go on from its last frames, by one round. */
async function makeLonger(job, button) {
  button.disabled = true;
  try {
    jobs.put(await api.extend(job.id, { metadata: { takes: newGroup(), take: '1' } }));
    announce('The longer clip is in the queue.');
    find('clip').close();
    find('stage').scrollIntoView({ block: 'nearest' });
  } catch (failure) {
    button.replaceWith(h('p', { class: 'error', role: 'alert' }, failure.message));
  }
}

const WORDS = {
  num_inference_steps: 'steps',
  guidance_scale: 'guidance',
  guidance_scale_2: 'guidance 2',
  num_frames: 'frames',
  fps: 'frames per second',
};

function settingsOf(job) {
  const rows = [
    ['made', when(job.completed_at ?? job.created_at)],
    ['took', job.started_at && job.completed_at ? `${Math.max(1, job.completed_at - job.started_at)} s` : null],
    ['model', job.model],
    ['task', job.task],
    ...Object.entries(job.settings ?? {})
      .filter(([name]) => !['prompt', 'width', 'height'].includes(name))
      .map(([name, value]) => [WORDS[name] ?? name.replaceAll('_', ' '), value]),
    ['size', job.size?.replace('x', ' × ')],
    ['expires', job.expires_at ? when(job.expires_at) : null],
    ['id', job.id],
  ].filter(([, value]) => value !== null && value !== undefined && value !== '');
  return h('dl', { class: 'settings' }, rows.flatMap(([name, value]) => [
    h('dt', {}, name),
    h('dd', {}, wordOf(value)),
  ]));
}

function wordOf(value) {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The same seed and settings with other words. */
function remixOf(job) {
  if (job.status !== 'completed') return null;
  const text = h('textarea', { id: 'remix', rows: 2, required: true });
  text.value = job.prompt;
  const error = h('p', { class: 'error', role: 'alert' });
  return h('form', { class: 'remix', async onsubmit(event) {
    event.preventDefault();
    try {
      const metadata = { takes: newGroup(), take: '1' };
      jobs.put(await api.remix(job.id, { prompt: text.value.trim(), metadata }));
      announce('The remix is in the queue.');
      find('clip').close();
      find('stage').scrollIntoView({ block: 'nearest' });
    } catch (failure) {
      error.textContent = failure.message;
    }
  } },
  h('label', { for: 'remix' }, 'Remix ', h('span', { class: 'hint' }, 'same seed and settings, other words')),
  text, error, h('div', { class: 'actions' }, h('button', { type: 'submit', class: 'small' }, 'Remix')));
}
