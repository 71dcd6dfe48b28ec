package wire

import "github.com/trueup-dev/trueup/connectors"

// layout lists the columns of a kind. The order is that in which a batch writes
// them; a reader goes by name.
type layout struct {
	texts, numbers []string
	// textLists and numberLists hold lists.
	textLists, numberLists []string
	// key are the columns that every row must fill.
	key []string
}

// titleColumns hold a raw title, in every kind that has one.
const (
	colPublisher    = "publisher"
	colName         = "name"
	colVersion      = "version"
	colEdition      = "edition"
	colProductCode  = "product_code"
	colArchitecture = "architecture"
)

// The columns of lists.
const (
	colMayRunOn   = "may_run_on"
	colStayHosts  = "stay_hosts"
	colStaysSince = "stays_since"
)

func layoutOf(k connectors.Kind) (layout, bool) {
	switch k {
	case connectors.Device:
		return layout{
			texts: []string{"id", "name", "kind", "model", "host", "cluster", "instance_type", "environment",
				"country", "entity", "operating_system", "user", "role", "standby_for", "chassis"},
			numbers:     []string{"sockets", "cores", "threads", "vcpus", "last_seen"},
			textLists:   []string{colMayRunOn, colStayHosts},
			numberLists: []string{colStaysSince},
			key:         []string{"id"},
		}, true
	case connectors.User:
		return layout{
			texts:   []string{"id", "name", "kind", "entity", "country"},
			numbers: []string{"active"},
			key:     []string{"id"},
		}, true
	case connectors.Install:
		return layout{
			texts:   []string{"device", colPublisher, colName, colVersion, colEdition, colProductCode, colArchitecture, "user"},
			numbers: []string{"first_seen", "last_used"},
			key:     []string{"device"},
		}, true
	case connectors.Seat:
		return layout{
			texts:   []string{"user", colPublisher, colName, colVersion, colEdition, colProductCode, colArchitecture},
			numbers: []string{"assigned", "last_used"},
			key:     []string{"user"},
		}, true
	case connectors.Usage:
		return layout{
			texts:   []string{colPublisher, colName, colVersion, colEdition, colProductCode, colArchitecture},
			numbers: []string{"from", "to", "peak", "at"},
			key:     []string{colName},
		}, true
	}
	return layoutOfPurchases(k)
}

// layoutOfPurchases is the layout of what was bought, what it costs and who
// belongs where.
func layoutOfPurchases(k connectors.Kind) (layout, bool) {
	switch k {
	case connectors.Entitlement:
		return layout{
			texts: []string{"id", colPublisher, colName, colVersion, colEdition, colProductCode, colArchitecture,
				"contract", "metric", "quantity", "unit_price", "currency"},
			numbers: []string{"start", "end", "maintenance_end"},
			key:     []string{"id"},
		}, true
	case connectors.Price:
		return layout{
			texts:   []string{colPublisher, colName, colVersion, colEdition, colProductCode, colArchitecture, "metric", "amount", "currency"},
			numbers: []string{"from", "to"},
			key:     []string{colName, "amount"},
		}, true
	case connectors.GroupMember:
		return layout{texts: []string{"group", "user"}, key: []string{"group", "user"}}, true
	}
	return layout{}, false
}

// Columns lists the names of a kind's columns, texts before numbers; nil when
// this version cannot carry the kind.
func Columns(k connectors.Kind) (texts, numbers []string) {
	l, _ := layoutOf(k)
	return l.texts, l.numbers
}

// Lists lists the names of a kind's columns that hold lists.
func Lists(k connectors.Kind) (texts, numbers []string) {
	l, _ := layoutOf(k)
	return l.textLists, l.numberLists
}

// A flag is yes or no, or left out.
const (
	flagYes = 1
	flagNo  = 2
)
