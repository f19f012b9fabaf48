/** Runs every operation of a device, compares it with the CPU, and takes its time. */
package io.zoetrope.tools.selftest;
