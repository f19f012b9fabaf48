// What all figures share: the data of the page, elements, numbers, colours, and what is chosen.

const page = JSON.parse(document.getElementById('data').textContent);
const $ = (selector, root = document) => root.querySelector(selector);

/** An element with attributes, of which functions are listeners, and children. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const bytes = text => Uint8Array.from(atob(text), character => character.charCodeAt(0));
const floats = text => new Float32Array(bytes(text).buffer);
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const nearest = (values, wanted) =>
  values.reduce((best, value, i) => (Math.abs(value - wanted) < Math.abs(values[best] - wanted) ? i : best), 0);

/** Three digits, without an exponent where that can be read. */
function number(value) {
  if (value === null || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}
const percent = value => `${number(100 * value)} %`;

/** "Class#method" as the line below a figure. */
function credit(element, by) {
  element.replaceChildren('Computed by ', make('code', {}, by));
}

function decoded(picture) {
  const image = new Image();
  image.src = `data:image/png;base64,${picture.png}`;
  return image.decode().then(() => image);
}

// ---------------------------------------------------------------- colours

const dark = matchMedia('(prefers-color-scheme: dark)');

/** From black to pale yellow by way of purple and orange: even steps of lightness, for eyes of every kind. */
const EMBERS = [[0, 0, 4], [31, 12, 72], [85, 15, 109], [136, 34, 106], [186, 54, 85], [227, 89, 51], [249, 140, 10],
  [249, 201, 50], [252, 255, 164]];

function colour(ramp, share) {
  const at = clamp(Number.isFinite(share) ? share : 0, 0, 1) * (ramp.length - 1);
  const from = ramp[Math.floor(at)];
  const to = ramp[Math.ceil(at)];
  return from.map((value, i) => Math.round(value + (to[i] - value) * (at - Math.floor(at))));
}

/** Of heat maps: over a picture the darkest colours would not be seen. */
const heat = share => colour(EMBERS, state.alone ? share : 0.3 + 0.7 * share);
/** Of grids: the darkest cell is told from the page behind it. */
const tone = share => colour(EMBERS, 0.1 + 0.9 * share);

/** Draws a scale of colours with its ends named. */
function legend(element, scale, low, high) {
  const canvas = make('canvas', {width: 64, height: 1, 'aria-hidden': 'true'});
  const context = canvas.getContext('2d');
  for (let x = 0; x < 64; x++) {
    context.fillStyle = `rgb(${scale(x / 63)})`;
    context.fillRect(x, 0, 1, 1);
  }
  element.replaceChildren(make('span', {}, low), canvas, make('span', {}, high));
}

// ---------------------------------------------------------------- what is chosen

const state = {
  step: page.steps - 1, block: 0, head: 0, word: 0, patch: 0, strip: 0,
  averaged: {step: true, block: true, head: true}, alone: false, common: false,
};
const watchers = [];

/** Calls a function now and whenever another step, block, head, word or patch is chosen. */
function watch(draw) {
  watchers.push(draw);
  draw();
}

function choose(changes) {
  Object.assign(state, changes);
  for (const draw of watchers) draw();
}

/** Chooses one step, block or head, instead of the mean. */
function chooseOne(changes) {
  const ones = Object.fromEntries(Object.keys(changes).map(key => [key, false]));
  choose({...changes, averaged: {...state.averaged, ...ones}});
}

dark.addEventListener('change', () => choose({}));

/** Sliders of steps, blocks or heads, with a button for the mean over all of them. */
function slider(label, key, values) {
  const input = make('input', {
    type: 'range', min: 0, max: values.length - 1, step: 1, 'aria-label': label, 'data-key': key,
    input: () => chooseOne({[key]: values[input.value]}),
  });
  const output = make('output');
  const mean = make('button', {
    type: 'button', class: 'toggle', 'aria-label': `Mean over all ${label.toLowerCase()}s`, 'data-mean': key,
    click: () => choose({averaged: {...state.averaged, [key]: !state.averaged[key]}}),
  }, 'mean');
  const row = make('div', {class: 'control'}, make('span', {'aria-hidden': 'true'}, label), input, output, mean);
  watch(() => {
    const at = nearest(values, state[key]);
    const text = state.averaged[key] ? 'all' : label === 'Block' ? page.blocks[values[at]] : String(values[at]);
    input.value = at;
    input.setAttribute('aria-valuetext', text);
    output.textContent = text;
    mean.setAttribute('aria-pressed', state.averaged[key]);
    row.classList.toggle('averaged', state.averaged[key]);
  });
  row.hidden = values.length < 2;
  return row;
}

function selection(label, key, options) {
  const select = make('select', {'aria-label': label, change: () => choose({[key]: JSON.parse(select.value)})},
    ...options.map(([value, text]) => make('option', {value: JSON.stringify(value)}, text)));
  return make('div', {class: 'control'}, make('span', {'aria-hidden': 'true'}, label), select);
}

/** Arrow keys and their like on an element: `moves` has what each of them does. */
function keys(element, moves) {
  element.addEventListener('keydown', event => {
    if (!moves[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    moves[event.key]();
  });
}
