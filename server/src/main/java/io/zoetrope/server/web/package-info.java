/** The server as clients see it: paths, bodies, and who may ask. */
package io.zoetrope.server.web;
