// The film strip of steps, the grids of blocks and steps, and the curves of the schedule.

function stepTitle(step) {
  const [plot] = page.plots;
  return plot ? `step ${step}, ${plot.name.toLowerCase()} ${number(plot.values[step])}` : `step ${step}`;
}

function stripFigure(section, strips) {
  if (strips.length > 1) {
    $('.controls', section).append(selection('Shown by', 'strip', strips.map((strip, i) => [i, strip.name])));
  }
  const player = $('.player', section);
  const thumbs = $('.thumbs', section);
  let frame = 0;
  let buttons = [];
  let shown = null;
  const still = matchMedia('(prefers-reduced-motion: reduce)');

  const draw = (canvas, row, column) => {
    const {width, height} = strips[state.strip];
    canvas.width = width * Math.max(1, Math.round(256 / width));
    canvas.height = Math.round(canvas.width * height / width);
    const context = canvas.getContext('2d');
    context.imageSmoothingEnabled = width > 160;
    const from = [column * width, row * height, width, height];
    context.drawImage(images.strips[state.strip], ...from, 0, 0, canvas.width, canvas.height);
  };
  const turn = () => {
    const strip = strips[state.strip];
    draw(player, frame % strip.frames, nearest(strip.steps, state.step));
  };

  watch(() => {
    const strip = strips[state.strip];
    if (shown !== strip) {
      shown = strip;
      frame = Math.floor(strip.frames / 2);
      $('.read', section).textContent = strip.read;
      credit($('.by', section), strip.by);
      buttons = strip.steps.map((step, column) => {
        const canvas = make('canvas', {role: 'img', 'aria-label': stepTitle(step)});
        draw(canvas, Math.floor(strip.frames / 2), column);
        const pick = () => chooseOne({step});
        return make('button', {type: 'button', title: stepTitle(step), click: pick}, canvas, String(step));
      });
      thumbs.replaceChildren(...buttons);
    }
    const at = nearest(strip.steps, state.step);
    buttons.forEach((button, i) => button.setAttribute('aria-pressed', i === at));
    $('figcaption', section).textContent = `The clip at ${stepTitle(strip.steps[at])}`;
    turn();
  });
  setInterval(() => {
    if (still.matches || document.hidden) return;
    frame++;
    turn();
  }, 200);
}

const BRANCHES = {cond: 'prompt', uncond: 'negative prompt'};

/** Grids of one name, of one branch or of both, of which one is shown. */
function gridCard(grids) {
  let shown = grids[0];
  const {blocks} = shown;
  const steps = shown.values[0].map((_, i) => i);
  const canvas = make('canvas', {width: 660, height: 2, tabindex: 0, role: 'application'});
  const reading = make('p', {class: 'reading', 'aria-live': 'polite'});
  const scale = make('div', {class: 'legend'});
  const by = make('p', {class: 'by'});
  credit(by, shown.by);
  const left = 44;
  const below = 34;
  const width = (canvas.width - left - 4) / steps.length;
  const height = clamp(Math.round(400 / blocks.length), 12, 44);
  canvas.height = height * blocks.length + below + 4;

  canvas.addEventListener('click', event => {
    const box = canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width * canvas.width - left) / width);
    const row = Math.floor((event.clientY - box.top) / box.height * canvas.height / height);
    chooseOne({step: steps[clamp(column, 0, steps.length - 1)], block: blocks[clamp(row, 0, blocks.length - 1)]});
  });
  const move = (axis, list, by) => () => chooseOne({
    step: state.step, block: state.block, [axis]: list[clamp(nearest(list, state[axis]) + by, 0, list.length - 1)],
  });
  keys(canvas, {
    ArrowLeft: move('step', steps, -1), ArrowRight: move('step', steps, 1),
    ArrowUp: move('block', blocks, -1), ArrowDown: move('block', blocks, 1),
  });

  const draw = () => {
    const known = grids.flatMap(grid => grid.values.flat()).filter(value => value !== null);
    const low = Math.min(...known);
    const high = Math.max(...known);
    const context = canvas.getContext('2d');
    const style = getComputedStyle(document.documentElement);
    context.clearRect(0, 0, canvas.width, canvas.height);
    shown.values.forEach((row, block) => row.forEach((value, step) => {
      if (value === null) return;
      context.fillStyle = `rgb(${tone((value - low) / (high - low || 1))})`;
      context.fillRect(left + step * width, block * height + 2, Math.max(1, width - 2), height - 2);
    }));
    context.fillStyle = style.getPropertyValue('--soft');
    context.font = '22px system-ui, sans-serif';
    context.textBaseline = 'middle';
    const every = Math.ceil(28 / height);
    blocks.forEach((block, i) => {
      if (i % every === 0) context.fillText(page.blocks[block], 0, (i + 0.5) * height, left - 6);
    });
    const apart = Math.ceil(44 / width);
    steps.forEach((step, i) => {
      if (i % apart === 0) context.fillText(step, left + i * width + 2, canvas.height - below / 2);
    });
    // What is chosen: a cell, a row or a column of means, or all.
    const [row, rows] = state.averaged.block ? [0, blocks.length] : [nearest(blocks, state.block), 1];
    const [column, columns] = state.averaged.step ? [0, steps.length] : [nearest(steps, state.step), 1];
    const marked = shown.values.slice(row, row + rows).flatMap(each => each.slice(column, column + columns))
      .filter(value => value !== null);
    const mean = marked.reduce((sum, value) => sum + value, 0) / marked.length;
    context.strokeStyle = style.getPropertyValue('--mark');
    context.lineWidth = 4;
    if (rows * columns < blocks.length * steps.length) {
      context.strokeRect(left + column * width - 1, row * height + 1, Math.max(4, columns * width), rows * height);
    }
    const place = [columns > 1 ? 'all steps' : `step ${steps[column]}`,
      rows > 1 ? 'all blocks' : `block ${page.blocks[blocks[row]]}`, BRANCHES[shown.branch]].filter(Boolean).join(', ');
    reading.textContent = `${place}: ${rows * columns > 1 ? 'mean ' : ''}${number(mean)} ${shown.unit}`;
    const help = 'blocks down, steps across; arrow keys choose a cell';
    canvas.setAttribute('aria-label', `${shown.name}, ${help}. ${reading.textContent}`);
    legend(scale, tone, number(low), number(high));
  };
  watch(draw);
  const card = make('div', {class: 'card'}, make('h3', {}, shown.name), scale, canvas, reading);
  if (grids.length > 1) {
    const buttons = grids.map(grid => make('button', {
      type: 'button', class: 'toggle',
      click: () => {
        shown = grid;
        press();
        draw();
      },
    }, BRANCHES[grid.branch] || grid.branch));
    const press = () => buttons.forEach((button, i) => button.setAttribute('aria-pressed', grids[i] === shown));
    press();
    card.append(make('div', {class: 'branches', role: 'group', 'aria-label': 'Branch'}, ...buttons));
  }
  card.append(make('p', {class: 'read'}, shown.read), by);
  return card;
}

