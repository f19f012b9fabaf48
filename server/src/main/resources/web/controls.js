// One control for each option that a model has, and what stands in it.

import { h, icon, sentence } from './dom.js';

const FIRST = ['num_inference_steps', 'guidance_scale'];
const NAMES = {
  num_inference_steps: 'Steps',
  guidance_scale: 'Guidance',
  guidance_scale_2: 'Guidance, second transformer',
  boundary_ratio: 'Second transformer takes over at',
  flow_shift: 'Flow shift',
  fps: 'Frames per second',
  negative_prompt: 'Negative prompt',
};
const SEPARATE = ['width', 'height', 'num_frames', 'seconds', 'size', 'seed', 'strength'];

/** A labelled control with room for what is wrong with it. */
export function field(name, label, control, { wide = false, hint = null } = {}) {
  const id = `f-${name}`;
  const error = h('p', { class: 'error', id: `${id}-error` });
  const input = control.matches('input, select, textarea') ? control : control.querySelector('input, select');
  input.id = id;
  input.setAttribute('aria-describedby', error.id);
  return h('div', { class: wide ? 'field wide' : 'field', 'data-field': name },
    h('label', { for: id }, label, hint && ' ', hint), control, error);
}

/** The controls of a model: `element`s for the form's two places, and the values that differ from its defaults. */
export function controlsOf(model, kept) {
  const controls = new Map();
  for (const option of model.options) {
    if (!SEPARATE.includes(option.name)) controls.set(option, controlOf(option));
  }
  for (const [option, { write }] of controls) {
    if (option.name in kept) write(kept[option.name]);
  }
  const size = sizeControl(model, kept);
  const frames = framesControl(model, kept, () => valueOf('fps'));
  const seed = seedControl(kept);

  function valueOf(name) {
    const found = [...controls].find(([option]) => option.name === name);
    return found ? (found[1].read() ?? found[0].default) : defaultOf(model, name);
  }

  const named = ([option, control]) => field(option.name, NAMES[option.name] ?? sentence(option.title), control.element,
    { wide: control.wide });
  const isFirst = ([option]) => FIRST.includes(option.name);
  return {
    first: [size.element, frames.element, ...[...controls].filter(isFirst).map(named), seed.element],
    more: [...controls].filter((entry) => !isFirst(entry)).map(named),
    /** Fields of a request. */
    values() {
      const values = { ...size.values(), ...frames.values() };
      const extra = {};
      for (const [option, control] of controls) {
        const value = control.read();
        if (value !== null && value !== option.default) (option.extra ? extra : values)[option.name] = value;
      }
      return { values, extra };
    },
    seed: seed.read,
    /** Everything as it stands, for the next visit. */
    keep() {
      const { values, extra } = this.values();
      return { ...values, ...extra, seed: seed.read() };
    },
    refresh: frames.refresh,
  };
}

const defaultOf = (model, name) => model.options.find((option) => option.name === name)?.default ?? null;

function controlOf(option) {
  if (option.values) {
    const select = h('select', {},
      option.default === null && h('option', { value: '' }, 'the model’s own') || null,
      option.values.map((value) => h('option', { value }, value)));
    select.value = option.default ?? '';
    return { element: select, read: () => select.value || null, write: (value) => (select.value = value) };
  }
  if (option.type === 'boolean') {
    const select = h('select', {}, h('option', { value: 'false' }, 'off'), h('option', { value: 'true' }, 'on'));
    select.value = String(option.default ?? false);
    return {
      element: select,
      read: () => select.value === 'true',
      write: (value) => (select.value = String(value)),
    };
  }
  if (option.type === 'numbers') {
    const list = h('input', { type: 'text', placeholder: 'the model’s own', autocomplete: 'off' });
    return {
      element: list,
      read: () => (list.value.trim() ? list.value.split(/[\s,;]+/).filter(Boolean).map(Number) : null),
      write: (value) => (list.value = value?.join(', ') ?? ''),
    };
  }
  if (option.type === 'string') {
    const text = h('textarea', { rows: 2, maxlength: option.maximum_length });
    text.value = option.default ?? '';
    return { element: text, wide: true, read: () => text.value, write: (value) => (text.value = value) };
  }
  const number = h('input', {
    type: 'number',
    min: option.minimum,
    max: option.maximum,
    step: option.type === 'integer' ? 1 : 'any',
    placeholder: option.default === null ? 'the model’s own' : null,
  });
  number.value = option.default ?? '';
  return { element: number, read: () => numberIn(number), write: (value) => (number.value = value) };
}

const numberIn = (input) => (input.value === '' ? null : Number(input.value));

/** The sizes that the model knows, and any other one. */
function sizeControl(model, kept) {
  const { width_multiple: across, height_multiple: down } = model.geometry;
  const select = h('select', {},
    model.sizes.map((size) => h('option', { value: size }, size.replace('x', ' × '))),
    h('option', { value: '' }, 'Other'));
  const pixels = (multiple, label) =>
    h('input', { type: 'number', required: true, min: multiple, step: multiple, 'aria-label': label });
  const width = pixels(across, 'Width in pixels');
  const height = pixels(down, 'Height in pixels');
  const other = h('div', { class: 'pair' }, width, '×', height);
  const asked = kept.size ?? model.default_size;
  [width.value, height.value] = asked.split('x');
  select.value = model.sizes.includes(asked) ? asked : '';
  const show = () => (other.hidden = select.value !== '');
  select.addEventListener('change', () => {
    if (select.value) [width.value, height.value] = select.value.split('x');
    show();
    if (!select.value) width.focus();
  });
  show();
  const element = field('size', 'Size', h('div', { class: 'field' }, select, other));
  return {
    element,
    values() {
      const size = `${width.value}x${height.value}`;
      return size === model.default_size ? {} : { size };
    },
  };
}

function framesControl(model, kept, fps) {
  const { frames_multiple: multiple, frames_offset: offset } = model.geometry;
  const usual = defaultOf(model, 'num_frames');
  const input = h('input', { type: 'number', min: offset || multiple, max: model.limits.frames, step: multiple });
  const hint = h('span', { class: 'hint' });
  input.value = kept.num_frames ?? usual ?? '';
  const refresh = () => {
    const rate = Number(fps());
    hint.textContent = rate && input.value ? `${(Number(input.value) / rate).toFixed(1)} s` : '';
  };
  refresh();
  return {
    element: field('num_frames', 'Frames', input, { hint }),
    values() {
      const frames = numberIn(input);
      return frames === null || frames === usual ? {} : { num_frames: frames };
    },
    refresh,
  };
}

/** A seed has up to 20 digits, so its field is text; empty draws one. */
function seedControl(kept) {
  const input = h('input', {
    type: 'text',
    inputmode: 'numeric',
    pattern: '[0-9]{1,20}',
    placeholder: 'random',
    autocomplete: 'off',
  });
  input.value = kept.seed ?? '';
  const draw = h('button', { type: 'button', class: 'square', 'aria-label': 'Draw a seed', title: 'Draw a seed',
    onclick() {
      input.value = randomSeed();
      input.dispatchEvent(new Event('input', { bubbles: true }));
    } }, icon('dice'));
  return {
    element: field('seed', 'Seed', h('div', { class: 'with-button' }, input, draw)),
    read: () => input.value.trim() || null,
  };
}

/** 32 random bits, which are easier to read and to note than 64. */
export const randomSeed = () => String(crypto.getRandomValues(new Uint32Array(1))[0]);
