// Package witness takes a log's checkpoints to others who remember them, and
// remembers those of others: both ends of C2SP tlog-witness.
//
// The log's side: an [Anchor] gets each published checkpoint. [HTTP] is a witness
// reached over the network, whose cosignature comes back; [Folder] is a place out
// of the log's reach, such as a mounted write-once share, that keeps checkpoints
// for verify.Options.Remembered. [Publish] does both ends of the work: checkpoint,
// anchors, cosignatures.
//
// The auditor's side: [Server] is a witness to embed or to run. It cosigns a
// checkpoint only if that is signed by a log it knows and continues the last one it
// cosigned, and it remembers before it answers.
package witness
