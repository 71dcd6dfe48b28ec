// Command stream measures positions from a stream of installs that nobody holds, against
// loops over maps that only count, and a change of one device in a hundred against
// the same loops kept up to date by hand, and an estate in memory counted again, as on
// another day or by other terms, against a loop over numbers. Results are in benchmarks/reconcile.md.
//
//	go run ./benchmarks/stream -devices 1000000
//	go run ./benchmarks/stream -devices 1000000 -suite change
//	go run ./benchmarks/stream -devices 1000000 -suite held
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"golang.org/x/sync/errgroup"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/internal/scale"
	"github.com/trueup-dev/trueup/internal/scale/rounds"
)

func main() {
	devices := flag.Int("devices", 100_000, "number of devices, of forty installs each")
	suite := flag.String("suite", "stream", "stream, change for one device in a hundred, or held for an estate in memory")
	variants := func() []rounds.Variant {
		b := bench{scale.New(*devices)}
		switch *suite {
		case "change":
			return b.change()
		case "held":
			return b.held()
		}
		return b.stream()
	}
	if err := rounds.Main(os.Stdout, variants); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// bench is the estate that is streamed.
type bench struct{ *scale.Estate }

// stream are the ways from raw rows to counts.
func (b bench) stream() []rounds.Variant {
	per := b.Devices * scale.Installs
	return []rounds.Variant{
		{Name: "plain maps", Per: per, Run: func(measure func(func() error)) error {
			hand := scale.NewByHand(b.Estate)
			measure(func() error {
				err := b.all(func(d *compliance.Device, installs []compliance.Install) error {
					hand.Count(d, installs, 1)
					return nil
				})
				hand.Short(b.Owned())
				return err
			})
			return nil
		}},
		{Name: "generator alone", Per: per, Run: func(measure func(func() error)) error {
			measure(func() error {
				return b.all(func(*compliance.Device, []compliance.Install) error { return nil })
			})
			return nil
		}},
		{Name: "tally", Per: per, Run: b.run(func(t *compliance.Tally) error {
			if err := b.count(t, 0, b.Devices); err != nil {
				return err
			}
			_, err := t.Reconcile(context.Background())
			return err
		})},
		{Name: "tally, every class explained", Per: per, Run: b.run(func(t *compliance.Tally) error {
			if err := b.count(t, 0, b.Devices); err != nil {
				return err
			}
			return b.explain(t)
		})},
		{Name: "tally, two workers", Per: per, Run: b.run(b.two)},
	}
}

// change are the ways to positions after one device in a hundred has changed.
func (b bench) change() []rounds.Variant {
	changed := b.Devices / 100
	hand := scale.NewByHand(b.Estate)
	return []rounds.Variant{
		{Name: "maps kept by hand", Per: changed, Run: func(measure func(func() error)) error {
			count := func(sign int) func(int, *compliance.Device, []compliance.Install) error {
				return func(_ int, d *compliance.Device, installs []compliance.Install) error {
					hand.Count(d, installs, sign)
					return nil
				}
			}
			if err := b.Each(0, b.Devices, 0, count(1)); err != nil {
				return err
			}
			measure(func() error {
				if err := b.Each(0, changed, 0, count(-1)); err != nil {
					return err
				}
				err := b.Each(0, changed, 1, count(1))
				hand.Short(b.Owned())
				return err
			})
			return nil
		}},
		{Name: "tally", Per: changed, Run: func(measure func(func() error)) error {
			t, err := b.tally()
			if err != nil {
				return err
			}
			if err := b.count(t, 0, b.Devices); err != nil {
				return err
			}
			if _, err := t.Reconcile(context.Background()); err != nil {
				return err
			}
			measure(func() error { return b.replace(t, changed) })
			return nil
		}},
	}
}

// replace takes devices out and puts them in as they are now.
func (b bench) replace(t *compliance.Tally, devices int) error {
	err := b.Each(0, devices, 0, func(_ int, d *compliance.Device, installs []compliance.Install) error {
		return t.Remove(*d, installs)
	})
	if err != nil {
		return err
	}
	err = b.Each(0, devices, 1, func(_ int, d *compliance.Device, installs []compliance.Install) error {
		return t.Add(*d, installs)
	})
	if err != nil {
		return err
	}
	_, err = t.Reconcile(context.Background())
	return err
}

func (b bench) all(f func(*compliance.Device, []compliance.Install) error) error {
	return b.Each(0, b.Devices, 0, func(_ int, d *compliance.Device, installs []compliance.Install) error { return f(d, installs) })
}

func (b bench) tally() (*compliance.Tally, error) {
	in, err := b.Input()
	if err != nil {
		return nil, err
	}
	return compliance.NewTally(scale.Snapshot, in)
}

func (b bench) run(work func(*compliance.Tally) error) func(func(func() error)) error {
	return func(measure func(func() error)) error {
		t, err := b.tally()
		if err != nil {
			return err
		}
		measure(func() error { return work(t) })
		return nil
	}
}

func (b bench) count(t *compliance.Tally, from, to int) error {
	return b.Each(from, to, 0, func(_ int, d *compliance.Device, installs []compliance.Install) error {
		return t.Add(*d, installs)
	})
}

// two counts one half of the devices on each of two processors.
func (b bench) two(t *compliance.Tally) error {
	var g errgroup.Group
	fork := t.Fork()
	g.Go(func() error { return b.count(t, 0, b.Devices/2) })
	g.Go(func() error { return b.count(fork, b.Devices/2, b.Devices) })
	if err := g.Wait(); err != nil {
		return err
	}
	if err := t.Merge(fork); err != nil {
		return err
	}
	_, err := t.Reconcile(context.Background())
	return err
}

// explain computes the positions and says of each class how it came to its outcome,
// entitlement by entitlement.
func (b bench) explain(t *compliance.Tally) error {
	res, err := t.Reconcile(context.Background())
	if err != nil {
		return err
	}
	in, err := b.Input()
	if err != nil {
		return err
	}
	owned := map[string][]compliance.Entitlement{}
	for _, e := range in.Entitlements {
		owned[string(e.Product)] = append(owned[string(e.Product)], e)
	}
	for _, p := range res.Positions {
		for _, o := range p.Consumers {
			if _, ok := compliance.Explain(p, o.Consumer, owned[string(p.Product)], res.AsOf); !ok {
				return fmt.Errorf("%s is not explained", o.Consumer)
			}
		}
	}
	return nil
}
