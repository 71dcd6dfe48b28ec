package main

import (
	"path/filepath"

	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/remedy"
)

// estatesIn is where the estates of runs are kept in a folder of state.
func estatesIn(state string) string { return filepath.Join(state, "estates") }

// before gives facts what the run before them judged, where state is kept.
func before(state string, facts *playbook.Facts) (err error) {
	if state != "" {
		facts.Before, err = remedy.Kept(estatesIn(state), facts.Estate.At())
	}
	return err
}

// keep leaves facts for the plans of runs to come, where state is kept.
func keep(state string, facts playbook.Facts) error {
	if state == "" {
		return nil
	}
	return remedy.Keep(estatesIn(state), facts)
}
