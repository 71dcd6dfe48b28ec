package main

import (
	"context"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/internal/scale"
	"github.com/trueup-dev/trueup/internal/scale/rounds"
)

// held are the ways from an estate in memory to counts, as on another day or by other
// terms. What was held before is not measured.
func (b bench) held() []rounds.Variant {
	per := b.Devices * scale.Installs
	return []rounds.Variant{
		{Name: "numbers in arrays", Per: per, Run: func(measure func(func() error)) error {
			coded := scale.NewCoded(b.Estate)
			measure(func() error {
				coded.Short(b.Owned())
				return nil
			})
			return nil
		}},
		{Name: "tally of the estate", Per: per, Run: func(measure func(func() error)) error {
			in, err := b.Input()
			if err != nil {
				return err
			}
			estate, err := b.Held()
			if err != nil {
				return err
			}
			measure(func() error {
				t, err := compliance.NewTally(scale.Snapshot, in)
				if err != nil {
					return err
				}
				if err := t.AddEstate(estate); err != nil {
					return err
				}
				_, err = t.Reconcile(context.Background())
				return err
			})
			return nil
		}},
	}
}
