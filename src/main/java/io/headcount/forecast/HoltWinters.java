package io.headcount.forecast;

import org.apache.commons.math3.analysis.MultivariateFunction;
import org.apache.commons.math3.exception.TooManyEvaluationsException;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.PointValuePair;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.NelderMeadSimplex;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.SimplexOptimizer;

/**
 * Holt and Winters' exponential smoothing with an additive season and a damped trend (Hyndman and Athanasopoulos,
 * Forecasting: Principles and Practice, chapter 8). Level, trend and season follow the series with weights between 0 and 1
 * that make the squared errors of one step ahead least, found by Nelder and Mead's simplex. The damping is fixed: a trend
 * that goes on for a day would empty or fill the platform.
 */
public final class HoltWinters {
    private static final double DAMPING = 0.9;
    private static final int EVALUATIONS = 400;

    private final int season;
    private final double alpha;
    private final double beta;
    private final double gamma;
    private final double level;
    private final double trend;
    private final double[] seasonal;
    private final int length;
    private final double sigma;

    private HoltWinters(double[] values, int season, double alpha, double beta, double gamma) {
        this.season = season;
        this.alpha = alpha;
        this.beta = beta;
        this.gamma = gamma;
        this.length = values.length;
        Run run = new Run(values, season, alpha, beta, gamma);
        this.level = run.level;
        this.trend = run.trend;
        this.seasonal = run.seasonal;
        this.sigma = Math.sqrt(run.squares / Math.max(1, run.counted));
    }

    /**
     * Fits a series.
     *
     * @param values evenly spaced, the newest last, without gaps
     * @param season values of a season; 1 for none
     * @throws IllegalArgumentException when there are fewer than two seasons, or fewer than four values
     */
    public static HoltWinters fit(double[] values, int season) {
        if (season < 1 || values.length < Math.max(4, 2 * season)) {
            throw new IllegalArgumentException(values.length + " values are fewer than two seasons of " + season);
        }
        MultivariateFunction squares = point ->
                new Run(values, season, weight(point[0]), weight(point[1]), season == 1 ? 0 : weight(point[2])).squares;
        double[] best = {0, -2, -1};
        try {
            PointValuePair found = new SimplexOptimizer(1e-6, 1e-9)
                    .optimize(
                            new MaxEval(EVALUATIONS),
                            new ObjectiveFunction(squares),
                            GoalType.MINIMIZE,
                            new InitialGuess(best),
                            new NelderMeadSimplex(3, 0.7));
            best = found.getPoint();
        } catch (TooManyEvaluationsException e) {
            // Then the usual weights: a forecast that is a little worse is better than none.
            best = new double[] {0, -2, -1};
        }
        return new HoltWinters(values, season, weight(best[0]), weight(best[1]), season == 1 ? 0 : weight(best[2]));
    }

    /** The same weights on another series, or on another part of the same. */
    public HoltWinters on(double[] values) {
        return new HoltWinters(values, season, alpha, beta, gamma);
    }

    /** What is expected, step by step; not below 0. */
    public double[] forecast(int steps) {
        double[] expected = new double[steps];
        double damped = 0;
        for (int h = 1; h <= steps; h++) {
            damped += Math.pow(DAMPING, h);
            expected[h - 1] = Math.max(0, level + damped * trend + seasonal[(length + h - 1) % season]);
        }
        return expected;
    }

    /** Standard deviation of the error {@code steps} ahead, were the errors independent of one another. */
    public double deviation(int steps) {
        double variance = 1;
        double damped = 0;
        for (int j = 1; j < steps; j++) {
            damped += Math.pow(DAMPING, j);
            double weight = alpha + alpha * beta * damped + (j % season == 0 && season > 1 ? gamma * (1 - alpha) : 0);
            variance += weight * weight;
        }
        return sigma * Math.sqrt(variance);
    }

    private static double weight(double free) {
        return 1 / (1 + Math.exp(-free));
    }

    /** One pass over a series. */
    private static final class Run {
        private double level;
        private double trend;
        private final double[] seasonal;
        private double squares;
        private int counted;

        Run(double[] values, int season, double alpha, double beta, double gamma) {
            seasonal = new double[season];
            double first = mean(values, 0, Math.max(season, 2));
            double second = mean(values, season, Math.min(values.length, 2 * Math.max(season, 2)));
            level = first;
            trend = season == 1 ? 0 : (second - first) / season;
            for (int i = 0; i < season && season > 1; i++) {
                seasonal[i] = values[i] - first;
            }
            for (int t = 0; t < values.length; t++) {
                int place = t % season;
                double expected = level + DAMPING * trend + seasonal[place];
                double error = values[t] - expected;
                if (t >= season) {
                    squares += error * error;
                    counted++;
                }
                double before = level;
                level = alpha * (values[t] - seasonal[place]) + (1 - alpha) * (level + DAMPING * trend);
                trend = beta * (level - before) + (1 - beta) * DAMPING * trend;
                if (season > 1) {
                    seasonal[place] = gamma * (values[t] - level) + (1 - gamma) * seasonal[place];
                }
            }
        }

        private static double mean(double[] values, int from, int to) {
            double sum = 0;
            for (int i = from; i < to; i++) {
                sum += values[i];
            }
            return sum / Math.max(1, to - from);
        }
    }
}
