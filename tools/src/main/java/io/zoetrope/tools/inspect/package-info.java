/** What {@code inspect} finds out about a model: its modules, its numbers, and what fits. */
package io.zoetrope.tools.inspect;
