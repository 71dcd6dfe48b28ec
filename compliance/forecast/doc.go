// Package forecast says what a position will be at a date to come, such as a renewal
// or a true-up, as an interval and with what makes it wide.
//
// # What is known and what is not
//
// Terms are known: which entitlements start and end before the date, whose maintenance
// runs out, which agreement ends. They are judged by reconciling today's estate under
// the terms of each such instant, so the law holds for what lies ahead as it does
// today. That part is the standing position: what would be if use stayed as it is.
//
// Use is not known. It is carried forward from a history of positions, by their
// requirement, and never from less history than the interval asks for: a line through
// two points is no forecast, and none is given.
//
// # Method
//
// The trend is the median of the slopes between all pairs of samples (H. Theil, 1950;
// P. K. Sen, Estimates of the Regression Coefficient Based on Kendall's Tau, 1968), the
// level the median of what remains. Neither is moved by a few odd samples. Around it
// are two widths, both from order statistics:
//
//   - trend: Sen's interval of the slope, whose ranks follow from the exact
//     distribution of Kendall's score;
//   - scatter: the k-th smallest and largest of what samples differ from the line. A
//     further one falls between them with probability 1-2k/(n+1) (S. S. Wilks, 1941).
//
// The shares of error add up to one minus the coverage that is asked for, 80 % unless
// the options say otherwise, which takes ten samples. The coverage is nominal: it holds
// for samples whose deviations are independent and of one distribution. All of it is
// rational arithmetic; bounds are rounded outwards to whole units at the end.
//
// Two widths are no matter of statistics. What the facts leave open (unknown-facts) is
// the trend of the upper bounds against that of the lower. And whether what is left of
// entitlements may serve those who come (rights) is sure only of entitlements that are
// open to everyone.
//
// # What is left out
//
// Seasons, and plans that no sample shows yet: an embedding product that knows of a
// project states it as samples or as a changed estate. A date further ahead than the
// history reaches back gets no forecast.
package forecast
