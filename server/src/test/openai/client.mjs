// The official Node client against a server that runs: every call of its videos API that OpenAI documents.
//
//   npm install --no-save openai      in a folder that holds this file
//   node client.mjs http://127.0.0.1:8080/v1 [TOKEN]
//
// Tried with openai 7.59.0 on Node 20. Exits with 1 at the first thing that is wrong.

import assert from 'node:assert/strict';
import OpenAI, { toFile } from 'openai';

const [baseURL = 'http://127.0.0.1:8080/v1', apiKey = 'none'] = process.argv.slice(2);
const openai = new OpenAI({ baseURL, apiKey });

async function finished(video) {
  while (video.status === 'queued' || video.status === 'in_progress') {
    await new Promise((resolve) => setTimeout(resolve, 200));
    video = await openai.videos.retrieve(video.id);
  }
  return video;
}

async function step(what, action) {
  const value = await action();
  console.log(`ok  ${what}`);
  return value;
}

const prompt = 'a red ball bounces on green grass';

const created = await step('create', async () => {
  const video = await openai.videos.create({ prompt });
  assert.match(video.id, /^video_/);
  assert.equal(video.object, 'video');
  assert.equal(video.prompt, prompt);
  assert.ok(['queued', 'in_progress'].includes(video.status));
  return video;
});

await step('poll', async () => {
  const video = await finished(created);
  assert.equal(video.status, 'completed', video.error?.message);
  assert.equal(video.progress, 100);
  assert.ok(video.completed_at >= video.created_at);
});

await step('list, page by page', async () => {
  const another = await openai.videos.create({ prompt: 'a blue ball rises on a white background' });
  const ids = [];
  for await (const video of openai.videos.list({ limit: 1, order: 'desc' })) ids.push(video.id);
  assert.ok(ids.includes(created.id) && ids.includes(another.id));
  await openai.videos.delete(another.id);
});

for (const [variant, begins] of [['video', 'ftyp'], ['thumbnail', '\xff\xd8'], ['spritesheet', '\xff\xd8']]) {
  await step(`download the ${variant}`, async () => {
    const answer = await openai.videos.downloadContent(created.id, { variant });
    const text = Buffer.from(await answer.arrayBuffer()).toString('latin1');
    assert.equal(text.startsWith(begins) || text.slice(4).startsWith(begins), true);
  });
}

await step('create from a picture', async () => {
  const thumbnail = await openai.videos.downloadContent(created.id, { variant: 'thumbnail' });
  const picture = await toFile(await thumbnail.arrayBuffer(), 'first.jpg', { type: 'image/jpeg' });
  const video = await finished(await openai.videos.create({ prompt, input_reference: picture }));
  assert.equal(video.status, 'completed', video.error?.message);
  await openai.videos.delete(video.id);
});

await step('remix', async () => {
  const remix = await openai.videos.remix(created.id, { prompt: 'a blue ball bounces on green grass' });
  assert.equal(remix.remixed_from_video_id, created.id);
  assert.equal((await finished(remix)).status, 'completed');
  await openai.videos.delete(remix.id);
});

await step('errors name the parameter', async () => {
  await assert.rejects(openai.videos.create({ prompt, size: '65x64' }), (failure) =>
    failure instanceof OpenAI.BadRequestError && failure.param === 'size');
  await assert.rejects(openai.videos.retrieve('video_0'), OpenAI.NotFoundError);
});

await step('delete', async () => {
  const answer = await openai.videos.delete(created.id);
  assert.equal(answer.deleted, true);
  assert.equal(answer.id, created.id);
  await assert.rejects(openai.videos.retrieve(created.id), OpenAI.NotFoundError);
});
