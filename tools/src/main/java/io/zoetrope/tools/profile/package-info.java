/** What a job spent its time on: collected by a tracer, grouped, and shown beside the roofline. */
package io.zoetrope.tools.profile;
