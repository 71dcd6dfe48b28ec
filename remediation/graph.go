package remediation

import "slices"

// linked says of each step which ones before it act on the same machine or entitlement.
func linked(steps []Step) {
	last := map[string][]string{}
	for i := range steps {
		s := &steps[i]
		s.After = nil
		var on []string
		for _, a := range s.Actions {
			if a.Device != "" {
				on = append(on, "machine "+string(a.Device))
			}
			if a.Entitlement != "" {
				on = append(on, "entitlement "+string(a.Entitlement))
			}
		}
		slices.Sort(on)
		on = slices.Compact(on)
		for _, name := range on {
			for _, id := range last[name] {
				if !slices.Contains(s.After, id) {
					s.After = append(s.After, id)
				}
			}
		}
		for _, name := range on {
			last[name] = append(last[name], s.ID)
		}
		slices.SortFunc(s.After, func(a, b string) int { return at(steps, a) - at(steps, b) })
	}
}

func at(steps []Step, id string) int {
	return slices.IndexFunc(steps, func(s Step) bool { return s.ID == id })
}
