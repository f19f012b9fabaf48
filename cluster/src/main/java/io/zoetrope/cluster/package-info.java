/** Batches on Apache Spark: on this machine, or on many. */
package io.zoetrope.cluster;
