/**
 * The catalogue of cases: operations with operands of many shapes, for everybody who wants to run
 * them all: tests that compare backends, self-tests of devices, benchmarks.
 */
package io.zoetrope.ops.cases;
