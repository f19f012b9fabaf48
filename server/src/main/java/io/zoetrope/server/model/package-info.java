/** The models that are served: what each can do, and what becomes of a request. */
package io.zoetrope.server.model;
