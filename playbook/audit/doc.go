// Package audit hands a run to an auditor: a folder from which a stranger checks,
// offline, that the run is in the log as it was, and computes its positions and
// verdicts anew.
//
//	manifest.json   the signed list of all files, for whom and until when
//	checkpoint      the log's, with the cosignatures of its witnesses
//	tile/…          the hashes on the way from the run's entries to the root
//	entries         the run's entries
//	facts/          the estate that was judged (package connectors/estate), and
//	                what each source gave
//	playbook/       the playbook and every document it names
//
// [Write] makes one. [Verify] checks one in two steps that do not depend on each
// other. The proofs are the business of evidence/verify, which imports no part of
// the writer, no store and no network, and gives three verdicts: integrity,
// completeness, provenance. Then the playbook is loaded from the package, the facts
// are judged by it, and the entries that come out must be those that the log holds,
// byte for byte: the fourth verdict. It needs no disk and no clock.
//
// # What is left out
//
// Cases and plans are proved but not computed anew: they depend on the runs before.
// A package holds all facts of its run; whoever must not see them all gets a bundle
// instead (package evidence/disclose). It is a folder: a container such as zip has
// bytes of its own that nobody signs.
package audit
