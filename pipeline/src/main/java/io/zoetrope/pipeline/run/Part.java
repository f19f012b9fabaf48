package io.zoetrope.pipeline.run;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.pipeline.family.Component;
import io.zoetrope.pipeline.family.Opened;
import io.zoetrope.weights.WeightSource;

/**
 * A component of a model that job after job works with. Its weights are opened once, checked, and
 * placed on the device when a stage first needs them; a stage that is over closes them, unless they
 * are to be kept.
 */
final class Part<M> implements AutoCloseable {
  private final Component<M> component;
  private final Backend device;
  private final boolean kept;

  /** Weights that are open, and what a dry run makes of them; null while they are closed. */
  private Opened<M> opened;

  /** On the device; null while it is not. */
  private M placed;

  /**
   * A part whose weights are not open yet.
   *
   * @param kept whether they stay open and on the device behind a stage
   */
  Part(Component<M> component, Backend device, boolean kept) {
    this.component = component;
    this.device = device;
    this.kept = kept;
  }

  /**
   * The weights, open. Where they were not, they are held against the configuration; nothing of
   * them is read.
   */
  WeightSource weights() {
    if (opened == null) {
      try (Backend dry = new DryRunBackend()) {
        opened = component.open(dry);
      }
    }
    return opened.weights();
  }

  /** The model on the device, or on one that only counts. */
  M on(Backend other) {
    if (other != device) {
      return component.load(weights(), other);
    }
    if (placed == null) {
      placed = component.load(weights(), device);
    }
    return placed;
  }

  /** Whether the weights stay on the device behind a stage. */
  boolean isKept() {
    return kept;
  }

  /** A stage that worked with this on a device is over; one that only counts holds nothing. */
  void release(Backend other) {
    if (other == device && !kept) {
      close();
    }
  }

  @Override
  public void close() {
    placed = null;
    if (opened != null) {
      opened.close();
      opened = null;
    }
  }
}
