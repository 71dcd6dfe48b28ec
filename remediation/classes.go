package remediation

import (
	"context"
	"slices"
)

// maxClasses is how many classes of options a position may have for all their unions to be
// tried at the start.
const maxClasses = 6

// classes are a position's options by what they can do for whom: what takes away, what
// changes over, what brings units of each edition. They are nil where all units fit
// everyone, since one row then says it all.
func (c *chooser) classes(key string) [][]int {
	p, _ := c.position(key)
	byName := map[string][]int{}
	for _, i := range c.model.of[key] {
		o := c.model.options[i]
		name := "take away"
		switch {
		case o.loose != nil && len(o.Actions) > 0 && o.Actions[0].Verb == StepUp:
			name = "bring " + o.Actions[0].Edition
		case o.loose != nil:
			name = "change over"
		case o.Kind == Buy || o.Kind == Renew || o.Kind == Reallocate:
			name = "bring "
			for _, a := range o.Actions {
				if a.Product == p.Product {
					name = "bring " + a.Edition + string(a.Entitlement)
				}
			}
		}
		byName[name] = append(byName[name], i)
	}
	_, change := byName["change over"]
	if !change && len(byName) < 3 || len(byName) > maxClasses {
		return nil
	}
	var out [][]int
	for _, name := range sortedKeys(byName) {
		out = append(out, byName[name])
	}
	return out
}

// unions adds a row for every union of classes that does not close a position by itself:
// what the other classes must do.
func (c *chooser) unions(ctx context.Context, key string) error {
	classes := c.classes(key)
	for mask := 1; mask < 1<<len(classes)-1; mask++ {
		k := cut{position: key, inside: map[int]bool{}}
		count := make([]int64, len(c.model.options))
		for n, class := range classes {
			if mask&(1<<n) == 0 {
				continue
			}
			for _, i := range class {
				k.inside[i], count[i] = true, c.model.options[i].Max
			}
		}
		open, err := c.least(ctx, key, count)
		if err != nil {
			return err
		}
		if k.open = open.Sub(c.floor[key]); k.open.IsPositive() {
			c.model.add(k)
		}
	}
	return nil
}

// alike are all options of a position that it does not tell apart from some.
func (c *chooser) alike(key string, some []int) []int {
	signatures := map[string]bool{}
	for _, i := range some {
		signatures[c.model.options[i].signature] = true
	}
	return slices.DeleteFunc(slices.Clone(c.model.of[key]), func(i int) bool { return !signatures[c.model.options[i].signature] })
}
