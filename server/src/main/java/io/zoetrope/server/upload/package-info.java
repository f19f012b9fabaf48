/** Files of clients: they are decoded in a process of their own, which is kept short. */
package io.zoetrope.server.upload;
