/** The language of shots: from what a director says to a prompt, and formats of platforms. */
package io.zoetrope.tools.shot;
