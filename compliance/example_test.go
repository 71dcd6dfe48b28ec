package compliance_test

import (
	"context"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

func ExampleReconcile() {
	now := time.Date(2026, 11, 16, 8, 0, 0, 0, time.UTC)
	b := compliance.NewBuilder(now)
	sql := catalog.Title{Publisher: "Microsoft Corporation", Name: "Microsoft SQL Server 2019 Standard (64-bit)", Version: "15.0.2000.5"}
	for _, d := range []compliance.Device{
		{ID: "db1", Kind: compliance.Physical, Sockets: 2, Cores: 12},
		{ID: "db2", Kind: compliance.Physical, Sockets: 2},
	} {
		if err := b.AddDevice(d); err != nil {
			fmt.Println(err)
		}
		if err := b.AddInstall(compliance.Install{Device: d.ID, Title: sql}); err != nil {
			fmt.Println(err)
		}
	}
	names, err := catalog.Default()
	if err != nil {
		fmt.Println(err)
	}
	metrics, err := metric.Standard()
	if err != nil {
		fmt.Println(err)
	}
	res, err := compliance.Reconcile(context.Background(), compliance.Input{
		Estate: b.Build(), Catalog: names, Metrics: metrics,
		Entitlements: []compliance.Entitlement{{
			ID: "E1", Product: "microsoft/sql-server", Edition: "Standard", Version: "2022", Metric: "generic.core",
			Quantity: decimal.NewFromInt(16), Downgrade: true,
		}},
		Licensing: []compliance.Licensing{{Product: "microsoft/sql-server", Metric: "generic.core",
			Price: compliance.Money{Amount: decimal.NewFromInt(1800), Currency: "EUR"}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	p := res.Positions[0]
	fmt.Println(p.Product, p.Status, "owned", p.Owned, "required", p.Required, "short", p.Short, "exposure", p.Exposure)
	for _, o := range p.Consumers {
		fmt.Println(o.Consumer, o.Required, o.Reason, o.Explanation, o.Missing)
	}
	// Output:
	// microsoft/sql-server unknown owned 16 required 13..unknown short 0..unknown exposure 0.00 EUR
	// db1 12 downgrade 12 cores = 12 core licenses []
	// db2 1..unknown missing-facts host.cores = 1 or more core licenses, for want of host.cores [host.cores]
}
