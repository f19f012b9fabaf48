/** Serves models over HTTP. */
package io.zoetrope.server;
