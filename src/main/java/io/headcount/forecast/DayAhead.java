package io.headcount.forecast;

import java.util.Arrays;
import java.util.List;

/**
 * The next 24 hours of an hourly series. The season is the week where three of them are known, else the day. How far it
 * was off is tried on the last days: each is forecast from what was known at its beginning.
 *
 * @param expected of each hour
 * @param low and {@code high}: nine of ten hours are to be between them
 * @param seasonHours 168 or 24
 * @param heldOutDays days on which the error was tried; 0 when there are too few
 * @param meanError absolute, over the hours of those days; NaN when it was not tried
 * @param naiveError that of taking each hour to be as it was a season before
 * @param meanOfHeldOut viewers on average in those days, to compare the errors with
 */
public record DayAhead(
        List<Double> expected,
        List<Double> low,
        List<Double> high,
        int seasonHours,
        int heldOutDays,
        double meanError,
        double naiveError,
        double meanOfHeldOut) {
    /** So many hours have to be known. */
    public static final int LEAST_HOURS = 48;

    /** So many are looked at. */
    public static final int MOST_HOURS = 35 * 24;

    private static final int DAY = 24;
    private static final int WEEK = 168;
    private static final int MOST_HELD_OUT_DAYS = 7;
    /** Of a normal distribution, nine of ten between. */
    private static final double NINE_OF_TEN = 1.645;

    /**
     * Forecasts.
     *
     * @param hourly without gaps, the newest last, at least {@link #LEAST_HOURS}
     */
    public static DayAhead of(double[] hourly) {
        double[] values = hourly.length > MOST_HOURS
                ? Arrays.copyOfRange(hourly, hourly.length - MOST_HOURS, hourly.length)
                : hourly;
        int season = values.length >= 3 * WEEK ? WEEK : DAY;
        HoltWinters fit = HoltWinters.fit(values, season);
        double[] expected = fit.forecast(DAY);
        double[] low = new double[DAY];
        double[] high = new double[DAY];
        for (int h = 0; h < DAY; h++) {
            double width = NINE_OF_TEN * fit.deviation(h + 1);
            low[h] = Math.max(0, expected[h] - width);
            high[h] = expected[h] + width;
        }
        int days = Math.min(MOST_HELD_OUT_DAYS, (values.length - 2 * season) / DAY);
        return days < 1
                ? new DayAhead(list(expected), list(low), list(high), season, 0, Double.NaN, Double.NaN, Double.NaN)
                : tried(values, season, days, expected, low, high);
    }

    private static List<Double> list(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private static DayAhead tried(
            double[] values, int season, int days, double[] expected, double[] low, double[] high) {
        double error = 0;
        double naive = 0;
        double sum = 0;
        // Fitted to what was before all of them, so that nothing of the days that are forecast is known.
        HoltWinters before = HoltWinters.fit(Arrays.copyOf(values, values.length - days * DAY), season);
        for (int day = days; day >= 1; day--) {
            int begin = values.length - day * DAY;
            double[] forecast = before.on(Arrays.copyOf(values, begin)).forecast(DAY);
            for (int h = 0; h < DAY; h++) {
                double real = values[begin + h];
                error += Math.abs(real - forecast[h]);
                naive += Math.abs(real - values[begin + h - season]);
                sum += real;
            }
        }
        double hours = days * (double) DAY;
        return new DayAhead(
                list(expected), list(low), list(high), season, days, error / hours, naive / hours, sum / hours);
    }
}
