/** Where two runs part whose tensors were saved. */
package io.zoetrope.tools.compare;
