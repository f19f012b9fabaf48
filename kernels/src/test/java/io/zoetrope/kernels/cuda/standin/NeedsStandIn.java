package io.zoetrope.kernels.cuda.standin;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks tests that run on the {@link StandInDriver}. They are skipped where it cannot be built, and
 * one line at the end says which ones and why.
 */
@Documented
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(StandInCondition.class)
public @interface NeedsStandIn {}
