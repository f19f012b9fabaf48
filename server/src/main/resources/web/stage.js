// The takes that are being made, and those of the newest prompt, side by side.

import * as jobs from './jobs.js';
import { find, h } from './dom.js';
import { Take } from './take.js';

const groups = new Map();

export function start() {
  jobs.on('change', ({ job }) => {
    find('stage').querySelector('.nothing')?.remove();
    for (const group of groups.values()) group.get(job.id)?.update(job);
    arrange();
  });
  jobs.on('gone', arrange);
  jobs.on('preview', (id) => {
    for (const group of groups.values()) group.get(id)?.showPreview(jobs.previewOf(id));
  });
  arrange();
}

/** Jobs of a prompt by the group that they are takes of; one from elsewhere is a group of its own. */
function grouped() {
  const found = new Map();
  for (const job of jobs.all()) {
    if (job.assembled_from) continue;
    const key = job.metadata?.takes ?? job.id;
    found.set(key, [...(found.get(key) ?? []), job]);
  }
  for (const takes of found.values()) takes.sort((a, b) => (a.metadata?.take ?? 0) - (b.metadata?.take ?? 0));
  return found;
}

function arrange() {
  const found = grouped();
  const newest = [...found.values()].find(([first]) => first.metadata?.takes);
  const shown = [...found].filter(([, takes]) => takes === newest || takes.some((job) => !jobs.isOver(job)));
  const stage = find('stage');
  for (const [key, group] of groups) {
    const takes = shown.find(([name]) => name === key)?.[1];
    if (takes && takes.length === group.size && takes.every(({ id }) => group.has(id))) continue;
    group.element.remove();
    groups.delete(key);
  }
  let place = find('stage-title');
  for (const [key, takes] of shown) {
    if (!groups.has(key)) groups.set(key, makeGroup(takes));
    const { element } = groups.get(key);
    if (place.nextElementSibling !== element) place.after(element);
    place = element;
  }
  if (shown.length === 0 && !stage.querySelector('.nothing')) stage.append(nothing());
}

function makeGroup(takes) {
  const group = new Map(takes.map((job, i) => [job.id, new Take(job, i + 1, takes.length)]));
  const row = h('div', { class: takes.length === 1 ? 'takes one' : 'takes' },
    [...group.values()].map(({ element }) => element));
  row.style.setProperty('--columns', takes.length === 4 ? 2 : takes.length);
  row.style.setProperty('--count', takes.length);
  group.element = h('div', { class: 'group' }, h('header', {}, h('p', {}, takes[0].prompt)), row);
  return group;
}

function nothing() {
  return h('div', { class: 'nothing' },
    h('div', { class: 'drum', 'aria-hidden': 'true' }, Array.from({ length: 11 }, () => h('i'))),
    h('p', {}, 'Say what the clip shows. It appears here, step by step.'));
}
