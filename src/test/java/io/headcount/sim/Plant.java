package io.headcount.sim;

/** Bugs that are planted in the world around the real code, to see that the simulator finds them. */
enum Plant {
    /** Redis takes every batch, whatever its number. */
    NO_BATCH_NUMBER,
    /** Redis takes any number above the last, so that it never notices that one is missing. */
    GAPS_ARE_TAKEN,
    /** What a node's earlier life still had under way is applied after its next has begun. */
    EARLIER_LIVES_WRITE_ON,
    /** A registration that comes late ends the life that was registered instead. */
    LATE_REGISTRATIONS_ARE_TAKEN,
    /** A node that was recorded dead goes on as the life that it was. */
    NO_INCARNATION,
    /** A session leaves the count first; its end is logged half a second later. */
    REMOVE_BEFORE_LOG,
    /** A reap removes whatever session it is told, whoever owns it by now: a leave for one that has returned. */
    REAP_WHOEVER_OWNS,
    /** A node is dead when its hellos are not heard, whatever its lease says. */
    REAP_ON_MEMBERSHIP,
    /** What two owners publish for a stream is added up. */
    OWNERS_ARE_SUMMED,
    /** The count is the number of users whose heartbeat lives. */
    TTL_AS_COUNT,
    /** A batch whose call timed out is taken for applied. */
    PENDING_DROPPED_ON_TIMEOUT,
    /** A session whose log call failed is taken for logged. */
    LOG_DROPPED_ON_TIMEOUT,
    /** A beat puts back tabs of sessions that its incarnation does not hold any more. */
    BEAT_RAISES_THE_DEAD,
    /** A user leaves with the first tab. */
    FIRST_TAB_TAKES_THE_USER,
    /** Redis' answer to a beat always says what the node hopes to hear. */
    BEAT_SAYS_NOTHING
}
