/** The command line and the composition root. */
package io.headcount;
