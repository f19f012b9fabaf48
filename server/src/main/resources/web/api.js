// What the page asks of the server: JSON over fetch, media by their addresses, events by EventSource.

import { find } from './dom.js';

/** What the server refused, with the parameter it names. */
export class Refusal extends Error {
  constructor(status, error, retryAfter) {
    super(error?.message ?? `The server answered ${status}.`);
    this.status = status;
    this.parameter = error?.param ?? null;
    this.code = error?.code ?? null;
    this.retryAfter = retryAfter;
  }
}

/** The server does not answer at all. */
export class Unreachable extends Error {}

/**
 * Asks, and answers with the parsed JSON. Where the server wants a token, the question waits for it.
 *
 * @throws Refusal if the server says no
 * @throws Unreachable if it says nothing
 */
export async function ask(method, path, body, { signal, headers } = {}) {
  for (;;) {
    const answer = await send(method, path, body, signal, headers);
    if (answer.status === 401) {
      await signIn();
      continue;
    }
    const json = await answer.text().then(parse).catch(() => null);
    if (!answer.ok) throw new Refusal(answer.status, json?.error, Number(answer.headers.get('Retry-After')) || null);
    return json;
  }
}

/** Parses what the server says. Seeds have 64 bits, more than a number of JavaScript: they stay text. */
function parse(text) {
  return JSON.parse(text, (name, value, context) =>
    name === 'seed' && typeof value === 'number' ? (context?.source ?? String(value)) : value);
}

/** The reverse: seeds that are text become numbers. Quotes within texts are escaped, so it matches fields only. */
const format = (body) => JSON.stringify(body).replace(/"seed":"(\d+)"/g, '"seed":$1');

async function send(method, path, body, signal, headers = {}) {
  const form = body instanceof FormData;
  try {
    return await fetch(path, {
      method,
      signal,
      headers: body && !form ? { 'Content-Type': 'application/json', ...headers } : headers,
      body: body && !form ? format(body) : body,
    });
  } catch (failure) {
    if (failure.name === 'AbortError') throw failure;
    throw new Unreachable('The server does not answer.', { cause: failure });
  }
}

let signingIn = null;

/** Asks for the token once, however many questions wait for it, until the server takes it. */
function signIn() {
  signingIn ??= new Promise((resolve) => {
    const dialog = find('ask');
    const token = find('token');
    const error = find('token-error');
    const onsubmit = async (event) => {
      event.preventDefault();
      error.textContent = '';
      try {
        const answer = await send('POST', '/v1/session', { token: token.value });
        if (!answer.ok) {
          error.textContent = 'The server does not take this token.';
          token.select();
          return;
        }
      } catch (failure) {
        error.textContent = failure.message;
        return;
      }
      find('ask-form').removeEventListener('submit', onsubmit);
      dialog.removeEventListener('cancel', stay);
      token.value = '';
      dialog.close();
      signingIn = null;
      resolve();
    };
    const stay = (event) => event.preventDefault();
    find('ask-form').addEventListener('submit', onsubmit);
    dialog.addEventListener('cancel', stay);
    dialog.showModal();
  });
  return signingIn;
}

/** Asks for the token before anything else where there has to be one. */
export async function session() {
  const answer = await ask('GET', '/v1/session');
  if (answer.token_required && !answer.authenticated) await signIn();
}

const video = (id) => `/v1/videos/${encodeURIComponent(id)}`;

/** Address of the clip, its thumbnail or its sheet of frames. */
export const contentOf = (id, variant = 'video') => `${video(id)}/content?variant=${variant}`;

export const downloadOf = (id) => `${contentOf(id)}&download=1`;

/** The clip as a file, to be sent again. */
export async function fileOf(id) {
  const answer = await send('GET', contentOf(id));
  if (!answer.ok) throw new Refusal(answer.status, (await answer.json()).error);
  return new File([await answer.blob()], `${id}.mp4`, { type: 'video/mp4' });
}

export const models = () => ask('GET', '/v1/models').then((answer) => answer.data);
export const retrieve = (id) => ask('GET', video(id));
export const update = (id, change) => ask('POST', video(id), change);
export const remove = (id) => ask('DELETE', video(id));
export const remix = (id, change) => ask('POST', `${video(id)}/remix`, change);
export const extend = (id, change) => ask('POST', `${video(id)}/extend`, change);
export const assemble = (ids) => ask('POST', '/v1/videos/assemble', { videos: ids });
export const forecast = (body, signal) => ask('POST', '/v1/videos/forecast', body, { signal });

/** Sent again after a broken connection, the same key starts no second job. */
export const create = (body, key) => ask('POST', '/v1/videos', body, { headers: { 'Idempotency-Key': key } });

/** A page of clips, newest first. */
export function list(query = {}) {
  const asked = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return ask('GET', `/v1/videos?${new URLSearchParams(asked)}`);
}

/**
 * Listens to a job until it ends.
 *
 * @param listeners functions by the name of the event, and `lost` for a connection that broke
 * @returns what stops listening
 */
export function listen(id, listeners) {
  const source = new EventSource(`${video(id)}/events`);
  for (const name of ['status', 'progress', 'preview', 'done', 'deleted']) {
    source.addEventListener(name, (event) => {
      if (name === 'done' || name === 'deleted') source.close();
      listeners[name]?.(parse(event.data));
    });
  }
  source.addEventListener('error', () => listeners.lost?.(source.readyState === EventSource.CLOSED));
  return () => source.close();
}
