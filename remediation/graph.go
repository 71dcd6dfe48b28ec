package remediation

import "slices"

// linked says of each step which one before it changes the same machine or draws on the
// same entitlement. To take one product off a machine and another is in no order.
func linked(steps []Step) {
	last := map[string]int{}
	for i := range steps {
		s := &steps[i]
		var before []int
		on := s.changes()
		for _, name := range on {
			if at, ok := last[name]; ok {
				before = append(before, at)
			}
		}
		for _, name := range on {
			last[name] = i
		}
		slices.Sort(before)
		for _, at := range slices.Compact(before) {
			s.After = append(s.After, steps[at].ID)
		}
	}
}

// changes are the machines that a step changes and the entitlements that it draws on.
func (s Step) changes() []string {
	var out []string
	for _, a := range s.Actions {
		switch a.Verb {
		case Relocate, Confine, Shrink, Scrap:
			out = append(out, "machine "+string(a.Device))
		case Transfer, StepUp, Release, Assign, Prolong:
			out = append(out, "entitlement "+string(a.Entitlement))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
