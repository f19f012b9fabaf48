/** Many jobs: a file with a line for each, a folder that gets the clips, and whoever runs them. */
package io.zoetrope.tools.batch;
