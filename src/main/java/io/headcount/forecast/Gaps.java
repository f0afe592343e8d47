package io.headcount.forecast;

import io.headcount.model.SeriesPoint;
import java.util.List;

/** Makes an even series of points of which some are missing. */
public final class Gaps {
    private Gaps() {}

    /**
     * Average viewers of each step, from that of the first point on.
     *
     * @param points in order
     * @param toMillis end of the last step, exclusive
     * @param stepMillis between two
     * @param seasonSteps what is missing is as it was so many steps before; where that is not known either, as the one before
     * @return empty when there are no points
     */
    public static double[] filled(List<SeriesPoint> points, long toMillis, long stepMillis, int seasonSteps) {
        if (points.isEmpty()) {
            return new double[0];
        }
        long first = points.get(0).atMillis();
        double[] values = new double[(int) Math.max(0, (toMillis - first) / stepMillis)];
        java.util.Arrays.fill(values, Double.NaN);
        for (SeriesPoint point : points) {
            int at = (int) ((point.atMillis() - first) / stepMillis);
            if (at >= 0 && at < values.length) {
                values[at] = point.avg();
            }
        }
        for (int i = 0; i < values.length; i++) {
            if (Double.isNaN(values[i])) {
                values[i] = i >= seasonSteps ? values[i - seasonSteps] : values[Math.max(0, i - 1)];
            }
        }
        return values;
    }
}
