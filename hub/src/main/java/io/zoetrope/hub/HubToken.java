package io.zoetrope.hub;

/**
 * What a user is known by at the hub. Its text is shown to nobody: {@link #toString} hides it.
 *
 * @param value the token itself, for the header of a request
 */
record HubToken(String value) {
  HubToken {
    if (value.isEmpty() || !value.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new HubException(
          "the hub's token has a character that no token has: set HF_TOKEN again, without quotation"
              + " marks or spaces");
    }
  }

  @Override
  public String toString() {
    return "a token";
  }
}
