/** Jobs as they are kept: durable from the moment that they are acknowledged. */
package io.zoetrope.server.store;
