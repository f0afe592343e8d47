package io.headcount.model;

/**
 * One line of a ranking.
 *
 * @param rank place, from 1; equal viewers are ordered by stream id
 * @param stream the stream and what is known of it
 * @param viewers different users watching
 * @param change places gained in five minutes, negative when lost; {@code null} when it was not ranked then
 */
public record RankedStream(long rank, StreamInfo stream, long viewers, Long change) {}
