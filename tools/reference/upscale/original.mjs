// What the networks of the npm package @upscalerjs/esrgan-slim make of a small picture, by TensorFlow.js.
//
//   npm pack @upscalerjs/esrgan-slim && tar xzf upscalerjs-esrgan-slim-*.tgz && npm install @tensorflow/tfjs
//   node original.mjs package esrgan_slim.safetensors
//
// Run in a folder outside of the project, where these packages are. The result lies in
// model-upscale/src/test/resources.
// Tensors: picture [height, width, 3], U8; x2 and x4 [height out, width out, 3], F32, levels from 0 to 255.
import fs from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';

const [folder, out] = process.argv.slice(2);
const HEIGHT = 13;
const WIDTH = 18;

// A disc with a hard edge on a gradient, and stripes.
function picture() {
  const levels = new Uint8Array(HEIGHT * WIDTH * 3);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const inside = (x - 6) ** 2 + (y - 6) ** 2 < 20;
      const striped = x > 12 && y % 3 === 0;
      const colour = inside ? [230, 40, 30] : striped ? [250, 250, 245] : [20 + 8 * x, 90 + 10 * y, 200 - 9 * y];
      levels.set(colour, (y * WIDTH + x) * 3);
    }
  }
  return levels;
}

async function load(scale) {
  const base = path.join(folder, 'models', `x${scale}`);
  const json = JSON.parse(fs.readFileSync(path.join(base, 'model.json')));
  const [group] = json.weightsManifest;
  const data = Buffer.concat(group.paths.map((name) => fs.readFileSync(path.join(base, name))));
  return tf.loadLayersModel(tf.io.fromMemory({
    modelTopology: json.modelTopology,
    weightSpecs: group.weights,
    weightData: data.buffer.slice(data.byteOffset, data.byteOffset + data.length),
  }));
}

// The format: the length of a JSON header, the header, the tensors' bytes.
function write(tensors) {
  const header = {};
  let end = 0;
  for (const [name, { dtype, shape, values }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const data = Object.values(tensors).map(({ values }) => Buffer.from(values.buffer));
  fs.writeFileSync(out, Buffer.concat([length, text, ...data]));
}

await tf.setBackend('cpu');
const levels = picture();
const tensors = { };
for (const scale of [2, 4]) {
  const model = await load(scale);
  const result = model.predict(tf.tensor4d(Float32Array.from(levels), [1, HEIGHT, WIDTH, 3]));
  tensors[`x${scale}`] = { dtype: 'F32', shape: [scale * HEIGHT, scale * WIDTH, 3], values: await result.data() };
}
tensors.picture = { dtype: 'U8', shape: [HEIGHT, WIDTH, 3], values: levels };
write(tensors);
