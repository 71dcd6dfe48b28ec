// Package scale makes estates of any size by arithmetic, for benchmarks: nothing of
// them is held but the titles, so that what is measured is the one who counts.
//
// A device has forty installs out of 22,000 titles. Three hundred products are under
// management, half of them by device and half by core, and make up one install in
// twenty; the rest lean to a few common titles. A third of the titles is unknown to
// the catalog.
//
// Beside the estates stand the programs that trueup is measured against: a loop over
// maps that only counts, and the same kept up to date by hand.
package scale

import (
	"fmt"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// The shape of an estate.
const (
	Titles   = 22_000
	Managed  = 300
	Installs = 40
	Entities = 20
)

// Snapshot is the instant of the estates.
var Snapshot = time.Date(2026, 11, 16, 8, 0, 0, 0, time.UTC)

// Estate is a number of devices and their installs, made as they are asked for.
type Estate struct {
	Devices int
	titles  []catalog.Title
}

// New is an estate of so many devices.
func New(devices int) *Estate {
	e := &Estate{Devices: devices}
	for i := range Titles {
		publisher := "Acme"
		if i%3 == 0 && i >= Managed {
			publisher = "Nobody knows"
		}
		e.titles = append(e.titles, catalog.Title{Publisher: publisher, Name: fmt.Sprintf("product %05d for workstations", i)})
	}
	return e
}

// Title is the number of the k-th title of a device: two of forty are managed. At
// another revision the device has other titles in one place of ten.
func (e *Estate) Title(device, k, revision int) int {
	h := uint64(device*Installs+k) * 0x9e3779b97f4a7c15
	if k%10 == 0 {
		h += uint64(revision) * 0xbf58476d1ce4e5b9
	}
	h ^= h >> 29
	if k < 2 {
		return int(h%(Managed/2)*2 + uint64(k))
	}
	u := h % (1 << 20)
	return Managed + int(u*u>>20*(Titles-Managed)>>20)
}

// Name is the name of a title.
func (e *Estate) Name(title int) string { return e.titles[title].Name }

// Cores are those of a device, which another revision has replaced.
func (e *Estate) Cores(device, revision int) int { return 4 * (1 + (device+revision)%7) }

// Entity is that of a device.
func (e *Estate) Entity(device int) string { return entities[device%Entities] }

var entities = func() (out [Entities]string) {
	for i := range out {
		out[i] = fmt.Sprintf("entity-%02d", i)
	}
	return out
}()

// Each calls with the devices from one number to another, exclusive, at a revision.
// Device and slice are used again for the next.
func (e *Estate) Each(from, to, revision int, f func(number int, d *compliance.Device, installs []compliance.Install) error) error {
	d := compliance.Device{Source: "inv", Kind: compliance.Physical, Country: "DE"}
	installs := make([]compliance.Install, Installs)
	for k := range installs {
		installs[k] = compliance.Install{Source: "inv", LastUsed: Snapshot.AddDate(0, 0, -15)}
	}
	for n := from; n < to; n++ {
		d.ID = compliance.DeviceID("device-" + strconv.Itoa(n+100_000_000))
		d.Sockets, d.Cores, d.Entity = 1+n%2, e.Cores(n, revision), e.Entity(n)
		for k := range installs {
			installs[k].Device, installs[k].Title = d.ID, e.titles[e.Title(n, k, revision)]
		}
		if err := f(n, &d, installs); err != nil {
			return err
		}
	}
	return nil
}

// Held is the estate as one that is held.
func (e *Estate) Held() (*compliance.Estate, error) {
	b := compliance.NewBuilder(Snapshot)
	err := e.Each(0, e.Devices, 0, func(_ int, d *compliance.Device, installs []compliance.Install) error {
		if err := b.AddDevice(*d); err != nil {
			return err
		}
		for k := range installs {
			if err := b.AddInstall(installs[k]); err != nil {
				return err
			}
		}
		return nil
	})
	return b.Build(), err
}

// Product is the key of a managed title's product, empty for another.
func (e *Estate) Product(title int) catalog.ProductKey {
	if title >= Managed {
		return ""
	}
	return catalog.ProductKey("acme/" + e.Name(title))
}

// PerCore says whether the product of a title is licensed by core, not by device.
func PerCore(title int) bool { return title%2 == 1 }

// Owned is how much was bought of every product.
func (e *Estate) Owned() int { return e.Devices / 200 }

// Input is how the products are licensed and what was bought.
func (e *Estate) Input() (compliance.Input, error) {
	lib, err := metric.Standard()
	if err != nil {
		return compliance.Input{}, err
	}
	in := compliance.Input{Catalog: acme{}, Metrics: lib}
	for i := range Managed {
		m := metric.Key("generic.device")
		if PerCore(i) {
			m = "generic.core"
		}
		in.Licensing = append(in.Licensing, compliance.Licensing{Product: e.Product(i), Metric: m,
			Price: compliance.Money{Amount: decimal.NewFromInt(100), Currency: "EUR"}})
		in.Entitlements = append(in.Entitlements, compliance.Entitlement{ID: compliance.EntitlementID(fmt.Sprint("E", i)),
			Product: e.Product(i), Metric: m, Quantity: decimal.NewFromInt(int64(e.Owned()))})
	}
	return in, nil
}

// acme knows the titles of one publisher.
type acme struct{}

// Recognise takes a title's name for its product.
func (acme) Recognise(t catalog.Title) catalog.Recognition {
	if t.Publisher != "Acme" {
		return catalog.Recognition{Status: catalog.Unrecognised}
	}
	return catalog.Recognition{Status: catalog.Recognised, Product: catalog.Product{Key: catalog.ProductKey("acme/" + t.Name)}}
}
