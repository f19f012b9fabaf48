// Maps of attention over [frame, row, column], and how they lie over the pictures of the clip.

const AXES = ['step', 'block', 'head'];

/** What is chosen of step, block and head, without those of which the mean is shown. */
const placed = () => Object.fromEntries(AXES.filter(axis => !state.averaged[axis]).map(axis => [axis, state[axis]]));

/**
 * Maps for some of the steps, blocks and heads: `tables` are [step, block, head, item, cell] without the axes that were
 * averaged while they were computed.
 */
class Maps {
  constructor(data) {
    this.grid = data.grid;
    this.cells = data.grid[0] * data.grid[1] * data.grid[2];
    this.items = data.items;
    this.latentFrames = data.latentFrames;
    this.tables = data.tables.map(table => ({axes: table.axes, bytes: bytes(table.bytes), peaks: floats(table.peaks)}));
    this.kept = new Map();
  }

  /** The values that sliders of an axis can have. */
  values(axis) {
    const table = this.tables.find(each => axis in each.axes);
    return table ? table.axes[axis] : [0];
  }

  /**
   * The map of an item, at some step, block and head, or the mean over those of them that are not named.
   *
   * @return the values, and the axes that are averaged though one was named, since no table has all of them
   */
  at(item, place = placed()) {
    const wanted = Object.keys(place).filter(axis => this.values(axis).length > 1);
    const fits = table => wanted.filter(axis => axis in table.axes).length;
    const table = this.tables.reduce((best, each) => (fits(each) > fits(best) ? each : best));
    const dropped = wanted.filter(axis => !(axis in table.axes));
    const key = [item, ...wanted.map(axis => axis + place[axis])].join();
    if (!this.kept.has(key)) {
      if (this.kept.size > 2000) this.kept.clear();
      this.kept.set(key, {values: this.mean(table, place, item), dropped});
    }
    return this.kept.get(key);
  }

  mean(table, place, item) {
    let places = [0];
    for (const [axis, values] of Object.entries(table.axes)) {
      const ones = axis in place ? [nearest(values, place[axis])] : values.map((_, i) => i);
      places = places.flatMap(outer => ones.map(one => outer * values.length + one));
    }
    const sum = new Float32Array(this.cells);
    const maps = places.map(outer => outer * this.items + item).filter(map => !Number.isNaN(table.peaks[map]));
    for (const map of maps) {
      const scale = table.peaks[map] / 255 / maps.length;
      for (let cell = 0; cell < this.cells; cell++) sum[cell] += scale * table.bytes[map * this.cells + cell];
    }
    return sum;
  }
}

/** Where a map is strongest, also in words, and how strong it is there. */
function peak(values, maps) {
  const [, rows, columns] = maps.grid;
  let best = 0;
  values.forEach((value, i) => { if (value > values[best]) best = i; });
  const frame = Math.floor(best / rows / columns);
  const place = `row ${Math.floor(best / columns) % rows}, column ${best % columns}`;
  return {frame, value: values[best], place: `${frameName(maps.latentFrames[frame])}, ${place}`};
}

/** The lowest and the highest value: of a map, or from nothing to the highest of several. */
function range(maps) {
  let low = Infinity;
  let high = 0;
  for (const values of maps) {
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return [maps.length > 1 ? 0 : low, high];
}

const stage = make('canvas');

/** Draws a frame of the clip with the part of a map that belongs to it. */
function overlay(context, box, frame, values, maps, [low, high]) {
  const [, rows, columns] = maps.grid;
  const [x, y, width, height] = box;
  const {picture} = backdrop;
  const at = picture.latents.indexOf(maps.latentFrames[frame]);
  context.imageSmoothingEnabled = !isSmall;
  if (!state.alone && at >= 0) {
    context.drawImage(backdrop.image, 0, at * picture.height, picture.width, picture.height, x, y, width, height);
    context.fillStyle = 'rgba(8, 8, 12, .55)';
    context.fillRect(x, y, width, height);
  }
  stage.width = columns;
  stage.height = rows;
  const pixels = new ImageData(columns, rows);
  for (let cell = 0; cell < rows * columns; cell++) {
    const share = (values[frame * rows * columns + cell] - low) / (high - low || 1);
    pixels.data.set(heat(share), 4 * cell);
    pixels.data[4 * cell + 3] = state.alone ? 255 : Math.round(235 * clamp(share, 0, 1) ** 0.75);
  }
  stage.getContext('2d').putImageData(pixels, 0, 0);
  context.imageSmoothingEnabled = true;
  context.drawImage(stage, x, y, width, height);
}

/** What a cell in time is called: by the latent frame in its middle. */
const frameName = latent => (latent < 0 ? `reference ${-latent}` : `latent frame ${latent}`);

/** A canvas for each latent frame, below it the frames that it stands for. */
function frameCanvases(parent, maps, prefix) {
  parent.classList.toggle('many', maps.grid[0] > 5);
  const width = Math.max(backdrop.picture.width, 256);
  const height = Math.round(width * backdrop.picture.height / backdrop.picture.width);
  return maps.latentFrames.map((latent, frame) => {
    const name = frameName(latent);
    const canvas = make('canvas', {width, height, id: `${prefix}-${frame}`, role: 'img', 'aria-label': name});
    parent.append(make('figure', {}, canvas, make('figcaption', {'aria-hidden': 'true'}, name)));
    return canvas;
  });
}

/** What the sliders say, in words. */
function chosen(dropped) {
  const isMean = axis => state.averaged[axis] || dropped.includes(axis);
  const number = axis => (axis === 'block' ? page.blocks[state.block] : state[axis]);
  const ones = AXES.filter(axis => !isMean(axis)).map(axis => `${axis} ${number(axis)}`);
  const means = AXES.filter(isMean).map(axis => `${axis}s`).join(', ').replace(/, (\w+)$/, ' and $1');
  const note = dropped.length ? ' (maps of one head at one step were not kept)' : '';
  return [...ones, ...(means ? [`mean of all ${means}`] : [])].join(', ') + note;
}
