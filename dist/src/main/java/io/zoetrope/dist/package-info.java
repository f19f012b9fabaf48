/** What makes the archives; none of it is in them. */
package io.zoetrope.dist;
