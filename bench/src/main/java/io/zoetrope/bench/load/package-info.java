/** Many clients at once: what a server answers, and how soon. */
package io.zoetrope.bench.load;
