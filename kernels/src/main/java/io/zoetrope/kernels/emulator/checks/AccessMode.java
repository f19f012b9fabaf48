package io.zoetrope.kernels.emulator.checks;

/** What an access does to memory. */
public enum AccessMode {
  READ("read"),
  WRITE("write"),
  ATOMIC("atomic");

  private final String word;

  AccessMode(String word) {
    this.word = word;
  }

  @Override
  public String toString() {
    return word;
  }
}
