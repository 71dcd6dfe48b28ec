// Package ipe is the header that information produced by the entity (IPE) needs
// before an auditor may rely on it: what was asked of the system, with which
// parameters, as of when, how many rows there were and what they add up to, how
// fresh each source was, and the digests of everything that made the answer.
//
// An auditor tests such a list for being complete and accurate before using it.
// With the header they can ask for the same again and compare; every export and
// every disclosure of trueup carries one. A [Header] that lacks a part is refused,
// not exported with a blank.
package ipe
