package io.headcount.model;

/**
 * One line of the ranking of streams that gain viewers.
 *
 * @param rank place, from 1; equal ones are ordered by stream id
 * @param stream the stream and what is known of it
 * @param viewers different users watching
 * @param gain5 viewers gained in the last five minutes
 * @param gain15 in the last fifteen
 * @param momentum viewers gained a minute: the mean of the pace of the last five minutes and of the last fifteen
 */
public record RisingStream(long rank, StreamInfo stream, long viewers, double gain5, double gain15, double momentum) {}
