/**
 * The ports: what the verticles need of Redis, MySQL and the cluster, as interfaces that rank 2 implements.
 *
 * <p>Rank 1: imports {@code model}, and of Vert.x only {@code Future}. A verticle that knows only these can be run
 * against any implementation, and nothing above needs to know which Redis or which database it is.
 */
package io.headcount.store;
