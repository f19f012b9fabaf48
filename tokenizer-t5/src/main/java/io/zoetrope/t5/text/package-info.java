/**
 * Repair of text that was decoded or escaped wrongly, equal in its results to the Python library
 * ftfy 6.3 with its defaults, and HTML unescaping equal to Python's.
 */
package io.zoetrope.t5.text;
