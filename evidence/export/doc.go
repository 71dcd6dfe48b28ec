// Package export puts evidence into forms that others read: CSV with the header that
// an auditor needs, CloudEvents for those who subscribe, and Simple Verification
// Results of in-toto for suppliers.
//
// An export is a view. What is proved is in the log, and every form says where: CSV by
// the digests of its header, a CloudEvent by index and leaf, a result by the digest of
// the checkpoint. Equal inputs give equal bytes.
//
// # What is left out
//
// Who may export what, and the record of it: package access. Spreadsheets, which need
// a library: [CSV] opens in all of them, with what they would take for a formula
// escaped.
package export
