// The form: what to make, its forecast, and the takes that it starts.

import * as api from './api.js';
import * as jobs from './jobs.js';
import { controlsOf, randomSeed } from './controls.js';
import { newGroup } from './deeds.js';
import { announce, bytes, duration, find, h, sentence } from './dom.js';
import { inputsOf } from './inputs.js';

const DRAFT = 'zoetrope.draft';
const TAKES = 4;
const EXAMPLES = {
  demo: [
    'a red ball bounces on green grass',
    'a purple ball falls down on a pink background',
    'a white ball rises over the sea at sunset',
  ],
};

let models = [];
let model = null;
let controls = null;
let inputs = null;
let takesField = null;
let foreseen = null;
let asking = null;
let timer = null;

export async function start() {
  models = await api.models();
  const kept = draft();
  const prompt = find('prompt');
  prompt.value = kept.prompt ?? '';
  find('model').replaceChildren(...models.map(({ id, kind }) => h('option', { value: id }, `${id} · ${kind}`)));
  find('model-field').hidden = models.length < 2;
  find('model').addEventListener('change', () => choose(find('model').value, {}));
  takesField = h('fieldset', { class: 'field', title: 'Clips of the same prompt with other seeds' },
    h('legend', {}, 'Takes'),
    h('div', { class: 'segments', id: 'takes' }, Array.from({ length: TAKES }, (_, i) => h('label', {},
      h('input', { type: 'radio', name: 'takes', value: i + 1, checked: i + 1 === (kept.takes ?? 1) }),
      String(i + 1)))));
  choose(models.some(({ id }) => id === kept.model) ? kept.model : models[0].id, kept.values ?? {});

  const form = find('composer');
  form.addEventListener('input', changed);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    generate();
  });
  prompt.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  jobs.on('change', ({ job, before }) => {
    if (job.status !== before?.status) showForecast();
  });
}

/** Fills the form with the settings of a clip, its seed included. */
export function fill(job) {
  find('prompt').value = job.prompt;
  if (models.some(({ id }) => id === job.model)) {
    find('model').value = job.model;
    choose(job.model, { ...job.settings, size: job.size });
  }
  changed();
  find('prompt').focus();
}

/** Starts the next clip from a finished one; false if the model doesn't take clips. */
export async function startFrom(job) {
  const given = inputs.give('video', await api.fileOf(job.id));
  if (given) find('prompt').focus();
  return given;
}

export const takesClips = () => model?.accepts.video ?? false;

export const takesPictures = () => model?.accepts.image ?? false;

function choose(id, values) {
  model = models.find((candidate) => candidate.id === id);
  find('model').value = id;
  controls = controlsOf(model, values);
  inputs = inputsOf(model, changed);
  find('inputs').replaceChildren(...(inputs.element ? [inputs.element] : []));
  find('fields').replaceChildren(...controls.first, takesField);
  find('more-fields').replaceChildren(...controls.more);
  find('more').hidden = controls.more.length === 0;
  find('prompt').maxLength = model.limits.prompt_characters;
  find('examples').replaceChildren(...(EXAMPLES[id] ?? []).map((text) => h('button', { type: 'button', onclick() {
    find('prompt').value = text;
    changed();
    find('prompt').focus();
  } }, text)));
  changed();
}

function draft() {
  try {
    return JSON.parse(localStorage.getItem(DRAFT)) ?? {};
  } catch {
    return {};
  }
}

function keepDraft() {
  const kept = { prompt: find('prompt').value, model: model.id, takes: takes(), values: controls.keep() };
  try {
    localStorage.setItem(DRAFT, JSON.stringify(kept));
  } catch {
    // Without storage the form begins anew after a reload.
  }
}

const takes = () => Number(find('composer').elements.takes.value);

/** The request as it stands: JSON, or a form where there are files. */
async function request(prompt, more = {}) {
  const { values, extra } = controls.values();
  const { file, last, strength } = inputs.read();
  if (last) extra.last_image = await dataUrl(last);
  if (file && strength !== null && strength !== undefined) extra.strength = strength;
  const body = { prompt, model: model.id, ...values, ...more };
  if (Object.keys(extra).length) body.extra_params = extra;
  if (!file) return body;
  const form = new FormData();
  for (const [name, value] of Object.entries(body)) {
    form.append(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  form.append('input_reference', file);
  return form;
}

const dataUrl = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result);
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
});

function changed() {
  if (!controls) return;
  controls.refresh();
  keepDraft();
  clearTimeout(timer);
  timer = setTimeout(foresee, inputs.read().file ? 700 : 250);
}

