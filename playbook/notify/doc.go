// Package notify is the section of a playbook that says who is told of cases, over
// what, and what they may know.
//
// [New] checks the section like the rest of a playbook: every contact uses a channel
// that there is, every channel has what its kind needs, everybody whom routes, chains
// and teams name has a contact, and no secret stands in the document. A playbook goes
// into the evidence whole, so secrets are named by where they stand (env:NAME,
// file:PATH) and read when the office opens.
//
// [Notices.Office] makes of it what an escalation runner sends through. The kinds of
// channels are handed over as makers, so that whoever has no use for mail links none:
// those of package web need nothing but net/http, mail and chat are modules of their
// own, and tickets go through a connector (collect.Desk).
package notify
