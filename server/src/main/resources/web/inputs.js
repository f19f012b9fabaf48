// Pictures and clips that a generation starts from, chosen or dropped.

import { h } from './dom.js';

const KINDS = {
  image: { label: 'Picture', accept: 'image/png,image/jpeg,image/gif,image/webp', starts: 'image/' },
  video: { label: 'Clip', accept: 'video/mp4,video/webm,image/gif', starts: 'video/' },
};

/**
 * The choice between a prompt alone, a picture and a clip, as far as the model takes them.
 *
 * @param model as `/v1/models` describes it
 * @param changed is called when something else is chosen
 */
export function inputsOf(model, changed) {
  const ways = [
    model.tasks.includes('text to video') && ['none', 'Prompt'],
    model.accepts.image && ['image', KINDS.image.label],
    model.accepts.video && ['video', KINDS.video.label],
  ].filter(Boolean);
  if (ways.length === 0 || (ways.length === 1 && ways[0][0] === 'none')) {
    return { element: null, read: () => ({}), give() {} };
  }

  let way = ways[0][0];
  const drops = { image: dropOf('image', 'Begins with', changed), video: dropOf('video', 'Starts from', changed) };
  const last = model.accepts.last_image ? dropOf('image', 'Ends with', changed) : null;
  const strength = h('input', { type: 'range', id: 'f-strength', min: 0.05, max: 1, step: 0.05, value: 0.8 });
  const shown = h('output', { class: 'hint', for: 'f-strength' }, '0.8');
  strength.addEventListener('input', () => (shown.textContent = strength.value));
  const change = h('div', { class: 'field' },
    h('label', { for: 'f-strength' }, 'How much changes ', shown), strength);
  const below = h('div', { class: 'field', 'data-field': 'input_reference' });
  const error = h('p', { class: 'error', id: 'f-input_reference-error' });

  function show() {
    below.replaceChildren(
      ...(way === 'image' ? [drops.image.element] : []),
      ...(way === 'image' && last ? [last.element] : []),
      ...(way === 'video' ? [drops.video.element, change] : []),
      error);
  }
  const segments = h('div', { class: 'segments' }, ways.map(([name, label]) => h('label', {},
    h('input', { type: 'radio', name: 'way', value: name, checked: name === way, onchange() {
      way = name;
      show();
      changed();
    } }), label)));
  show();

  return {
    element: h('fieldset', { class: 'field' }, h('legend', {}, 'Made from'), segments, below),
    /** The files that are chosen, and what goes with them. */
    read: () => ({
      file: way === 'none' ? null : drops[way].file(),
      last: way === 'image' && last ? last.file() : null,
      strength: way === 'video' ? Number(strength.value) : null,
      missing: way !== 'none' && !drops[way].file() && !(way === 'image' && last?.file())
        ? KINDS[way].label.toLowerCase() : null,
    }),
    /** Takes a file that the page already has. */
    give(kind, file) {
      const choice = segments.querySelector(`input[value="${kind}"]`);
      if (!choice) return false;
      choice.checked = true;
      way = kind;
      drops[kind].give(file);
      show();
      return true;
    },
  };
}

function pictureOf(file, address) {
  if (!file.type.startsWith('video/')) return h('img', { src: address, alt: file.name });
  const video = h('video', { src: address, autoplay: true, loop: true, playsinline: true, 'aria-label': file.name });
  video.muted = true;
  return video;
}

/** A place to drop a file of a kind, or to choose one, that shows what it has. */
function dropOf(kind, title, changed) {
  let file = null;
  let address = null;
  const words = h('span', {}, h('strong', {}, title), ' · choose or drop a ', KINDS[kind].label.toLowerCase());
  const seen = h('span', {});
  const input = h('input', { type: 'file', class: 'hidden', accept: KINDS[kind].accept, onchange: () => {
    if (input.files.length) give(input.files[0]);
  } });
  const clear = h('button', { type: 'button', class: 'small quiet', hidden: true, onclick: () => give(null) },
    'Remove');
  const label = h('label', { class: 'drop' }, input, seen, words);

  function give(given) {
    if (address) URL.revokeObjectURL(address);
    file = given;
    address = given && URL.createObjectURL(given);
    seen.replaceChildren(...(given ? [pictureOf(given, address)] : []));
    words.replaceChildren(...(given ? [given.name] : [h('strong', {}, title),
      ` · choose or drop a ${KINDS[kind].label.toLowerCase()}`]));
    clear.hidden = !given;
    if (!given) input.value = '';
    changed();
  }
  label.addEventListener('dragover', (event) => {
    event.preventDefault();
    label.classList.add('over');
  });
  label.addEventListener('dragleave', () => label.classList.remove('over'));
  label.addEventListener('drop', (event) => {
    event.preventDefault();
    label.classList.remove('over');
    const dropped = [...event.dataTransfer.files].find((f) => KINDS[kind].accept.includes(f.type) && f.type);
    if (dropped) give(dropped);
  });
  return { element: h('div', { class: 'field' }, label, clear), file: () => file, give };
}
