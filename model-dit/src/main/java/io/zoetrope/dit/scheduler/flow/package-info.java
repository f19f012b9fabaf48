/**
 * Schedulers for flow matching: a sample at level sigma is {@code (1 - sigma) * data + sigma *
 * noise}, and the model predicts {@code noise - data}.
 */
package io.zoetrope.dit.scheduler.flow;
