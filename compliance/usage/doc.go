// Package usage measures concurrent use: from the logs and status outputs of
// licence servers to the highest number of licences in use at once, when that was,
// and who held them.
//
// # The model
//
// A [Checkout] is an interval: so many licences of a feature, held by a user on a
// host from one instant up to but not including another. A licence that comes back
// at the instant another is taken does not count twice. A [Timeline] adds the
// checkouts up to a step function by sweeping over their sorted ends, so every
// figure is exact: [Timeline.Peak] gives the peak within any span with every
// stretch of time at which it occurs, [Timeline.Windows] the peak, the average and
// the number of different users and hosts by hour, day or month. Licences are whole
// numbers and averages are fractions (big.Rat): nothing is rounded here.
//
// # What is not known
//
// Servers crash, logs are cut and rotated, and check-ins go missing. Such a
// checkout has two spans: Held, as long as it may have lasted, and Sure, as long as
// it is known to have lasted. Peaks and averages then have an upper and a lower
// bound, which are equal where the doubt does not matter. What a source does not
// say is nil, never zero; licences without a number are [Uncounted], not the
// 2147483647 that some tools print. Every repair and every doubt is a [Note] of the
// feature or report, and every line that is not understood is counted, the first
// few quoted with line and column.
//
// # Sources
//
// [Read] finds the format by content; see [Formats]. A debug log of FlexNet's lmgrd
// and its vendor daemons gives the whole course of use:
//
//   - Lines carry a time of day; dates come from TIMESTAMP lines, server starts and
//     statistics. A time that falls back begins a new day, and each date named
//     confirms or corrects the count of days.
//   - A check-in ends the check-out of the same daemon, feature, user and host, with
//     the same handle if the log is verbose, else the latest of the same quantity.
//     Users and hosts are compared without regard to case and to how accents are
//     composed.
//   - The start of a daemon or of lmgrd voids what was granted before: clients have
//     to check out again. What was out is taken as held until then, since a server
//     writes a check-in for every return; if the log does not say when the server
//     ended, the end lies between its last line and the start.
//   - A check-out without check-in is held, at most, until the log ends; a check-in
//     without check-out was held, at most, since the server started or the log began.
//   - DENIED and UNSUPPORTED requests are [Refusal], QUEUED and DEQUEUED the [Queue].
//
// Within one second the order of the lines says more than their times: LogPeak is
// the count reached in that order, and may exceed the peak.
//
// A status output (lmstat, RLM, LM-X, LS-Dyna, OLicense, DSLS) shows one instant:
// what is owned, what is in use and by whom. Its peak is at least what is in use;
// there is no upper bound. Several licences of one feature are its [Lot]s, added up
// without those that had expired. Programs of an LS-Dyna licence group draw on one
// pool: their Owned and InUse are the pool's, so add up pools, not programs.
//
// # Time zones
//
// All sources write local time without a zone. Options.Zone says which one is
// meant, UTC unless given, and the report repeats it. Where clocks are set back an
// hour occurs twice; a log's time that falls back within it is the second.
//
// # What is left out
//
// One lmstat input is one instant: of several statuses of a server in it only the
// last is measured, and a note says so. FlexNet's report log is encrypted and not read. Licence sharing (duplicate
// grouping) is the server's business: a shared licence appears in a debug log as
// one OUT for each client, and its count there is that of the clients. Whether a
// peak is covered is for the reconciliation to say, not for this package, and
// FlexNet's overdraft counts like any other licence.
package usage
