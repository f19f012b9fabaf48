/** LTX-Video: its models, and what their inputs do around a step. */
package io.zoetrope.pipeline.family.ltx;
