package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.media.Resampling;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.task.ClipSource;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.parity.Recorder.Recorded;
import io.zoetrope.vae.DecodeConditions;
import io.zoetrope.vae.layer.LatentSampling;
import io.zoetrope.vae.layer.VideoSource;
import io.zoetrope.vae.ltx.AutoencoderKLLTXVideo;
import io.zoetrope.vae.ltx.AutoencoderKLLTXVideoConfig;
import io.zoetrope.vae.ltx.LTXLatentUpsamplerConfig;
import io.zoetrope.vae.ltx.LTXLatentUpsamplerModel;
import io.zoetrope.vae.ltx.LTXVideoCodec;
import io.zoetrope.vae.ltx.LatentUpsampler;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.Weights;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Latent upsamplers: alone, and in their pipeline, from latents or from a clip to larger latents
 * and the clip of those. The autoencoder computes in F32.
 */
record UpsampleParity(
    Backend backend, DType dtype, Fixture fixture, Tolerances tolerances, Report report) {
  private static final String COMPONENT = "latent_upsampler";
  private static final String VAE = "vae";
  private static final String GIVEN = "/latents_in";
  private static final String CLIP = "/input_video_uint8";

  /** The model alone, over latents as they are. */
  void runModel(String name, JsonNode settings) {
    Recorder recorder = new Recorder();
    try (WeightSource weights = weights(settings.path("model").asText());
        Ops ops = new Ops(backend, recorder)) {
      Tensor latents = channelsLast(ops, name + GIVEN);
      LTXLatentUpsamplerModel model = model(settings.path("model").asText(), weights);
      Tensor out = model.forward(ops, ops.cast(latents, dtype));
      ops.tap("latents_out", out.permute(3, 0, 1, 2));
    }
    compareAll(name, recorder);
  }

  /** The whole pipeline. */
  void run(String name, JsonNode settings) {
    Recorder recorder = new Recorder();
    try (WeightSource weights = weights(COMPONENT);
        WeightSource vaeWeights = vae().weights(VAE);
        Ops ops = new Ops(backend, recorder)) {
      AutoencoderKLLTXVideoConfig config =
          AutoencoderKLLTXVideoConfig.of(vae().config(VAE, "AutoencoderKLLTXVideo"));
      LTXVideoCodec codec =
          new LTXVideoCodec(
              new AutoencoderKLLTXVideo(config, Weights.of(vaeWeights, backend)), DType.F32);
      NoiseSource noise =
          CaseRequest.of(fixture, report, name, settings).noise(0).orElseGet(NoiseSource::none);
      Tensor latents = latents(name, settings, ops, codec, noise);
      ops.tap("normalized_latents", latents);
      LatentUpsampler upsampler =
          new LatentUpsampler(
              model(COMPONENT, weights),
              dtype,
              settings.path("adain_factor").doubleValue(),
              settings.path("tone_map_compression_ratio").doubleValue());
      Tensor large = ops.tap("latents_out_normalized", upsampler.upscale(ops, codec, latents));
      if (settings.path("decode").booleanValue()) {
        decode(name, settings, ops, codec, large, noise);
      }
    }
    compareAll(name, recorder);
  }

  private Tensor latents(
      String name, JsonNode settings, Ops ops, LTXVideoCodec codec, NoiseSource noise) {
    if (!fixture.has(name + CLIP)) {
      report.input(name + GIVEN);
      Tensor stored = fixture.tensor(name + GIVEN).select(0, 0);
      return ops.upload(Tensor.of(stored.toFloats(), stored.shape().sizes()));
    }
    report.input(name + CLIP);
    long[] sizes = fixture.shape(name + CLIP).sizes();
    VideoFrames given =
        new VideoFrames((int) sizes[2], (int) sizes[1], (int) sizes[0], fixture.bytes(name + CLIP));
    VideoFrames resized =
        Resampling.LANCZOS.resize(
            given, settings.path("width").intValue(), settings.path("height").intValue());
    int step = codec.vae().config().scaleFactorTemporal();
    VideoSource whole = ClipSource.of(ops, resized);
    VideoSource clip =
        new VideoSource() {
          @Override
          public long frames() {
            return whole.frames() - (whole.frames() - 1) % step;
          }

          @Override
          public Tensor read(long start, long count) {
            return whole.read(start, count);
          }
        };
    return codec.encode(ops, clip, null, LatentSampling.of(shape -> noise.normal(shape.sizes())));
  }

  private void decode(
      String name,
      JsonNode settings,
      Ops ops,
      LTXVideoCodec codec,
      Tensor latents,
      NoiseSource noise) {
    double timestep = settings.path("decode_timestep").doubleValue();
    double scale = settings.path("decode_noise_scale").asDouble(timestep);
    ByteArrayOutputStream pixels = new ByteArrayOutputStream();
    codec
        .with(new DecodeConditions(timestep, scale, noise))
        .decode(
            ops,
            latents,
            null,
            chunk -> {
              for (float level : ops.download(ops.toPixels(chunk)).toFloats()) {
                pixels.write((int) level);
              }
            });
    int height = latents.intSize(2) * codec.vae().config().scaleFactorSpatial();
    int width = latents.intSize(3) * codec.vae().config().scaleFactorSpatial();
    int frames = pixels.size() / (3 * height * width);
    new PipelineParity(backend, dtype, fixture, vae(), tolerances, report)
        .compareFrames(name, List.of(new VideoFrames(width, height, frames, pixels.toByteArray())));
  }

  private void compareAll(String name, Recorder recorder) {
    for (String tensor : fixture.namesOf(name)) {
      String what = tensor.substring(name.length() + 1);
      List<Recorded> inPipeline = recorder.all("upscale/" + what);
      List<Recorded> found = inPipeline.isEmpty() ? recorder.all(what) : inPipeline;
      if (!found.isEmpty()) {
        float[] values =
            !what.startsWith("upsampler/")
                ? found.getFirst().values()
                : fixture.shape(tensor).rank() == 4
                    ? framesFirst(found.getFirst())
                    : PipelineParity.channelsFirst(found);
        report.compare(fixture, tolerances, tensor, values);
      }
    }
    report.requireAllSeen(fixture.namesOf(name));
  }

  /** [frames, height, width, channels] to [frames, channels, height, width]. */
  private static float[] framesFirst(Recorded recorded) {
    int frames = recorded.shape().intSize(0);
    int channels = recorded.shape().intSize(3);
    int pixels = recorded.values().length / frames / channels;
    float[] out = new float[recorded.values().length];
    for (int i = 0; i < out.length; i++) {
      int frame = i / (pixels * channels);
      int pixel = i / channels % pixels;
      out[(frame * channels + i % channels) * pixels + pixel] = recorded.values()[i];
    }
    return out;
  }

  private Tensor channelsLast(Ops ops, String name) {
    report.input(name);
    Tensor stored = fixture.tensor(name).select(0, 0);
    Tensor latents = ops.upload(Tensor.of(stored.toFloats(), stored.shape().sizes()));
    return ops.copy(latents.permute(1, 2, 3, 0));
  }

  private LTXLatentUpsamplerModel model(String component, WeightSource weights) {
    JsonConfig config = JsonConfig.read(fixture.folder().resolve(component + "/config.json"));
    return new LTXLatentUpsamplerModel(
        LTXLatentUpsamplerConfig.of(config), Weights.of(weights, backend).roundedTo(dtype));
  }

  private WeightSource weights(String component) {
    return Checkpoint.open(fixture.folder().resolve(component), ModelFolder.DIFFUSERS);
  }

  /** The model with the autoencoder: the fixture, or the sibling that it is taken from. */
  private ModelFolder vae() {
    Path own = fixture.folder();
    return ModelFolder.open(
        Files.isDirectory(own.resolve(VAE))
            ? own
            : own.resolve(fixture.json().path("vae_of").asText()).normalize());
  }
}
