package io.zoetrope.ops.cases;

import java.util.Optional;

/**
 * An operation that a device tries.
 *
 * @param title the operation without a shape
 * @param typical a case that tells whether the device computes it rightly
 * @param large one that keeps the device busy for as long as it takes to measure; empty where a
 *     time would mean nothing
 */
public record Trial(String title, OperationCase typical, Optional<OperationCase> large) {}
