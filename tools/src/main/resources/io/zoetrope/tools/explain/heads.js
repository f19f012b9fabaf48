// A word in every head of every block: which of them see it.

function headsFigure(canvas, title, maps, words) {
  const blocks = maps.values('block');
  const heads = maps.values('head');
  const left = 44;
  const below = 34;
  const across = clamp(Math.floor((2240 - left) / blocks.length), 44, 300);
  const down = Math.round(across * backdrop.picture.height / backdrop.picture.width);
  canvas.width = left + across * blocks.length;
  canvas.height = down * heads.length + below;
  canvas.style.maxWidth = `${canvas.width / 2}px`;
  canvas.tabIndex = 0;
  canvas.setAttribute('role', 'application');

  canvas.addEventListener('click', event => {
    const box = canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width * canvas.width - left) / across);
    const row = Math.floor((event.clientY - box.top) / box.height * canvas.height / down);
    chooseOne({block: blocks[clamp(column, 0, blocks.length - 1)], head: heads[clamp(row, 0, heads.length - 1)]});
  });
  const move = (axis, list, by) => () => chooseOne({
    block: state.block, head: state.head, [axis]: list[clamp(nearest(list, state[axis]) + by, 0, list.length - 1)],
  });
  keys(canvas, {
    ArrowLeft: move('block', blocks, -1), ArrowRight: move('block', blocks, 1),
    ArrowUp: move('head', heads, -1), ArrowDown: move('head', heads, 1),
  });

  watch(() => {
    const {block: _, head: __, ...step} = placed();
    const all = heads.map(head => blocks.map(block => maps.at(state.word, {...step, block, head}).values));
    const highest = all.flat().reduce((best, values) => Math.max(best, peak(values, maps).value), 0);
    const {frame} = peak(maps.at(state.word, step).values, maps);
    const style = getComputedStyle(document.documentElement);
    const context = canvas.getContext('2d');
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = style.getPropertyValue('--soft');
    context.font = '22px system-ui, sans-serif';
    context.textBaseline = 'middle';
    heads.forEach((head, row) => context.fillText(head, 0, (row + 0.5) * down, left - 6));
    blocks.forEach((block, column) =>
      context.fillText(page.blocks[block], left + column * across + 2, canvas.height - below / 2, across - 4));
    all.forEach((row, head) => row.forEach((values, block) => {
      const box = [left + block * across, head * down, across - 4, down - 4];
      overlay(context, box, frame, values, maps, [0, highest]);
    }));
    if (!state.averaged.block || !state.averaged.head) {
      const [row, rows] = state.averaged.head ? [0, heads.length] : [nearest(heads, state.head), 1];
      const [column, columns] = state.averaged.block ? [0, blocks.length] : [nearest(blocks, state.block), 1];
      context.strokeStyle = style.getPropertyValue('--mark');
      context.lineWidth = 4;
      context.strokeRect(left + column * across + 2, row * down + 2, columns * across - 8, rows * down - 8);
    }
    const place = frameName(maps.latentFrames[frame]);
    title.textContent = `“${words[state.word].text}” in ${place}, in every head (down) of every block (across)`;
    canvas.setAttribute('aria-label', `${title.textContent}; arrow keys choose a block and a head`);
  });
}
