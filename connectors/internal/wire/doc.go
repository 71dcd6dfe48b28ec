// Package wire is the protocol between host and connector: the messages that
// protoc makes of connector.proto, the layout of each kind's columns, and the
// two directions between rows of the model and batches.
//
// A batch is a table with one dictionary for all its texts. Inventories repeat
// themselves (a publisher, a device, a version on row after row), so a row costs
// a few small integers instead of its texts, on the wire and in the digest.
// Dictionaries belong to one batch, not to the stream: a batch can then be
// kept, resumed from or dropped by itself, and memory does not grow with the
// stream.
package wire
