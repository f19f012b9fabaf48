package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.family.Opened;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.parity.Recorder.Recorded;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.cogvideox.AutoencoderKLCogVideoX;
import io.zoetrope.vae.cogvideox.CogVideoXVideoCodec;
import io.zoetrope.vae.layer.Moments;
import io.zoetrope.vae.layer.VideoSource;
import io.zoetrope.vae.ltx.AutoencoderKLLTXVideo;
import io.zoetrope.vae.ltx.LTXVideoCodec;
import io.zoetrope.vae.wan.WanVae;
import io.zoetrope.vae.wan.WanVideoCodec;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** The video autoencoder alone: a clip encoded, and given latents decoded, stage by stage. */
record VaeParity(
    Backend backend, Fixture fixture, ModelSource source, Tolerances tolerances, Report report) {
  /**
   * Names of the fixtures and, in the order of preference, the places where a stage is observed.
   */
  private static final Map<String, String> STAGES =
      Map.of(
          "decode_post_quant_conv", "vae_decode/post_quant_conv",
          "decode_conv_in_joined", "vae_decode/conv_in",
          "decode_mid_block_joined", "vae_decode/mid_block",
          "decode_up_block0_joined", "vae_decode/up_block0",
          "decode_up_block1_joined", "vae_decode/up_block1",
          "decode_up_block2_joined", "vae_decode/up_block2",
          "decode_before_clamp", "vae_decode/before_clamp",
          "decode_before_unpatchify_and_clamp", "vae_decode/before_clamp",
          "encode_moments_before_quant_conv", "vae_encode/moments_before_quant_conv");

  private static final String LAST_NORM = "vae_decode/norm_out";

  void run(String name, JsonNode settings) {
    FamilyModel model = Family.open(source, new ModelPrecision(DType.F32, DType.F32));
    Recorder recorder = new Recorder();
    try (Opened<VideoCodec> opened = model.codec().open(backend);
        Ops ops = new Ops(backend, recorder)) {
      Autoencoder autoencoder = autoencoder(name, settings, opened.model());
      if (fixture.has(name + "/video_uint8")) {
        encode(name, autoencoder, ops);
      }
      if (fixture.has(name + "/latents_in")) {
        decode(name, autoencoder, ops);
      }
    }
    compareNamed(name, recorder);
    STAGES.forEach((tensor, path) -> {
      if (fixture.has(name + "/" + tensor)) {
        List<Recorded> chunks = recorder.all(path);
        List<Recorded> frames = recorder.all(path.replace("/", "/frame/"));
        List<Recorded> found = chunks.isEmpty() ? frames : chunks;
        if (!found.isEmpty()) {
          compare(name, tensor, PipelineParity.channelsFirst(found));
        }
      }
    });
    report.requireAllSeen(fixture.namesOf(name));
  }

  /** Stages whose names are those of their places but for the prefix. */
  private void compareNamed(String name, Recorder recorder) {
    for (String tensor : fixture.namesOf(name)) {
      String what = tensor.substring(name.length() + 1);
      if (what.equals(LAST_NORM)) {
        // Channels-last there, too.
        compare(
            name,
            what,
            Report.join(
                recorder.all("vae_decode/conv_out/norm_out").stream()
                    .map(Recorded::values)
                    .toList()));
      } else if (what.startsWith("encode/") || what.startsWith("vae_decode/")) {
        List<Recorded> chunks = recorder.all(what.replaceFirst("^encode/", "vae_encode/"));
        if (!chunks.isEmpty()) {
          compare(name, what, PipelineParity.channelsFirst(chunks));
        }
      }
    }
  }

  /** Encodes to latents that are not scaled for a transformer, and decodes such. */
  private record Autoencoder(
      BiFunction<Ops, Tensor, Moments> encode, TriConsumer<Ops, Tensor, Consumer<Tensor>> decode) {}

  private interface TriConsumer<A, B, C> {
    void accept(A a, B b, C c);
  }

  private Autoencoder autoencoder(String name, JsonNode settings, VideoCodec codec) {
    return switch (codec) {
      case WanVideoCodec(WanVae vae, _) ->
          new Autoencoder(
              (ops, video) -> vae.encode(ops, comingOutEven(vae, video), null),
              (ops, latents, frames) -> vae.decode(ops, latents, null, frames));
      case CogVideoXVideoCodec(AutoencoderKLCogVideoX vae, _, _) ->
          new Autoencoder(
              (ops, video) -> vae.encode(ops, VideoSource.of(video), null),
              (ops, latents, frames) -> vae.decode(ops, latents, null, frames));
      case LTXVideoCodec(AutoencoderKLLTXVideo vae, _, _) ->
          new Autoencoder(
              (ops, video) -> vae.encode(ops, VideoSource.of(video), null),
              (ops, latents, frames) ->
                  vae.decode(
                      ops,
                      latents,
                      settings.path("decode_timestep").doubleValue(),
                      CaseRequest.of(fixture, report, name, settings)
                          .noise(0)
                          .orElseGet(NoiseSource::none),
                      null,
                      frames));
      default ->
          throw new PipelineException(name + ": stages of this autoencoder can't be compared");
    };
  }

  /** The reference leaves out the last frames of a clip that does not come out even. */
  private static Tensor comingOutEven(WanVae vae, Tensor video) {
    return video.narrow(
        0, 0, video.size(0) - (video.size(0) - 1) % vae.config().scaleFactorTemporal());
  }

  private void encode(String name, Autoencoder autoencoder, Ops ops) {
    String input = name + "/video_uint8";
    report.input(input);
    float[] pixels = fixture.floats(input);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = pixels[i] / 255f * 2 - 1;
    }
    Tensor video = ops.upload(Tensor.of(pixels, fixture.shape(input).sizes()));
    Moments moments = autoencoder.encode.apply(ops, video);
    compare(name, "encode_mean", channelsFirst(ops, moments.mean()));
    if (fixture.has(name + "/encode_logvar")) {
      compare(name, "encode_logvar", channelsFirst(ops, moments.logvar()));
    }
  }

  private void decode(String name, Autoencoder autoencoder, Ops ops) {
    String input = name + "/latents_in";
    report.input(input);
    Tensor stored = fixture.tensor(input).select(0, 0);
    Tensor latents = ops.upload(Tensor.of(stored.toFloats(), stored.shape().sizes()));
    Recorder chunks = new Recorder();
    autoencoder.decode.accept(
        ops,
        ops.copy(latents.permute(1, 2, 3, 0)),
        chunk -> chunks.tensor("video", ops.download(chunk)));
    compare(name, "decode_video", PipelineParity.channelsFirst(chunks.all("video")));
  }

  private static float[] channelsFirst(Ops ops, Tensor video) {
    return ops.download(video.permute(3, 0, 1, 2)).toFloats();
  }

  private void compare(String name, String tensor, float[] actual) {
    report.compare(fixture, tolerances, name + "/" + tensor, actual);
  }
}
