// Command embed computes a license position from Go values: no plugins, no
// files, no server. It is what a product does that has its own database of
// installs and contracts.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

func main() {
	if err := position(context.Background(), os.Stdout, time.Date(2026, 11, 16, 8, 0, 0, 0, time.UTC)); err != nil {
		log.Fatal(err)
	}
}

// position is the whole of it.
func position(ctx context.Context, w io.Writer, now time.Time) error {
	estate := compliance.NewBuilder(now)
	for _, ws := range []compliance.DeviceID{"ws-101", "ws-102", "ws-103"} {
		if err := estate.AddInstall(compliance.Install{Device: ws, Title: catalog.Title{Name: "Autodesk AutoCAD 2025 - English"}}); err != nil {
			return err
		}
	}
	titles, err := catalog.Default()
	if err != nil {
		return err
	}
	metrics, err := metric.Standard()
	if err != nil {
		return err
	}
	owned := compliance.Entitlement{ID: "PO-7", Product: "autodesk/autocad", Version: "2025", Metric: "generic.device",
		Quantity: decimal.NewFromInt(2), UnitPrice: compliance.Money{Amount: decimal.NewFromInt(2100), Currency: "EUR"}}
	result, err := compliance.Reconcile(ctx, compliance.Input{
		Estate: estate.Build(), Catalog: titles, Metrics: metrics, Entitlements: []compliance.Entitlement{owned}})
	if err != nil {
		return err
	}
	for _, p := range result.Positions {
		fmt.Fprintf(w, "%s: %s, owned %s, required %s, short %s, at risk %s\n", p.Product, p.Status, p.Owned, p.Required, p.Short, p.Exposure)
		for _, o := range p.Consumers {
			fmt.Fprintf(w, "  %s: %s\n", o.Consumer, o.Reason)
		}
	}
	return nil
}
