package io.headcount.chaos;

/**
 * A row of the table.
 *
 * @param name for {@code --only}
 * @param title what is broken
 * @param asked what has to be seen
 * @param action breaks it, looks on, and leaves the scene as it may be; the next row's {@link Scene#recover} mends it
 * @param cannotRun why it cannot run here, or {@code null}
 */
record Fault(String name, String title, String asked, Action action, String cannotRun) {
    /** Breaks something. */
    interface Action {
        void run(Scene scene, Findings findings) throws Exception;
    }

    static Fault of(String name, String title, String asked, Action action) {
        return new Fault(name, title, asked, action, null);
    }

    /** The same, where something is missing that it needs. */
    Fault needs(boolean there, String what) {
        return there ? this : new Fault(name, title, asked, action, what);
    }
}
