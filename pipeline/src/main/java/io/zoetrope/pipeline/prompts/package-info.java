/** Embeddings of prompts that outlast a job. */
package io.zoetrope.pipeline.prompts;
