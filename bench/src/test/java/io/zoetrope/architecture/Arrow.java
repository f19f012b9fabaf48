package io.zoetrope.architecture;

/**
 * One class uses another one. Nested classes count as the class they stand in.
 *
 * @param from full name of the class that uses
 * @param to full name of the class that is used
 */
record Arrow(String from, String to) {
  /** Returns the package of a class. */
  static String packageOf(String name) {
    return name.substring(0, name.lastIndexOf('.'));
  }

  String fromPackage() {
    return packageOf(from);
  }

  String toPackage() {
    return packageOf(to);
  }

  @Override
  public String toString() {
    return from + " -> " + to;
  }
}
