// Package leak holds the test that nothing of a case gets out above the clearance of
// those it goes to: by mail, webhook, chat, Alertmanager, ticket or digest, in what a
// runner logs, or in an error. It is a module of its own since it links every channel,
// and has no code but its tests.
//
// A case is filled with canaries: names, keys, sums, each of which needs a clearance.
// What every channel sends to every clearance is then taken from the wire, taken apart
// (see decode_test.go) and searched. A channel that the test does not list makes it
// fail: it looks for them in the source.
package leak
