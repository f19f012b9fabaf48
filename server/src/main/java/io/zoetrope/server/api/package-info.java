/** What requests and answers have in common: JSON as it is read, and errors as they are told. */
package io.zoetrope.server.api;
