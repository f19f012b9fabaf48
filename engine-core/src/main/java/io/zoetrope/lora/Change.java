package io.zoetrope.lora;

import io.zoetrope.encoding.Adjusted;

/** Something that is added to the elements of a weight while they are read, in float32. */
interface Change extends Adjusted.Adjustment {
  /** Bytes of memory that it keeps while the weight is read. */
  long keptBytes();
}
