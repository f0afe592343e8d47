/**
 * The Java viewer client: one socket a viewer, with the life that a real client has (handshake, ping and pong, close,
 * silence, coming back). Tests and the load generator share it.
 *
 * <p>Rank 2: imports {@code model}, {@code protocol}, Netty and Vert.x' {@code Future}. A load generator holds tens of
 * thousands of viewers in a process, so a connection is one Netty channel with one handler of ours: the handshake and
 * the frames are read by hand, since Netty's WebSocket codec and Vert.x' client keep several handlers and buffers for
 * each socket.
 */
package io.headcount.client;
