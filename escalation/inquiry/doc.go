// Package inquiry is the correspondence with a supplier about a case: what a
// publisher or its auditor asks for, by when, what is written in answer, and that
// nothing of it leaves before somebody other than its writers has released it.
//
// # A thread
//
// A [Question] has a reference, a scope and the data asked for, and a period within
// which it must be answered. Its [Thread] moves through few states: asked, drafted,
// released, answered, or withdrawn. [After] is the whole table of them; what it does
// not list is refused. An answer that was sent back is asked again, and one that
// could not be delivered is a draft again, so that it can be released anew.
//
// # Two people
//
// Who releases an answer must not have written any draft of it: whoever changes a
// comma in a colleague's draft has become a writer too. A release names the digest of
// the draft that was read, so that what changed meanwhile is not released unread.
//
// # What leaves
//
// An answer is made of parts, each with the clearance that it takes to see it, an
// embargo where it has one, and the number of people where it counts some. Package
// notice renders it for the supplier, who is never cleared for more than what
// suppliers may know.
//
// # What is left out
//
// Attachments travel by other means; a part can name one with its digest. What the
// supplier wrote is kept where letters are kept; a question says what it wants.
package inquiry
