// Package rubric gives a finding its severity by a decision table that a person
// can read, a reviewer can argue about and a program can prove sound.
//
// # Why a table
//
// Scores hide their reasons: a formula that multiplies likelihood by impact gives
// a number that nobody can dispute, because nobody can say which input made it so.
// A [Rubric] names its factors, gives each an ordered list of levels, and says row
// by row which combination is how severe and why. The result of [Rubric.Classify]
// names the row that matched. The idea is that of CERT's Stakeholder-Specific
// Vulnerability Categorization, https://certcc.github.io/SSVC/, applied to license
// compliance.
//
// # What is proven when it loads
//
// All combinations of levels are gone through once, and [New] refuses a rubric
// with every offending row named:
//
//   - Total: each combination has an answer. A default row is mandatory, and the
//     problem of a rubric without one names combinations that have no answer.
//   - Free of contradictions: rows have no order of precedence. Two that match the
//     same combination must agree on the severity.
//   - Monotone: levels are listed from the least to the most severe, and raising a
//     factor never lowers the severity.
//   - Alive: a row that never decides anything is a mistake, not a comment.
//
// # What is not known
//
// A factor without an answer never counts as its least level. It is taken at the
// level that the document says to assume, and else at its most severe one, which
// monotonicity makes the worst case; [Severity.Range] says how far the result can
// move when the answer becomes known.
//
// # Vectors
//
// A result prints as a compact vector such as TU:1/E:H/T:M/D:N/C:X, with the
// version of the rubric and a key for each factor's level, X for no answer.
// [Rubric.Parse] accepts exactly what is printed, so that a vector in evidence
// has one spelling.
//
// # What is left out
//
// Weights, scores and rules that change the severity afterwards: whatever decides
// stands in the table. Converting currencies is the caller's business too, since
// a rate has a date and a source; an exposure in another currency is no answer.
package rubric
