// Where a clip is seen: as a thumbnail, as a player, or on its way as the preview's frames in turn.

import * as api from './api.js';
import { h } from './dom.js';

const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** An empty screen in the shape of a job's clip. */
export function screenOf(job) {
  // A film has the size of its clips, which is known when it is done.
  const [width, height] = (job.size ?? '16x9').split('x').map(Number);
  const screen = h('div', { class: 'screen' });
  screen.style.setProperty('--aspect', `${width} / ${height}`);
  return screen;
}

/** A picture of the clip, for what says in words which clip it is. */
export const thumbnailOf = (job) => h('img', {
  src: api.contentOf(job.id, 'thumbnail'),
  alt: '',
  'aria-hidden': 'true',
  loading: 'lazy',
  decoding: 'async',
});

/**
 * A player that repeats the clip, which begins by itself unless motion is unwelcome. Its controls are shown to whoever
 * points at it or reaches it by the keyboard, and don't lie on the clip otherwise.
 */
export function playerOf(job) {
  const video = h('video', {
    src: api.contentOf(job.id),
    poster: api.contentOf(job.id, 'thumbnail'),
    'aria-label': job.prompt || 'clip',
    tabindex: '0',
    loop: true,
    playsinline: true,
  });
  video.muted = true;
  video.autoplay = !calm.matches;
  video.controls = calm.matches;
  const show = () => (video.controls = true);
  video.addEventListener('pointerenter', show);
  video.addEventListener('focus', show);
  video.addEventListener('pointerleave', (event) => {
    if (event.pointerType === 'mouse') video.controls = document.activeElement === video || video.paused;
  });
  return video;
}

/** Plays the clip over its thumbnail while the pointer is there. */
export function playOnHover(target, screen, job) {
  let playing = null;
  target.addEventListener('pointerenter', (event) => {
    if (event.pointerType !== 'mouse' || calm.matches || playing) return;
    const video = h('video', { src: api.contentOf(job.id), loop: true, playsinline: true, 'aria-hidden': 'true' });
    video.muted = true;
    playing = video;
    video.addEventListener('canplay', () => {
      if (playing !== video) return;
      screen.querySelector('img')?.setAttribute('hidden', '');
      screen.append(video);
      video.play().catch(() => {});
    }, { once: true });
    video.load();
  });
  target.addEventListener('pointerleave', () => {
    playing?.remove();
    playing?.removeAttribute('src');
    playing = null;
    screen.querySelector('img')?.removeAttribute('hidden');
  });
}

/** Shows a preview, one sheet of all frames, as a clip; the latest sheet counts. */
export class PreviewScreen {
  constructor(fps) {
    this.element = h('canvas', { role: 'img', 'aria-label': 'what the clip is going to be' });
    this.fps = fps;
    this.sheet = null;
    this.frame = 0;
    this.last = 0;
  }

  show(preview) {
    const picture = new Image();
    picture.onload = () => {
      const begins = !this.sheet;
      this.sheet = { ...preview, picture };
      this.element.width = preview.width;
      this.element.height = preview.height;
      this.draw();
      if (begins && !calm.matches) requestAnimationFrame((time) => this.turn(time));
    };
    picture.src = preview.image;
  }

  turn(time) {
    if (!this.element.isConnected) {
      this.sheet = null;
      return;
    }
    if (time - this.last >= 1000 / this.fps) {
      this.last = time;
      this.frame = (this.frame + 1) % this.sheet.frames;
      this.draw();
    }
    requestAnimationFrame((next) => this.turn(next));
  }

  draw() {
    const { picture, columns, width, height, frames } = this.sheet;
    const between = 2;
    const at = Math.min(this.frame, frames - 1);
    const x = (at % columns) * (width + between);
    const y = Math.floor(at / columns) * (height + between);
    this.element.getContext('2d').drawImage(picture, x, y, width, height, 0, 0, width, height);
  }
}
