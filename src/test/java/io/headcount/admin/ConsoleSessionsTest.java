package io.headcount.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.admin.ConsoleSessions.Verdict;
import org.junit.jupiter.api.Test;

class ConsoleSessionsTest {
    private static final String TOKEN = "operators-token-0123";

    private long nowMillis = 1_000_000;
    private final ConsoleSessions sessions = new ConsoleSessions(TOKEN, () -> nowMillis);

    @Test
    void aSessionLivesAnHourAndNotLonger() {
        assertThat(sessions.judge(TOKEN)).isEqualTo(Verdict.ACCEPTED);
        String id = sessions.open();

        nowMillis += ConsoleSessions.LIFE_MILLIS - 1;
        assertThat(sessions.remainingMillis(id)).isEqualTo(1);

        nowMillis++;
        assertThat(sessions.remainingMillis(id)).isZero();
    }

    @Test
    void whatIsNoSessionHasNoTimeLeft() {
        assertThat(sessions.remainingMillis(null)).isZero();
        assertThat(sessions.remainingMillis("guessed")).isZero();
    }

    @Test
    void afterTwentyWrongTokensEvenTheRightOneWaitsAMinute() {
        for (int i = 0; i < 20; i++) {
            assertThat(sessions.judge("wrong")).isEqualTo(Verdict.WRONG);
        }
        assertThat(sessions.judge(TOKEN)).isEqualTo(Verdict.TOO_MANY);

        nowMillis += 60_001;
        assertThat(sessions.judge(TOKEN)).isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void thereAreAHundredSessionsAtMostAndEndedOnesMakeRoom() {
        for (int i = 0; i < 100; i++) {
            assertThat(sessions.judge(TOKEN)).isEqualTo(Verdict.ACCEPTED);
            sessions.open();
        }
        assertThat(sessions.judge(TOKEN)).isEqualTo(Verdict.TOO_MANY);

        nowMillis += ConsoleSessions.LIFE_MILLIS;
        assertThat(sessions.judge(TOKEN)).isEqualTo(Verdict.ACCEPTED);
    }

    @Test
    void withoutAnOperatorsTokenNobodyComesInNotEvenWithNone() {
        assertThat(new ConsoleSessions("", () -> nowMillis).judge("")).isEqualTo(Verdict.NO_TOKEN);
    }
}
