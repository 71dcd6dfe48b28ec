// Package export puts evidence into forms that others read.
//
//	CSV                   lists, with the header that an auditor needs
//	CloudEvent            an entry, for those who subscribe
//	SVR                   a check of a log, as in-toto has it, for suppliers
//	AssessmentResults     a run's findings, as OSCAL has them
//	POAM                  the tasks that mend them, as OSCAL has them
//	OCSF                  a run's findings, for a security data lake
//
// An export is a view. What is proved is in the log, and every form says where: CSV by
// the digests of its header, a CloudEvent by index and leaf, a result by the digest of
// the checkpoint, a finding by its entry. Equal inputs give equal bytes: identifiers
// that a form wants to be UUIDs are made of the log, the run and the finding.
//
// OSCAL and OCSF know only findings, so that what an [Assessment] has is what every
// run has: rules, findings, remedies with their tasks. No form has a result for what
// is not known as passed.
//
// # What is left out
//
// Who may export what, and the record of it: package access. Workbooks: package
// evidence/sheets, a module of its own, because of the library that they need; in CSV
// what a spreadsheet would take for a formula is escaped. Reading any of the forms.
package export
