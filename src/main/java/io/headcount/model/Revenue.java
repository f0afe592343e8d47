package io.headcount.model;

/**
 * What a category's streams are estimated to have earned.
 *
 * @param category category id; {@code null} for streams without one
 * @param viewerMinutes of different users
 * @param cpm what a thousand viewer minutes are estimated to bring today; {@code null} where nobody said
 * @param estimate as it was estimated day by day; {@code null} where no cpm was known
 */
public record Revenue(String category, double viewerMinutes, Double cpm, Double estimate) {}
