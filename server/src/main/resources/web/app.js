// Starts the parts of the page, and says how the server does.

import * as clip from './clip.js';
import * as composer from './composer.js';
import * as film from './film.js';
import * as gallery from './gallery.js';
import * as jobs from './jobs.js';
import * as stage from './stage.js';
import { Refusal, Unreachable, session } from './api.js';
import { find } from './dom.js';

const isOfServer = (failure) => failure instanceof Refusal || failure instanceof Unreachable;

/** Failures of what a button started are shown; anything else is a fault of the page, for the console. */
addEventListener('unhandledrejection', (event) => {
  if (!isOfServer(event.reason)) return;
  event.preventDefault();
  say(event.reason.message);
});

function say(text) {
  find('banner').textContent = text;
  find('banner').hidden = !text;
}

function showWork() {
  const open = jobs.all().filter((job) => !jobs.isOver(job));
  const running = open.filter((job) => job.status === 'in_progress').length;
  const waiting = open.length - running;
  find('worker').textContent = open.length === 0
    ? 'Ready' : [running && `${running} running`, waiting && `${waiting} waiting`].filter(Boolean).join(', ');
  const first = open.find((job) => job.status === 'in_progress');
  document.title = first ? `${Math.round(first.progress)} % · Zoetrope` : 'Zoetrope';
}

jobs.on('connection', (answers) => {
  say(answers ? '' : 'The server does not answer. Jobs go on when it is back; this page keeps asking.');
  if (!answers) find('worker').textContent = '';
});
jobs.on('change', showWork);
jobs.on('gone', showWork);

clip.start();
stage.start();
try {
  await session();
  await composer.start();
  await jobs.start();
  await Promise.all([gallery.start(), film.start()]);
  showWork();
} catch (failure) {
  if (!isOfServer(failure)) throw failure;
  say(failure.message);
}
