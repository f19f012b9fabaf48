package io.zoetrope.tools.cli;

import io.zoetrope.VideoPipeline;
import io.zoetrope.ops.Backend;
import java.io.PrintWriter;

/**
 * A model that is open on a device.
 *
 * @param name of model and number format, for people
 * @param device what computes
 * @param pipeline the model
 * @param isVerbose whether people want to know more
 */
record OpenModel(String name, Backend device, VideoPipeline pipeline, boolean isVerbose)
    implements AutoCloseable {
  /**
   * Says what runs where.
   *
   * @param settings what is made, behind the name
   */
  void announce(PrintWriter err, String settings) {
    ClipOutput.announce(err, name + settings, device, isVerbose);
    pipeline.notes().forEach(note -> err.println("  " + note));
    err.flush();
  }

  @Override
  public void close() {
    try (device) {
      pipeline.close();
    }
  }
}
