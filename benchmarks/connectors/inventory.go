package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

const (
	titles     = 20_000
	perDevice  = 40
	workingSet = 1 << 18 // draws made beforehand: their logarithms would cost more than the rows
)

// inventory is installs of about 190 bytes of text. In an inventory few titles are
// everywhere and most are rare; evenly spread, hardly a text repeats in a batch.
type inventory struct {
	titles []catalog.Title
	drawn  []uint16
	device compliance.DeviceID
}

func newInventory(even bool) *inventory {
	in := &inventory{titles: make([]catalog.Title, titles), drawn: make([]uint16, workingSet)}
	for i := range in.titles {
		in.titles[i] = catalog.Title{
			Publisher:    fmt.Sprintf("Publisher of Software Number %d Incorporated", i%300),
			Name:         fmt.Sprintf("Product %d for Enterprise Workstations and Servers (64-bit)", i),
			Version:      fmt.Sprintf("%d.%d.%d.0", i%20, i%7, i%9000),
			ProductCode:  fmt.Sprintf("{%08X-0000-4000-8000-000000000000}", i),
			Architecture: "x86_64",
		}
	}
	popular := rand.NewZipf(rand.New(rand.NewPCG(1, 2)), 1.1, 1, titles-1)
	for i := range in.drawn {
		if even {
			in.drawn[i] = uint16(i * 7919 % titles)
		} else {
			in.drawn[i] = uint16(popular.Uint64())
		}
	}
	return in
}

// install is row i. Rows must be asked for in order.
func (in *inventory) install(i int) compliance.Install {
	if i%perDevice == 0 {
		in.device = compliance.DeviceID(fmt.Sprintf("workstation-%09d.example.org", i/perDevice))
	}
	return compliance.Install{Device: in.device, Title: in.titles[in.drawn[i%workingSet]]}
}

// collector sends an inventory.
type collector struct{}

func about() connectors.Description {
	return connectors.Description{
		Name: "bench", Version: "1.0.0", Summary: "sends an inventory made up", Kinds: []connectors.Kind{connectors.Device, connectors.Install},
		Settings: []connectors.Setting{{Name: "rows", Required: true, Doc: "how many installs"}, {Name: "even", Required: true, Doc: "how titles are spread"}},
	}
}

// Collect writes the rows, each device before its installs.
func (collector) Collect(_ context.Context, req sdk.Request, to *sdk.Writer) error {
	rows, err := strconv.Atoi(req.Settings.Values["rows"])
	if err != nil {
		return err
	}
	in := newInventory(req.Settings.Values["even"] == "true")
	for i := range rows {
		row := in.install(i)
		if i%perDevice == 0 {
			if err := to.Device(compliance.Device{ID: row.Device}); err != nil {
				return err
			}
		}
		if err := to.Install(row); err != nil {
			return err
		}
	}
	return to.Complete("", nil)
}
