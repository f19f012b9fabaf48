package io.zoetrope.pipeline.run;

import io.zoetrope.dit.Predictor;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.PromptEncoder;
import io.zoetrope.vae.VideoCodec;
import java.util.stream.Stream;

/** The components of a model on a device, with their weights. */
public final class Parts implements AutoCloseable {
  private final FamilyModel model;
  private final Backend device;
  private final boolean kept;
  private final Part<PromptEncoder> textEncoder;
  private final Part<Predictor> predictor;
  private final Part<VideoCodec> codec;

  /**
   * Opens all weights and checks them against the configurations now, rather than after hours of
   * denoising. Nothing of them is read.
   *
   * @param device stays the caller's to close
   * @throws io.zoetrope.weights.WeightsException if weights are malformed, missing or left over
   */
  public Parts(FamilyModel model, Backend device, WeightRetention retention) {
    this.model = model;
    this.device = device;
    this.kept = retention == WeightRetention.KEEP;
    textEncoder = new Part<>(model.textEncoder(), device, kept);
    predictor = new Part<>(model.predictor(), device, kept);
    codec = new Part<>(model.codec(), device, kept);
    boolean complete = false;
    try {
      all().forEach(Part::weights);
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  private Stream<Part<?>> all() {
    return Stream.of(textEncoder, predictor, codec);
  }

  FamilyModel model() {
    return model;
  }

  Backend device() {
    return device;
  }

  boolean areKept() {
    return kept;
  }

  Part<PromptEncoder> textEncoder() {
    return textEncoder;
  }

  Part<Predictor> predictor() {
    return predictor;
  }

  Part<VideoCodec> codec() {
    return codec;
  }

  /** Bytes of the stored weights of the largest part. */
  long largestBytes() {
    return all().mapToLong(part -> part.weights().byteSize()).max().orElse(0);
  }

  /** Closes all weights that are open. */
  @Override
  public void close() {
    all().forEach(Part::close);
  }
}
