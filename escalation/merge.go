package escalation

import (
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/escalation/lifecycle"
)

// Merge ends this case because another one goes on with it, as where two rules
// found one cause. The first events are this case's, the second ones the other's:
// it notes what it has taken in, and those who follow this case follow it. Append
// the second ones first: what is said twice after a crash does no harm, while a
// case that ended and that nobody goes on with would.
func (c Case) Merge(d Directory, into Case, by, reason string, now time.Time) (ended, goesOn []Event, err error) {
	switch {
	case c.ID == into.ID:
		return nil, nil, c.refuse("be merged into itself")
	case !into.IsOpen():
		return nil, nil, into.refuse("take another case in")
	}
	if ended, err = c.Close(d, lifecycle.Merged, by, fmt.Sprintf("merged into %s: %s", into.ID, reason), now); err != nil {
		return nil, nil, err
	}
	s := into.session(d, now)
	s.emit(Event{Kind: Attached, By: by, Name: string(c.ID), Text: "merged: " + reason})
	for _, name := range append([]string{c.Owner}, c.Participants...) {
		if name != "" && name != into.Owner {
			s.emit(Event{Kind: Joined, By: by, Name: name})
		}
	}
	goesOn, err = s.result()
	return ended, goesOn, err
}
