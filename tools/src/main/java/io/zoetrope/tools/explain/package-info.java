/** What a model did in a job, as a page. */
package io.zoetrope.tools.explain;
