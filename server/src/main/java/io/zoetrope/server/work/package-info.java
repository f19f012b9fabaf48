/** What becomes of jobs: workers, folders, events. */
package io.zoetrope.server.work;
