// Package columns keeps millions of small rows in memory that grows without ever
// being copied, and gives values that repeat a dense number.
//
// A [Column] is a list of blocks, so that appending the forty-millionth row costs
// what appending the first did, and nothing is held twice while it grows. A
// [Dictionary] numbers distinct values in order of arrival; the numbers index
// dense arrays, which is what makes counting cost a memory access and not a map.
//
// There is no compression here: rows are read in place, by number.
package columns
