package io.zoetrope.tools.parity;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.family.Opened;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.kl.AutoencoderKL;
import io.zoetrope.vae.kl.KLVideoCodec;
import io.zoetrope.vae.layer.VideoSource;
import java.util.List;

/**
 * A picture autoencoder alone: frames encoded, and given latents decoded, stage by stage. In its
 * fixtures frames are a batch, which this engine takes one by one.
 */
record PictureVaeParity(
    Backend backend, Fixture fixture, ModelSource source, Tolerances tolerances, Report report) {
  private static final String DECODED = "decode_";

  void run(String name) {
    FamilyModel model = Family.open(source, new ModelPrecision(DType.F32, DType.F32));
    Recorder recorder = new Recorder();
    try (Opened<VideoCodec> opened = model.codec().open(backend);
        Ops ops = new Ops(backend, recorder)) {
      if (!(opened.model() instanceof KLVideoCodec codec)) {
        throw new PipelineException(name + ": stages can be compared of AutoencoderKL alone");
      }
      codec.encode(ops, VideoSource.of(pictures(name, ops)), null);
      decode(name, codec.vae(), ops);
    }
    for (String tensor : fixture.namesOf(name)) {
      String what = tensor.substring(name.length() + 1);
      if (what.startsWith("encode_")) {
        String path = "vae_encode/" + what.substring("encode_".length());
        compare(tensor, recorder.all(path).stream().map(Recorder.Recorded::values).toList());
      } else if (what.startsWith(DECODED)) {
        String stage = what.substring(DECODED.length());
        String path = "vae_decode/" + (stage.equals("images") ? "before_clamp" : stage);
        compare(
            tensor,
            recorder.all(path).stream()
                .map(frame -> PipelineParity.channelsFirst(List.of(frame)))
                .toList());
      }
    }
    report.requireAllSeen(fixture.namesOf(name));
  }

  private Tensor pictures(String name, Ops ops) {
    String input = name + "/images_uint8";
    report.input(input);
    float[] pixels = fixture.floats(input);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = pixels[i] / 255f * 2 - 1;
    }
    return ops.upload(Tensor.of(pixels, fixture.shape(input).sizes()));
  }

  /** The fixture has latents as the decoder takes them, without the scale of the transformer's. */
  private void decode(String name, AutoencoderKL vae, Ops ops) {
    String input = name + "/latents_in";
    report.input(input);
    Tensor stored = fixture.tensor(input);
    Tensor frames = ops.upload(Tensor.of(stored.toFloats(), stored.shape().sizes()));
    for (long frame = 0; frame < frames.size(0); frame++) {
      try (var _ = ops.scope("vae_decode")) {
        Tensor latents = ops.copy(frames.narrow(0, frame, 1).permute(0, 2, 3, 1));
        ops.tap("before_clamp", vae.decode(ops, latents, null));
      }
    }
  }

  private void compare(String tensor, List<float[]> frames) {
    report.compare(fixture, tolerances, tensor, Report.join(frames));
  }
}
