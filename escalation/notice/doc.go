// Package notice writes the messages of cases: for each audience what it may
// know, and no more.
//
// A message is made of [Facts], each with the clearance that it takes to see it.
// [Render] drops a fact whose clearance is above the audience's before a template
// sees it, so that no template, however careless, can print it: what is left out
// is not blanked in the text, it never was in the data. The number of facts left
// out is told, so that a reader knows that there is more.
//
// Three rules hold beside the clearance. An embargo keeps a fact from everybody
// below a clearance until an instant. A count of people below the threshold is
// given as "fewer than k", since "1 user in Liechtenstein" is a name. And a
// subject line has nothing but the case's id and its severity: subject lines pass
// through systems that nobody cleared.
//
// Equal inputs give equal bytes, so a message that is sent again is the same.
//
// What is left out: choosing the audience of a person. The caller knows it from
// its directory and hands it over.
package notice
