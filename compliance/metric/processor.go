package metric

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/metric/internal/reckon"
	"github.com/trueup-dev/trueup/compliance/topology"
	"github.com/trueup-dev/trueup/internal/expr"
)

// processors is the kind of a table whose rows are processors in the publisher's
// own words. Its function takes a host, since a row may ask for more than the
// model: cores on a socket, the most sockets, the machine, the day of purchase.
const processors = "processors"

// processorFacts are the facts of a host by which it is found.
var processorFacts = []string{"processor", "vendor", "speed_mhz", "system", "purchased", "linux_only", "cores_per_socket", "socket_capacity"}

// processors checks that every row can be read and none is there twice.
func (c *compiler) processors(t *table, src tableSource) {
	for i, r := range src.Rows {
		switch {
		case strings.TrimSpace(r.Family) == "" || r.To != nil || r.From != nil || len(r.Match) > 0:
			c.fail(r.At, "a row of processors has a family, no match and no bracket")
			continue
		case r.Value == nil:
			c.fail(r.At, "%s lacks its value", r.Family)
			continue
		}
		if _, err := topology.NewMatcher([]topology.Row{{Family: r.Family}}); err != nil {
			c.fail(r.At, "%v", err)
		}
		for j := range i {
			if strings.EqualFold(t.rows[j].family, r.Family) && overlap(t.rows[j], t.rows[i]) {
				c.fail(r.At, "%q has another row on the same days", r.Family)
			}
		}
	}
}

// looksUpProcessor says whether an expression looks the counted host up in a
// table of processors.
func (c *compiler) looksUpProcessor(n *expr.Node) bool {
	return len(n.Args) == 1 && n.Args[0].Op == expr.Name && n.Args[0].Name == c.m.item &&
		slices.ContainsFunc(c.m.tables, func(t *table) bool { return t.kind == processors && t.name == n.Name })
}

// finder is the function of a table of processors. The rows are taken apart when
// the first host is looked up.
func (t *table) finder(rows []row) reckon.Function {
	matcher := sync.OnceValues(func() (*topology.Matcher, error) {
		list := make([]topology.Row, len(rows))
		for i, r := range rows {
			list[i] = topology.Row{Family: r.family, Value: decimal.NewFromBigRat(r.value, places)}
		}
		return topology.NewMatcher(list)
	})
	return func(_ context.Context, args []reckon.Value) (reckon.Value, error) {
		h, ok := args[0].Object.(*Host)
		if !ok || len(rows) == 0 {
			return t.open(rows, args[0].Missing), nil
		}
		q, err := h.query()
		if err != nil {
			return reckon.Value{}, err
		}
		m, err := matcher()
		if err != nil {
			return reckon.Value{}, fmt.Errorf("table %s: %w", t.name, err)
		}
		return t.found(rows, h, m.Match(q)), nil
	}
}

// query is what the host says of its processor.
func (h *Host) query() (topology.Query, error) {
	q := topology.Query{Model: h.Processor, Vendor: h.Vendor, System: h.System, LinuxOnly: topology.No}
	if h.LinuxOnly == Yes {
		q.LinuxOnly = topology.Yes
	}
	if n, ok := h.perSocket(); ok {
		q.CoresPerSocket = n
	}
	if n, ok := h.SpeedMHz.whole(); ok {
		q.SpeedMHz = n
	}
	if n, ok := h.SocketCapacity.whole(); ok {
		q.SocketCapacity = n
	}
	if h.Purchased == "" {
		return q, nil
	}
	day, err := time.Parse(time.DateOnly, h.Purchased)
	if err != nil {
		return q, fmt.Errorf("%w: host.purchased is %q, which is not a date such as 2010-11-30", ErrWrongType, h.Purchased)
	}
	q.Purchased = day
	return q, nil
}

func (h *Host) perSocket() (int, bool) {
	if n, ok := h.CoresPerSocket.whole(); ok {
		return n, true
	}
	n, ok := quotientOf(h.Cores, h.Sockets).(int64)
	return int(n), ok
}

// whole is the number where it is a known whole one.
func (n Number) whole() (int, bool) { return int(n.mantissa), n.known && n.places == 0 }

// factNames are the facts of a host by the names that the matcher has for them.
var factNames = map[string]string{
	"cores per socket": "host.cores_per_socket", "socket capacity": "host.socket_capacity",
	"machine model": "host.system", "clock": "host.speed_mhz", "purchase date": "host.purchased",
}

// found is the value of the row found. Where none is, or more than one, the model
// and the facts that would decide are named, and the value is open: between the
// rows that may be meant, or those of the whole table if it may list none.
func (t *table) found(rows []row, h *Host, got topology.Match) reckon.Value {
	if got.Value.Valid {
		r := got.Value.Decimal.Rat()
		return reckon.NumberValue(r, reckon.Labelled(reckon.Exactly(r), t.name))
	}
	if h.Processor == "" && h.Vendor == "" && h.System == "" {
		return t.open(rows, []string{"host.processor"})
	}
	missing := []string{fmt.Sprintf("%s of %q", t.name, strings.Join(strings.Fields(cmp.Or(h.Processor, h.Vendor)+" "+h.System), " "))}
	for _, fact := range got.Missing {
		if name, ok := factNames[fact]; ok {
			missing = append(missing, name)
		}
	}
	v := t.open(rows, missing)
	if got.Certain {
		v.Number = reckon.Exactly(got.Low.Decimal.Rat()).Hull(reckon.Exactly(got.High.Decimal.Rat()))
		v.Term = reckon.Labelled(v.Number, t.name)
	}
	return v
}
