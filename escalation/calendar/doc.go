// Package calendar counts time as people agree on it: working hours, working
// days, calendar days and months, in a named time zone, around holidays.
//
// # Spans
//
// A [Span] has a unit, because "48 h" in a contract is not 48 working hours, and
// neither is two days:
//
//   - minutes and hours run without a break;
//   - working minutes and working hours run while the calendar is open;
//   - days, weeks and months end with a calendar day, at midnight: the day of the
//     event is not counted, as in the law of contracts (for one, sections 187 and
//     188 of the German civil code). A month from 31 January ends on the last day
//     of February;
//   - working days end when the calendar closes on the last of them, the day of
//     the event not counted.
//
// # One algebra
//
// [Calendar.Add] gives the earliest instant by which a span has passed, and
// [Calendar.Elapsed] how much of a unit has passed between two instants, so the
// two are inverse: what Add adds, Elapsed counts, and Add of what Elapsed counted
// never goes past the end. Both take pauses, during which nothing counts.
//
// # Civil time
//
// A calendar stores civil times and a zone of the IANA database, never offsets,
// and never uses the zone of the machine. Intervals are half-open and may end at
// 24:00; one that goes past midnight says so ("22:00-06:00 next day") and belongs
// to the day on which it begins, holidays included. Where the clocks go forward a
// civil time that does not exist means the instant of the change; where they go
// back a civil time that comes twice means the first. Intervals that meet in civil
// time therefore meet in time, and a day of 23 or 25 hours has as many.
//
// # What is left out
//
// Recurring exceptions such as every other Friday: list the dates. Finer steps
// than the minute in a weekly pattern. Half-day holidays are exceptions with hours.
package calendar
