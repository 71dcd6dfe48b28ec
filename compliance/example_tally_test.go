package compliance_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// Thousands of servers are counted as they come, and one of them changes.
func ExampleTally() {
	lib, err := metric.Standard()
	if err != nil {
		fmt.Println(err)
		return
	}
	tally, err := compliance.NewTally(snapshot, compliance.Input{
		Catalog: named{}, Metrics: lib,
		Licensing: []compliance.Licensing{{Product: "acme/server", Metric: "generic.core",
			Price: compliance.Money{Amount: decimal.NewFromInt(100), Currency: "EUR"}}},
		Entitlements: []compliance.Entitlement{{ID: "E1", Product: "acme/server", Metric: "generic.core", Quantity: decimal.NewFromInt(50_000)}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	installs := []compliance.Install{{Title: catalog.Title{Publisher: "Acme", Name: "server"}, Source: "inventory"}}
	device := func(n, cores int) compliance.Device {
		return compliance.Device{ID: compliance.DeviceID(fmt.Sprint("host-", n)), Kind: compliance.Physical, Cores: cores}
	}
	for n := range 5_000 {
		if err := tally.Add(device(n, 8+8*(n%2)), installs); err != nil {
			fmt.Println(err)
		}
	}
	show := func() {
		result, err := tally.Reconcile(context.Background())
		if err != nil {
			fmt.Println(err)
			return
		}
		p := result.Positions[0]
		fmt.Println(p.Product, p.Status, "needs", p.Required, "short", p.Short, "exposure", p.Exposure)
		for _, o := range p.Consumers {
			fmt.Printf("  %d x %q: %s\n", o.Alike, o.Consumer, o.Explanation)
		}
	}
	show()

	// One host gets new processors: out as it was, in as it is.
	if err := tally.Remove(device(7, 16), installs); err != nil {
		fmt.Println(err)
	}
	if err := tally.Add(device(7, 32), installs); err != nil {
		fmt.Println(err)
	}
	show()
	// Output:
	// acme/server short needs 60000 short 10000 exposure 1000000.00 EUR
	//   2500 x "alike: acme/server, kind physical, 16 cores; in use found by inventory": 2500 hosts x 16 cores = 40000 core licenses
	//   2500 x "alike: acme/server, kind physical, 8 cores; in use found by inventory": 2500 hosts x 8 cores = 20000 core licenses
	// acme/server short needs 60016 short 10016 exposure 1001600.00 EUR
	//   2499 x "alike: acme/server, kind physical, 16 cores; in use found by inventory": 2499 hosts x 16 cores = 39984 core licenses
	//   1 x "alike: acme/server, kind physical, 32 cores; in use found by inventory": 32 cores = 32 core licenses
	//   2500 x "alike: acme/server, kind physical, 8 cores; in use found by inventory": 2500 hosts x 8 cores = 20000 core licenses
}

// An estate in memory is counted for terms that are only being thought of.
func ExampleTally_AddEstate() {
	lib, err := metric.Standard()
	if err != nil {
		fmt.Println(err)
		return
	}
	held := compliance.NewBuilder(snapshot)
	for n := range 600 {
		d := compliance.Device{ID: compliance.DeviceID(fmt.Sprint("host-", n)), Kind: compliance.Physical, Cores: 16}
		title := catalog.Title{Publisher: "Acme", Name: "server"}
		if err := errors.Join(held.AddDevice(d), held.AddInstall(compliance.Install{Device: d.ID, Title: title})); err != nil {
			fmt.Println(err)
			return
		}
	}
	estate := held.Build()
	for _, m := range []metric.Key{"generic.device", "generic.core"} {
		tally, err := compliance.NewTally(snapshot, compliance.Input{
			Catalog: named{}, Metrics: lib, Licensing: []compliance.Licensing{{Product: "acme/server", Metric: m}},
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		if err := tally.AddEstate(estate); err != nil {
			fmt.Println(err)
			return
		}
		result, err := tally.Reconcile(context.Background())
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(m, result.Positions[0].Required, result.Positions[0].Unit)
	}
	// Output:
	// generic.device 600 licenses
	// generic.core 9600 core licenses
}
