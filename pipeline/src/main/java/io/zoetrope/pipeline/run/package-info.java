/** What happens between the parts of a model, the same for every family. */
package io.zoetrope.pipeline.run;
