// Cross-attention of words, and self-attention of patches.

function wordsFigure(section, data) {
  const maps = new Maps(data);
  const shown = data.words;
  // The word that is seen most in some places and least in others.
  const contrast = shown.map((_, i) => {
    const [low, high] = range([maps.at(i).values]);
    return (high - low) / high || 0;
  });
  state.word = contrast.indexOf(Math.max(...contrast));
  $('.read', section).textContent = data.read;
  credit($('.by', section), data.by);
  const play = make('button', {type: 'button', class: 'play'}, 'Play the steps');
  $('.controls', section).append(
    slider('Step', 'step', maps.values('step')), slider('Block', 'block', maps.values('block')),
    slider('Head', 'head', maps.values('head')),
    selection('Backdrop', 'alone', [[false, 'the clip'], [true, 'none']]),
    selection('Colours', 'common', [[false, 'a scale for each word'], [true, 'one scale for all']]),
    make('div', {class: 'control'}, play));
  let playing = 0;
  play.addEventListener('click', () => {
    const steps = maps.values('step');
    const stop = () => { clearInterval(playing); playing = 0; play.textContent = 'Play the steps'; };
    if (playing) { stop(); return; }
    let at = 0;
    play.textContent = 'Stop';
    playing = setInterval(() => {
      if (at === steps.length) { stop(); return; }
      chooseOne({step: steps[at++]});
    }, 250);
  });

  const chips = $('.chips', section);
  const canvases = frameCanvases($('.frames', section), maps, 'word');
  const rows = $('.rows', section);
  const aspect = backdrop.picture.height / backdrop.picture.width;
  const thumbs = Array.from({length: Math.min(maps.grid[0], 7)}, (_, i, all = Math.min(maps.grid[0], 7)) =>
    Math.round(i * (maps.grid[0] - 1) / Math.max(1, all - 1)));
  const parts = shown.map((word, i) => {
    const pick = () => choose({word: i});
    const chip = make('button', {type: 'button', click: pick}, word.text);
    const canvas = make('canvas', {
      width: 102 * thumbs.length - 2, height: Math.round(100 * aspect), role: 'img',
      'aria-label': `Attention to ${word.text}`,
    });
    const most = make('small');
    const row = make('button', {type: 'button', click: pick}, make('span', {}, word.text, most), canvas);
    chips.append(chip);
    rows.append(row);
    return {chip, row, canvas, most};
  });

  headsFigure($('.heads', section), $('.headsTitle', section), maps, shown);

  watch(() => {
    const all = shown.map((_, i) => maps.at(i));
    const common = state.common ? range(all.map(each => each.values)) : null;
    const {values, dropped} = all[state.word];
    const own = common || range([values]);
    canvases.forEach((canvas, frame) => {
      overlay(canvas.getContext('2d'), [0, 0, canvas.width, canvas.height], frame, values, maps, own);
    });
    const most = peak(values, maps);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    $('.reading', section).textContent = `“${shown[state.word].text}” takes ${percent(mean)} of the attention, `
      + `and most, ${percent(most.value)}, in ${most.place}: ${chosen(dropped)}.`;
    legend($('.legend', section), heat, percent(own[0]), percent(own[1]));
    parts.forEach((part, i) => {
      const mine = common || range([all[i].values]);
      const context = part.canvas.getContext('2d');
      thumbs.forEach((frame, place) =>
        overlay(context, [102 * place, 0, 100, part.canvas.height], frame, all[i].values, maps, mine));
      part.most.textContent = `up to ${percent(range([all[i].values])[1])}`;
      for (const button of [part.chip, part.row]) button.setAttribute('aria-pressed', i === state.word);
    });
  });
}

function patchesFigure(section, data) {
  const maps = new Maps(data);
  const {queries} = data;
  const [, rows, columns] = maps.grid;
  $('.read', section).textContent = data.read;
  credit($('.by', section), data.by);
  $('.controls', section).append(
    slider('Step', 'step', maps.values('step')), slider('Block', 'block', maps.values('block')));
  const canvases = frameCanvases($('.frames', section), maps, 'patch');

  /** The query next to a place, [frame, row, column] of the grid: in its own frame, if there is one. */
  const next = (wanted, among = queries.map((_, i) => i)) => {
    const far = i =>
      Math.hypot(1000 * (queries[i][0] - wanted[0]), queries[i][1] - wanted[1], queries[i][2] - wanted[2]);
    return among.reduce((best, i) => (far(i) < far(best) ? i : best), among[0]);
  };
  state.patch = next([Math.floor(maps.grid[0] / 2), rows / 2 - 0.5, columns / 2 - 0.5]);

  const move = (axis, by) => () => {
    const from = queries[state.patch];
    const ahead = queries.map((_, i) => i).filter(i => (queries[i][axis] - from[axis]) * by > 0
      && (axis === 0 || queries[i][0] === from[0]) && (axis !== 1 || queries[i][2] === from[2])
      && (axis !== 2 || queries[i][1] === from[1]));
    if (ahead.length === 0) return;
    choose({patch: next(from, ahead)});
    canvases[queries[state.patch][0]].focus();
  };
  canvases.forEach((canvas, frame) => {
    canvas.setAttribute('role', 'application');
    canvas.addEventListener('click', event => {
      const box = canvas.getBoundingClientRect();
      choose({
        patch: next([
          frame, (event.clientY - box.top) / box.height * rows - 0.5,
          (event.clientX - box.left) / box.width * columns - 0.5,
        ]),
      });
    });
    keys(canvas, {
      ArrowLeft: move(2, -1), ArrowRight: move(2, 1), ArrowUp: move(1, -1), ArrowDown: move(1, 1),
      PageUp: move(0, -1), PageDown: move(0, 1),
    });
  });

  watch(() => {
    const [home, row, column] = queries[state.patch];
    const {values} = maps.at(state.patch);
    const own = range([values]);
    canvases.forEach((canvas, frame) => {
      const context = canvas.getContext('2d');
      overlay(context, [0, 0, canvas.width, canvas.height], frame, values, maps, own);
      canvas.tabIndex = frame === home ? 0 : -1;
      canvas.setAttribute('aria-label', `Attention of the chosen patch in ${frameName(maps.latentFrames[frame])}; `
        + 'arrow keys choose another patch, page up and page down another frame');
      if (frame === home) {
        const width = canvas.width / columns;
        const height = canvas.height / rows;
        for (const [style, line] of [['#000', 5], ['#fff', 2]]) {
          context.strokeStyle = style;
          context.lineWidth = line;
          context.strokeRect(column * width + 2, row * height + 2, width - 4, height - 4);
        }
      }
    });
    const most = peak(values, maps);
    const cells = rows * columns;
    const inside = values.slice(home * cells, (home + 1) * cells).reduce((sum, value) => sum + value, 0);
    const total = values.reduce((sum, value) => sum + value, 0);
    $('.reading', section).textContent = `The patch in ${frameName(maps.latentFrames[home])}, row ${Math.round(row)}, `
      + `column ${Math.round(column)}, looks most at ${most.place}, and at its own frame with `
      + `${percent(inside / total)} of its attention.`;
    legend($('.legend', section), heat, percent(own[0]), percent(own[1]));
  });
}