/** A card for each name, in the order of the first of each. */
function gridCards(grids) {
  const named = new Map();
  for (const grid of grids) named.set(grid.name, [...(named.get(grid.name) || []), grid]);
  return [...named.values()].map(gridCard);
}

const SVG = 'http://www.w3.org/2000/svg';
function shape(tag, attributes, text) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

function plotCard(plot) {
  const values = plot.values.map(value => value ?? NaN);
  const known = values.filter(Number.isFinite);
  const box = {left: 42, right: 312, top: 8, bottom: 126};
  const low = Math.min(0, ...known);
  const high = Math.max(...known);
  const x = step => box.left + step * (box.right - box.left) / Math.max(1, values.length - 1);
  const y = value => box.bottom - (value - low) / (high - low || 1) * (box.bottom - box.top);
  const last = values.length - 1;
  const ends = `from ${number(values[0])} at step 0 to ${number(values[last])} at step ${last}`;
  const svg = shape('svg', {viewBox: '0 0 320 148', role: 'img', 'aria-label': `${plot.name} against steps, ${ends}`});
  for (const value of [low, high]) {
    svg.append(shape('line', {class: 'axis', x1: box.left, x2: box.right, y1: y(value), y2: y(value)}),
      shape('text', {x: box.left - 6, y: y(value) + 4, 'text-anchor': 'end'}, number(value)));
  }
  const points = values.map((value, step) => (Number.isFinite(value) ? `${x(step)},${y(value)}` : ''));
  svg.append(
    shape('text', {x: box.left, y: 143}, '0'), shape('text', {x: box.right, y: 143, 'text-anchor': 'end'}, last),
    shape('polyline', {class: 'curve', points: points.join(' ')}));
  const now = svg.appendChild(shape('line', {class: 'now', y1: box.top, y2: box.bottom}));
  const dot = svg.appendChild(shape('circle', {class: 'dot', r: 4}));
  svg.addEventListener('click', event => {
    const area = svg.getBoundingClientRect();
    const at = (event.clientX - area.left) / area.width * 320;
    chooseOne({step: clamp(Math.round((at - box.left) / (box.right - box.left) * last), 0, last)});
  });
  const reading = make('p', {class: 'reading'});
  watch(() => {
    const step = clamp(state.step, 0, values.length - 1);
    now.setAttribute('x1', x(step));
    now.setAttribute('x2', x(step));
    dot.setAttribute('cx', x(step));
    dot.setAttribute('cy', y(Number.isFinite(values[step]) ? values[step] : low));
    reading.textContent = `step ${step}: ${number(values[step])} ${plot.unit}`;
  });
  const by = make('p', {class: 'by'});
  credit(by, plot.by);
  const read = make('p', {class: 'read'}, plot.read);
  return make('div', {class: 'card'}, make('h3', {}, plot.name), svg, reading, read, by);
}
