package io.zoetrope.tools.explain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.pipeline.explain.Explanation.HeatMaps;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Heat maps as the page reads them: bytes, and the peak of each map, in base 64. */
final class MapTable {
  private MapTable() {}

  static ObjectNode json(HeatMaps maps) {
    ByteBuffer peaks =
        ByteBuffer.allocate(Float.BYTES * maps.peaks().length).order(ByteOrder.LITTLE_ENDIAN);
    peaks.asFloatBuffer().put(maps.peaks());
    return JsonConfig.MAPPER
        .createObjectNode()
        .put("bytes", maps.values())
        .put("peaks", peaks.array());
  }
}
