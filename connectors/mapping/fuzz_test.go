package mapping_test

import (
	"strings"
	"testing"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
	"github.com/trueup-dev/trueup/connectors/mapping"
)

// carried checks that the protocol can carry every row that a mapping writes.
type carried struct{ t *testing.T }

func (c carried) put(k connectors.Kind, row func(*wire.Encoder) error) error {
	e, err := wire.NewEncoder(k, wire.Operation_OPERATION_PUT, 1<<20)
	if err != nil {
		return err
	}
	return row(e)
}

func (c carried) Device(d compliance.Device) error {
	for _, s := range d.Stays {
		if s.Host == "" || s.Since.IsZero() {
			c.t.Fatalf("a stay without host or instant: %+v", d.Stays)
		}
	}
	return c.put(connectors.Device, func(e *wire.Encoder) error { return e.Device(&d) })
}

func (c carried) User(u compliance.User) error {
	return c.put(connectors.User, func(e *wire.Encoder) error { return e.User(&u) })
}

func (c carried) Install(i compliance.Install) error {
	return c.put(connectors.Install, func(e *wire.Encoder) error { return e.Install(&i) })
}

func (c carried) Seat(s compliance.Seat) error {
	return c.put(connectors.Seat, func(e *wire.Encoder) error { return e.Seat(&s) })
}

func (c carried) Usage(u compliance.Usage) error {
	return c.put(connectors.Usage, func(e *wire.Encoder) error { return e.Usage(&u) })
}

func (c carried) License(l connectors.License) error {
	if l.Quantity.Valid && l.Quantity.Decimal.IsNegative() {
		c.t.Fatalf("a negative quantity: %s", l.Quantity.Decimal)
	}
	return c.put(connectors.Entitlement, func(e *wire.Encoder) error { return e.License(&l) })
}

func (c carried) Price(p connectors.PriceEntry) error {
	if !p.Amount.Valid || p.Amount.Decimal.IsNegative() || p.Currency == "" {
		c.t.Fatalf("not a price: %+v", p)
	}
	return c.put(connectors.Price, func(e *wire.Encoder) error { return e.Price(&p) })
}

func (c carried) Membership(m connectors.Membership) error {
	return c.put(connectors.GroupMember, func(e *wire.Encoder) error { return e.Membership(&m) })
}

func FuzzRead(f *testing.F) {
	f.Add(germanDevices, "esx1;1.024,0;2;31.01.2026;P")
	f.Add("rows: [{kind: usage, columns: {name: n, from: f, to: t, peak: p}}]", "a;2026-01-01;2026-01-02;1e9")
	f.Fuzz(func(t *testing.T, doc, line string) {
		m, err := mapping.Read("map.yaml", []byte(doc))
		if err != nil {
			return
		}
		for _, dates := range []mapping.DateNumbers{mapping.NoDateNumbers, mapping.Since1900} {
			in := m.Intake(carried{t})
			for _, rule := range m.Rules() {
				r, err := in.Table(rule, mapping.Table{
					Header: []string{"Hostname", "Kerne", "Sockel", "Zuletzt gesehen", "Typ", "n", "f", "t", "p", "q"}, Dates: dates,
					Place: func(int, int) string { return "" },
				})
				if err != nil {
					continue
				}
				if _, err := r.Add(1, strings.Split(line, ";")); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
