/** Configurations of schedulers, and the list of all scheduler classes. */
package io.zoetrope.dit.scheduler.config;
