// Package interop holds tests of evidence against programs that no one here wrote:
// the witness of transparency-dev. It is a module of its own so that nothing of them
// is in the graph of those who use trueup, and has no code but its tests.
package interop
