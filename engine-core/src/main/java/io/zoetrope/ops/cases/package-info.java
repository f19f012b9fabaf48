/**
 * The catalogue of operations: how each is called by name, with operands of many shapes, for
 * everybody who wants to run them all: tests that compare backends, self-tests of devices,
 * benchmarks, comparisons with another implementation.
 */
package io.zoetrope.ops.cases;
