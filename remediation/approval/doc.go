// Package approval decides whether a plan may be carried out, and by whom.
//
// # What is approved
//
// An approval is given for the digest of a plan, which covers its actions and the
// facts that they rest on. A plan that differs in one byte needs new approvals.
// Nothing is approved by default: what expires is denied, a plan that no rule
// speaks for cannot be approved, and a condition that cannot be decided for want
// of a fact counts as met, so that its rule applies.
//
// # Who approves
//
// A [Document] lists rules. Every rule whose condition holds for the plan must be
// satisfied. What a rule requires is a tree: a role, perhaps with a condition on
// the approver; all of some branches, any of them, or at least n. Each place in
// the tree is filled by another person.
//
// # Separation of duties
//
// Requester, approvers and executor are different persons, and there is no
// parameter that says otherwise. Persons are compared, not accounts: the
// [Directory] says which person stands behind an account, what roles that person
// has, and whom it may stand in for. A vote never brings its own roles. A person
// who stands in for another takes both out of the count: neither may be the
// requester, and neither may fill a second place.
//
// Carrying out a plan takes a [Grant], which only [Case.Authorise] makes. A case
// is a fold over its votes, so that a grant is not stored but derived again.
//
// What is left out: signatures. Who calls [Case.Vote] has made sure who votes;
// [Vote.Statement] are the bytes to sign where a signature is wanted.
package approval