/** The first control with something in it that no model takes: what is half typed is no question for the server. */
function wrongControl() {
  return [...find('composer').elements].find(
    (control) => control.id !== 'prompt' && control.willValidate && !control.checkValidity());
}

async function foresee() {
  asking?.abort();
  if (wrongControl()) {
    foreseen = null;
    showForecast();
    return;
  }
  asking = new AbortController();
  const { signal } = asking;
  try {
    foreseen = await api.forecast(await request(find('prompt').value.trim() || 'a clip'), signal);
    complain(null);
  } catch (failure) {
    if (failure.name === 'AbortError') return;
    foreseen = null;
    if (failure instanceof api.Refusal) complain(failure);
  }
  if (!signal.aborted) showForecast();
}

function showForecast() {
  const place = find('forecast');
  place.classList.toggle('cannot', foreseen?.fits === false);
  if (!foreseen) {
    place.textContent = '';
    return;
  }
  const { memory, seconds, fits, warnings } = foreseen;
  const needed = bytes(memory.needed_bytes);
  const available = bytes(memory.available_bytes);
  if (!fits) {
    place.textContent = `Needs ${needed} of memory, and ${available} are free: a smaller size or fewer frames help.`;
    return;
  }
  const before = jobs.all().filter((job) => !jobs.isOver(job)).length;
  const time = seconds === null ? 'a few seconds' : `about ${duration(seconds)}`;
  const each = takes() > 1 ? ' each' : '';
  const wait = before ? ` · ${before} ${before === 1 ? 'job' : 'jobs'} before it` : '';
  place.replaceChildren(`${sentence(time)}${each} · ${needed} of ${available} free memory${wait}`,
    ...(warnings ?? []).map((text) => h('span', { class: 'warning' }, text)));
}

/** Shows what is wrong at the control that it is about. */
function complain(failure) {
  for (const shown of find('composer').querySelectorAll('.error')) shown.textContent = '';
  for (const wrong of find('composer').querySelectorAll('[aria-invalid]')) wrong.removeAttribute('aria-invalid');
  if (!failure) return null;
  const name = placeOf(failure.parameter);
  const control = name === 'prompt' ? find('prompt') : find(`f-${name}`);
  const place = name && (find(name === 'prompt' ? 'prompt-error' : `f-${name}-error`) ?? null);
  (place ?? find('form-error')).textContent = failure.message;
  control?.setAttribute('aria-invalid', 'true');
  if (control && find('more-fields').contains(control)) find('more').open = true;
  return control;
}

function placeOf(parameter) {
  const name = parameter?.replace(/^extra_params\./, '') ?? null;
  return { width: 'size', height: 'size', seconds: 'num_frames' }[name] ?? name;
}

async function generate() {
  const prompt = find('prompt').value.trim();
  const missing = inputs.read().missing;
  const wrong = wrongControl();
  if (!prompt || missing || wrong) {
    let refusal = { message: 'Say what the clip shows.', param: 'prompt' };
    if (wrong) refusal = { message: wrong.validationMessage, param: wrong.closest('[data-field]').dataset.field };
    else if (prompt) refusal = { message: `Choose a ${missing} first.`, param: 'input_reference' };
    (complain(new api.Refusal(0, refusal)) ?? wrong)?.focus();
    return;
  }
  const button = find('generate');
  button.disabled = true;
  try {
    const group = newGroup();
    const first = BigInt(controls.seed() ?? randomSeed());
    const count = takes();
    for (let i = 0; i < count; i++) {
      const seed = String((first + BigInt(i)) % (1n << 64n));
      const metadata = { takes: group, take: String(i + 1) };
      jobs.put(await insistently(await request(prompt, { seed, metadata }), `${group}-${i + 1}`));
    }
    complain(null);
    announce(count === 1 ? 'The clip is in the queue.' : `${count} takes are in the queue.`);
    find('stage').scrollIntoView({ behavior: 'smooth', block: 'nearest' });
  } catch (failure) {
    if (failure instanceof api.Refusal && failure.status === 429) {
      find('form-error').textContent = `${failure.message} Try again in ${failure.retryAfter ?? 'some'} seconds.`;
    } else {
      complain(failure)?.focus();
    }
  } finally {
    button.disabled = false;
  }
}

/** Sends a job again where the connection broke; the key keeps it from being made twice. */
async function insistently(body, key) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await api.create(body, key);
    } catch (failure) {
      if (!(failure instanceof api.Unreachable) || attempt === 3) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 500 * attempt));
    }
  }
}
