package io.zoetrope.ops;

import io.zoetrope.files.ExpectedException;

/** A result is to be replaced that can be looked at only. */
public final class IrreplaceableException extends ExpectedException {
  private static final long serialVersionUID = 1;

  IrreplaceableException(String path) {
    super(
        "%s can be looked at, but not replaced: it is a table of all steps, or a copy that is made to be looked at"
            .formatted(path));
  }
}
