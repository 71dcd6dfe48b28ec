// Package interop holds tests of evidence against programs that no one here wrote: the
// witness of transparency-dev, the SDK of CloudEvents, the messages of in-toto, a key in
// a PKCS #11 token of SoftHSM. It is a module of its own so that nothing of them is in
// the graph of those who use trueup, and has no code but its tests.
package interop
