// Package connectors is the contract between trueup and the programs that feed
// it: what a connector says of itself, what it delivers, how it fails.
//
// # Why separate processes
//
// Every customer keeps inventory somewhere else, behind another vendor's client
// library, with credentials that a compliance process should not hold for long.
// A connector is therefore a program of its own: it may be written in any
// language that speaks gRPC, it may crash, hang or leak without taking the host
// along, and the host runs it with no environment but the one that it was given.
//
// # How data flows
//
// A connector sends rows of the model of package compliance in batches, column
// by column. The host checks every batch, hands the rows to a [Sink], and
// compares the counts that the connector states with those that arrived. Three
// things are kept apart that are often mixed up:
//
//   - A stream that ends has said everything it wanted to say.
//   - A scope that is complete holds nothing but what was sent: only then is an
//     absence a deletion.
//   - A [Problem] names a part that could not be read. The rest counts, and the
//     source is marked as not whole.
//
// # Who imports what
//
// This package holds plain Go values and links neither gRPC nor go-plugin, so
// that an embedder who feeds its own data pays for nothing. Package host starts
// connectors and collects from them; package sdk is what a connector written in
// Go is built with; package connectortest says when a connector is done.
//
// # What is left out
//
// There is no registry and no discovery: a host is told the path and the
// checksum of each binary. There is no way to call back into the host; a
// connector gets its settings and answers.
package connectors
