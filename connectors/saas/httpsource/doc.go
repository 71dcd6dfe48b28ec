// Package httpsource is what connectors to vendors' web interfaces share: signed
// requests, pages, waiting when told to, and errors that say what to do.
//
// # What it takes care of
//
//   - A source that asks to wait (429, 503, or a spent allowance) is waited for, and
//     the host is told so. A wait beyond the patience ends the collection as
//     [connectors.Throttled], with the instant to come back.
//   - A token that runs out in the middle is renewed and the request repeated, once.
//   - An answer that breaks off is asked for again; it is never taken for a short one.
//   - Answers are bounded, and so is the time for each.
//   - A link to the next page is followed only on the source's own server, so that
//     credentials never go elsewhere, and only if it leads on.
//   - Errors name the address without its query, never a header or a body.
//
// # What is left out
//
// Requests are made one after the other: vendors count them against an allowance
// that parallel requests spend sooner, and rows come in the same order each time.
package httpsource
