package io.zoetrope.hub;

/**
 * A file of a model at a commit.
 *
 * @param path below the model's folder, with slashes
 * @param size in bytes
 * @param hash its name in the cache, and what its content is checked against
 * @param gitHash name of the blob in git: that of a pointer, for large files
 */
record HubFile(String path, long size, ContentHash hash, String gitHash) {
  /** The last part of the path. */
  String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** The folder that it lies in; empty at the top. */
  String folder() {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }
}
