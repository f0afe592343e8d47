package io.headcount.model;

/**
 * One line of the ranking of broadcasters.
 *
 * @param rank place, from 1; equal ones are ordered by id
 * @param id broadcaster id
 * @param name what people see, or {@code null}
 * @param viewers of all the broadcaster's streams; who watches two of them is counted in both
 * @param streams how many of them are watched
 */
public record RankedBroadcaster(long rank, String id, String name, long viewers, long streams) {}
