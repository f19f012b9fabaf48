// One take on the stage: on its way, or finished.

import * as api from './api.js';
import * as clip from './clip.js';
import * as jobs from './jobs.js';
import { drop, starOf } from './deeds.js';
import { announce, duration, h, icon, rate, sentence } from './dom.js';
import { PreviewScreen, playerOf, screenOf } from './screen.js';

export class Take {
  constructor(job, number, count) {
    this.number = number;
    this.count = count;
    this.screen = screenOf(job);
    this.bar = h('progress', { max: 100, 'aria-label': `Progress of take ${number}` });
    this.state = h('span', { class: 'state' });
    this.actions = h('div', { class: 'actions' });
    this.element = h('article', { class: 'take', 'aria-label': count > 1 ? `Take ${number} of ${count}` : 'Clip' },
      this.screen, this.bar, h('div', { class: 'line' }, this.state, this.actions));
    this.shown = null;
    this.preview = new PreviewScreen(Number(job.settings?.fps) || 8);
    this.update(job);
    const picture = jobs.previewOf(job.id);
    if (picture) this.showPreview(picture);
  }

  /** Changes what differs, so that a clip that plays goes on playing. */
  update(job) {
    this.element.classList.toggle('chosen', job.metadata?.chosen === 'true');
    this.bar.hidden = jobs.isOver(job);
    if (!jobs.isOver(job)) {
      this.bar.value = job.progress;
      this.state.textContent = words(job);
    }
    const key = [job.status, job.metadata?.chosen].join();
    if (key === this.shown) return;
    const status = this.shown?.split(',')[0];
    this.shown = key;
    const focus = [...this.actions.children].indexOf(document.activeElement);
    this.actions.replaceChildren(...this.buttons(job));
    if (focus >= 0) this.actions.children[focus]?.focus();
    if (job.status === status) return;
    this.announce(job, status);
    if (jobs.hasClip(job)) {
      this.screen.replaceChildren(playerOf(job));
      this.state.textContent = `Seed ${job.settings.seed}`;
    } else if (jobs.isOver(job)) {
      this.screen.replaceChildren(h('p', { class: 'waiting' }, 'No clip'));
      this.state.replaceChildren(h('span', { class: 'failed' }, jobs.whyNone(job)));
    } else if (!this.preview.element.isConnected) {
      this.screen.replaceChildren(h('p', { class: 'waiting' },
        job.status === 'queued' ? 'Waiting' : 'The first picture comes with the first step'));
    }
  }

  showPreview(picture) {
    if (!this.preview.element.isConnected) this.screen.replaceChildren(this.preview.element);
    this.preview.show(picture);
  }

  announce(job, before) {
    if (!before) return;
    const name = this.count > 1 ? `Take ${this.number}` : 'The clip';
    if (job.status === 'in_progress') announce(`${name} is being made.`);
    if (job.status === 'completed') announce(`${name} is ready.`);
    if (job.status === 'failed') announce(`${name} failed: ${job.error?.message ?? ''}`);
  }

  buttons(job) {
    const about = h('button', { type: 'button', class: 'square quiet', 'aria-label': 'Settings of this clip',
      title: 'Settings of this clip', onclick: () => clip.open(job.id) }, icon('settings'));
    if (!jobs.isOver(job)) {
      return [h('button', { type: 'button', class: 'small', onclick: (event) => cancel(job, event.target) }, 'Cancel')];
    }
    if (!jobs.hasClip(job)) {
      return [about, h('button', { type: 'button', class: 'small', onclick: () => drop(job) }, 'Remove')];
    }
    const chosen = job.metadata?.chosen === 'true';
    const choose = this.count > 1 && h('button', { type: 'button', class: 'small choose',
      'aria-pressed': String(chosen), onclick: () => pick(job) }, ...(chosen ? [icon('check'), 'Chosen'] : ['Choose']));
    return [choose || null, starOf(job), h('a', { class: 'button square quiet', href: api.downloadOf(job.id),
      download: '', 'aria-label': 'Download', title: 'Download' }, icon('download')), about].filter(Boolean);
  }
}

function words(job) {
  if (job.status === 'queued') {
    const before = job.queue_position;
    return before ? `${before} before it` : 'Next';
  }
  const stage = job.stage;
  if (!stage) return 'Begins';
  const parts = [stage.steps ? `${sentence(stage.title)} ${stage.step} of ${stage.steps}` : sentence(stage.title)];
  if (stage.seconds_per_step) parts.push(rate(stage.seconds_per_step));
  if (stage.seconds_left > 0) parts.push(`${duration(Math.max(1, stage.seconds_left))} left`);
  return parts.join(' · ');
}

async function cancel(job, button) {
  button.disabled = true;
  button.textContent = 'Stopping';
  await drop(job);
  announce('The job is cancelled.');
}

/** Of the takes of a prompt one is chosen, which becomes a favourite; choosing it again undoes that. */
async function pick(job) {
  const chosen = jobs.get(job.id).metadata.chosen !== 'true';
  const others = jobs.all().filter((other) => other.id !== job.id && other.metadata?.takes === job.metadata.takes);
  for (const other of others.filter((take) => take.metadata.chosen === 'true')) {
    jobs.put(await api.update(other.id, { favourite: false, metadata: { ...other.metadata, chosen: 'false' } }));
  }
  const metadata = { ...jobs.get(job.id).metadata, chosen: String(chosen) };
  jobs.put(await api.update(job.id, { favourite: chosen, metadata }));
}
