package compliance

import (
	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// Through says that a consumer asks nothing of entitlements because another
// consumer's licenses carry it.
type Through struct {
	Product  catalog.ProductKey `json:"product"`
	Consumer string             `json:"consumer"`
	Right    Reason             `json:"right"`
}

// The rights by which a consumer is carried by the licenses of another.
const (
	// Virtualisation: its host, or the hosts on which it may run, are licensed.
	Virtualisation Reason = "virtualisation"
	// SuiteRight: its device or user is licensed by a suite that holds the product.
	SuiteRight Reason = "suite"
	// SecondUse: it is a portable device of a user whose other device is licensed with
	// the right of second use. A virtual machine is never one
	// (https://docs.flexera.com/FlexNetManagerSuite2021R1/EN/WebHelp/topics/ContractProp-RightOfSecondUse.html).
	SecondUse Reason = "second-use"
	// FailoverRight, RecoveryRight: it stands by for a machine that is licensed with
	// the right to a passive replica, or to one for disaster recovery
	// (https://www.servicenow.com/docs/r/it-asset-management/software-asset-management/microsoft-sql-server-ha-configurations.html).
	FailoverRight Reason = "failover"
	RecoveryRight Reason = "disaster-recovery"
)

// The reasons of a consumer or an entitlement where rights are stated.
const (
	// NotWhole: what is left would cover a part, and only the whole counts.
	NotWhole Reason = "not-whole"
	// NoMaintenance: the layer asks for maintenance, which is not in force.
	NoMaintenance Reason = "layer-without-maintenance"
)

// Choice is what was chosen for things that could lawfully be licensed in several
// ways, with what was not chosen.
type Choice struct {
	// Of names the consumers about whom it was, sorted, by product and identifier
	// where several products are concerned.
	Of []string `json:"of"`
	// Ways are those offered; the first is the one taken.
	Ways []Way `json:"ways"`
}

// Way is one lawful way to license the consumers of a choice.
type Way struct {
	Name string `json:"name"`
	// Needs are what it asks of entitlements, and of which consumers.
	Needs []WayNeed `json:"needs,omitempty"`
	// Listed is what all it needs costs at the prices of the licensing lines: the
	// figure by which people compare ways. The choice itself is made by what is
	// owned.
	Listed Money `json:"listed"`
}

// WayNeed is what one consumer asks under a way.
type WayNeed struct {
	Consumer   string          `json:"consumer"`
	Quantity   decimal.Decimal `json:"quantity"`
	Arithmetic string          `json:"arithmetic,omitempty"`
}
