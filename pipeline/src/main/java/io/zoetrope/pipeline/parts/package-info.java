/**
 * Models from single files: what a file is, found from its header alone, and which files make a
 * model together.
 */
package io.zoetrope.pipeline.parts;
