package mapping_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/wire"
	"github.com/trueup-dev/trueup/connectors/mapping"
)

// encoded sends what an intake writes into a batch of the protocol.
type encoded struct{ *wire.Encoder }

func (e encoded) Device(d compliance.Device) error         { return e.Encoder.Device(&d) }
func (e encoded) User(u compliance.User) error             { return e.Encoder.User(&u) }
func (e encoded) Install(i compliance.Install) error       { return e.Encoder.Install(&i) }
func (e encoded) Seat(s compliance.Seat) error             { return e.Encoder.Seat(&s) }
func (e encoded) Usage(u compliance.Usage) error           { return e.Encoder.Usage(&u) }
func (e encoded) License(l connectors.License) error       { return e.Encoder.License(&l) }
func (e encoded) Price(p connectors.PriceEntry) error      { return e.Encoder.Price(&p) }
func (e encoded) Membership(m connectors.Membership) error { return e.Encoder.Membership(&m) }

// samples are cells of columns that not every text or date fits.
var samples = map[string]string{
	"device kind": "physical", "device role": "active", "user kind": "person", "user active": "no", "device sockets": "2", "device cores": "16",
	"device threads": "32", "device vcpus": "4", "usage peak": "9", "currency": "EUR", "quantity": "2.5", "unit_price": "99.95", "amount": "12",
}

func sample(k connectors.Kind, column string, number bool) string {
	for _, name := range []string{k.String() + " " + column, column} {
		if s, ok := samples[name]; ok {
			return s
		}
	}
	if number {
		return "2026-02-03"
	}
	return "some " + column
}

// fieldOf is the field that fills a column. One is called differently, because the
// folder of an estate calls it so.
func fieldOf(k connectors.Kind, column string) string {
	if k == connectors.Usage && column == "at" {
		return "peak_at"
	}
	return column
}

// A mapping can fill every column of every kind that the protocol has.
func TestEveryColumnOfTheProtocol(t *testing.T) {
	for _, k := range connectors.Kinds() {
		t.Run(k.String(), func(t *testing.T) {
			texts, numbers := wire.Columns(k)
			textLists, numberLists := wire.Lists(k)
			var header, cells, columns []string
			add := func(names []string, number bool) {
				for _, name := range names {
					header, cells = append(header, name), append(cells, sample(k, name, number))
					columns = append(columns, fmt.Sprintf("%s: %s", fieldOf(k, name), name))
				}
			}
			add(texts, false)
			add(numbers, true)
			add(textLists, false)
			add(numberLists, true)
			m, err := mapping.Read("m", fmt.Appendf(nil, "rows: [{kind: %s, columns: {%s}}]", k, strings.Join(columns, ", ")))
			require.NoError(t, err)
			e, err := wire.NewEncoder(k, wire.Operation_OPERATION_PUT, 1000)
			require.NoError(t, err)
			rows, err := m.Intake(encoded{e}).Table(m.Rules()[0], mapping.Table{Header: header, Place: func(int, int) string { return "" }})
			require.NoError(t, err)
			problems, err := rows.Add(1, cells)
			require.NoError(t, err)
			assert.Empty(t, problems)
			filled := filledColumns(t, e)
			slices.Sort(header)
			assert.Equal(t, header, filled, "columns of the protocol that a mapping leaves empty")
		})
	}
}

// filledColumns are the names of the columns that say something, sorted.
func filledColumns(t *testing.T, e *wire.Encoder) []string {
	t.Helper()
	var m wire.CollectResponse
	require.NoError(t, proto.Unmarshal(e.Take(1, nil).Append(nil), &m))
	var names []string
	for _, c := range m.GetBatch().GetColumns() {
		names = append(names, c.GetName())
	}
	slices.Sort(names)
	return names
}
