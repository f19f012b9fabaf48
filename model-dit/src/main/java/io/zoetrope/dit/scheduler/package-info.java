/**
 * What pipelines and schedulers agree on. A pipeline asks a {@link
 * io.zoetrope.dit.scheduler.Scheduler}, which it gets from {@code
 * io.zoetrope.dit.scheduler.config.SchedulerConfig}; a new scheduler is a class beside those in
 * {@code flow} or {@code discrete}, with a {@link io.zoetrope.dit.scheduler.SchedulerKind}, and one
 * line in {@code config.Schedulers}.
 */
package io.zoetrope.dit.scheduler;
