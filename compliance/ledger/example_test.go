package ledger_test

import (
	"context"
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/ledger"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// Two devices on 1 March. The purchase was keyed in as two licenses in January, and
// found on 20 March to have been one.
func Example() {
	var l ledger.Ledger
	bought := compliance.Entitlement{ID: "E-1", Product: "acme/server", Metric: "generic.device", Quantity: decimal.NewFromInt(2)}
	corrected := bought
	corrected.Quantity = decimal.NewFromInt(1)
	must(l.AddEntitlement(ledger.Dates{Recorded: day(2026, 1, 5)}, bought))
	must(l.AddEntitlement(ledger.Dates{Recorded: day(2026, 3, 20)}, corrected))
	must(l.AddLicensing(ledger.Dates{}, compliance.Licensing{Product: "acme/server", Metric: "generic.device",
		Price: compliance.Money{Amount: decimal.NewFromInt(100), Currency: "EUR"}}))
	b := compliance.NewBuilder(day(2026, 3, 1))
	for _, d := range []compliance.DeviceID{"a", "b"} {
		must(b.AddInstall(compliance.Install{Device: d, Title: catalog.Title{Name: "server"}}))
	}
	l.AddEstate(day(2026, 3, 2), b.Build())

	metrics, err := metric.Standard()
	must(err)
	effective := day(2026, 3, 1)
	then, now := day(2026, 3, 10), day(2026, 11, 24)
	for _, known := range []int{0, 1} {
		in := l.Input(compliance.Input{Catalog: acme{}, Metrics: metrics}, effective, []date{then, now}[known])
		res, err := compliance.Reconcile(context.Background(), in)
		must(err)
		p := res.Positions[0]
		fmt.Printf("effective %s, known at %s: %s, short %s, %s\n", res.AsOf.Format("2 Jan"), res.KnownAt.Format("2 Jan"), p.Status, p.Short, p.Exposure)
	}
	for _, r := range ledger.Revisions(l.At(effective, then), l.At(effective, now)) {
		fmt.Println(r.Kind, r.ID, r.Verb, r.Fields)
	}
	// Output:
	// effective 1 Mar, known at 10 Mar: compliant, short 0, 0.00 EUR
	// effective 1 Mar, known at 24 Nov: short, short 1, 100.00 EUR
	// entitlement E-1 corrected [{quantity 2 1}]
}
