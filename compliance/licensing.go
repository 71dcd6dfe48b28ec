package compliance

import (
	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// Licensing says how a product is licensed and what a missing unit costs. A
// product without it is not under management: its installs are counted and
// listed, but no position is computed.
type Licensing struct {
	Product catalog.ProductKey
	// Edition narrows the price to one edition; empty means any.
	Edition string
	Metric  metric.Key
	// Price is what one unit costs to buy today.
	Price Money
	// Tier is the risk tier of the license type, in words of the rubric.
	Tier string
	// Parameters replace numbers of the metric's document, such as a minimum that
	// the contract sets; Choices pick readings where sources disagree. All lines of
	// a product count by the same.
	Parameters map[string]decimal.Decimal
	Choices    map[string]string

	// The terms below hold for the product, whichever line states them. Two lines
	// may not state different ones.

	// Layers are other ways to license the machines of a host.
	Layers []Layer
	// Whole says what may only be licensed in full.
	Whole Wholeness
	// ReassignDays is for how many days a license stays with the host that it was
	// assigned to; a machine that moved meanwhile needs one for each host. Zero
	// means that it may follow at once.
	ReassignDays int
	// Suite says when the members of a suite may be licensed by it.
	Suite *Suite
	// Through are products by which people reach this one: who uses one of them
	// uses this product too, as with a pooling front end (multiplexing).
	Through []catalog.ProductKey
}

// Wholeness says what may only be licensed in full.
type Wholeness string

// The kinds of wholeness.
const (
	// Divisible: a part of what is needed may be licensed, the rest is short.
	Divisible Wholeness = ""
	// WholeConsumer: a consumer is licensed in full or not at all, as servers under
	// per-processor licenses
	// (https://www.servicenow.com/docs/r/it-asset-management/software-asset-management/supported-microsoft-license-types.html).
	WholeConsumer Wholeness = "consumer"
	// WholeProduct: one unit short licenses nothing, as with IBM's RVU
	// (https://www.servicenow.com/docs/r/it-asset-management/software-asset-management/ibm-pvu-rvu-licensing.html).
	WholeProduct Wholeness = "product"
)

// ParseWholeness reads a kind as files write it.
func ParseWholeness(s string) (Wholeness, bool) {
	switch w := Wholeness(s); w {
	case Divisible, WholeConsumer, WholeProduct:
		return w, true
	}
	return Divisible, false
}

// Layer is a way to license the machines of a host together. Each host or, for a
// layer of clusters, each cluster is licensed by the cheapest way that is lawful
// there; machines that no layer carries are counted by the product's own metric. A
// layer under the product's own metric closes that way: a host is then licensed by
// one of the layers.
//
// SQL Server Enterprise under Software Assurance carries any number of machines of
// a host whose cores are all licensed, Windows Server Standard two each time, and
// Datacenter any number
// (https://www.servicenow.com/docs/r/it-asset-management/software-asset-management/microsoft-percore-withcal.html).
type Layer struct {
	Name string
	// Metric counts what a host needs; its unit is that of the product's metric.
	Metric metric.Key
	// Edition is that of the licenses which serve the layer; empty means any.
	Edition string
	// Carries are the editions that machines may run under it; empty means any.
	Carries []string
	// Machines is how many machines each licensing of the host carries; the host may
	// be licensed several times. Zero means any number.
	Machines int
	// Cluster asks that all hosts be licensed on which one of the machines may run.
	Cluster bool
	// Maintenance asks for licenses under maintenance.
	Maintenance bool
	// Price is what a missing unit costs under the layer; zero takes the price of
	// the edition's line.
	Price Money
}

// Suite says when the members of a suite count as the suite, by the rules of
// https://www.servicenow.com/docs/r/it-asset-management/software-asset-management/software-suites-inference.html.
// Where they hold, a device or user may be licensed by the suite in place of its
// members, if that is cheaper. Where the suite itself is found, it must be.
type Suite struct {
	Members []catalog.ProductKey
	// Mandatory are members without which the rest is no suite.
	Mandatory []catalog.ProductKey
	// Share of the other members must be there, from 0 to 1; Count is a number of
	// them in its place.
	Share decimal.Decimal
	Count int
}
