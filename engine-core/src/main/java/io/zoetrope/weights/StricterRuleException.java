package io.zoetrope.weights;

/** A file is refused by a {@link StricterRule}: the reference reader might accept it. */
public final class StricterRuleException extends WeightsException {
  private static final long serialVersionUID = 1;

  private final StricterRule rule;

  StricterRuleException(StricterRule rule, String message) {
    super(message);
    this.rule = rule;
  }

  public StricterRule rule() {
    return rule;
  }
}
