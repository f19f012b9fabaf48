/** From shots to a film: storyboards, and how long each shot is. */
package io.zoetrope.tools.film;
