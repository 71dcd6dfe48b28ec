package compliance

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/compliance/certificate"
	"github.com/trueup-dev/trueup/compliance/metric"
)

// Status is the state of a position.
type Status uint8

// The states. A position is unknown when missing facts decide whether it is
// short.
const (
	StatusInvalid Status = iota
	Compliant
	Short
	StatusUnknown
)

var statuses = [...]string{"invalid", "compliant", "short", "unknown"}

// String is the status as exports write it.
func (s Status) String() string {
	if int(s) < len(statuses) {
		return statuses[s]
	}
	return statuses[StatusInvalid]
}

// MarshalText writes the status as a word.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *Status) UnmarshalText(text []byte) error {
	for i, word := range statuses {
		if word == string(text) {
			*s = Status(i)
			return nil
		}
	}
	return fmt.Errorf("compliance: %q is no status of a position", text)
}

// Interval is a quantity between two bounds. Where they are equal the quantity
// is known. An open upper bound is invalid (decimal.NullDecimal).
type Interval struct {
	Low  decimal.Decimal     `json:"low"`
	High decimal.NullDecimal `json:"high"`
}

// Known says whether the interval is a single quantity.
func (i Interval) Known() bool { return i.High.Valid && i.High.Decimal.Equal(i.Low) }

// String renders 12, 4..8 or 4..unknown.
func (i Interval) String() string {
	switch {
	case i.Known():
		return i.Low.String()
	case i.High.Valid:
		return i.Low.String() + ".." + i.High.Decimal.String()
	}
	return i.Low.String() + "..unknown"
}

// Position is the effective license position of one product under one metric:
// what is owned, what is consumed, and how the one covers the other.
type Position struct {
	Publisher string             `json:"publisher,omitempty"`
	Product   catalog.ProductKey `json:"product"`
	Metric    metric.Key         `json:"metric"`
	// Unit is the metric's unit, such as core license.
	Unit   string `json:"unit,omitempty"`
	Status Status `json:"status"`
	// Agreement says why a short position is compliant all the same; nil otherwise.
	Agreement *Agreement `json:"agreement,omitempty"`
	// Certificate proves how good the assignment is of what is known to be needed, or
	// how far from the best at most; see package certificate. Products that a suite
	// joins are decided together and have the same one. It covers what allocations
	// leave, and counts packs where units come in packs. Nil unless the input asks.
	Certificate *certificate.Certificate `json:"certificate,omitempty"`

	// Owned is what the applicable entitlements grant, in units of the metric.
	Owned decimal.Decimal `json:"owned"`
	// Required is what the consumers need, rounded as the metric rounds.
	Required Interval `json:"required"`
	// Covered is how much of it entitlements cover, Surplus what is owned and
	// covers nothing and is not held for anyone. Short is what remains: its lower bound if every missing fact
	// turns out as well as it can, its upper bound if as badly.
	Covered decimal.Decimal `json:"covered"`
	Short   Interval        `json:"short"`
	Surplus decimal.Decimal `json:"surplus"`
	// Exposure is the price of the lower bound of Short, ExposureHigh that of its
	// upper bound, invalid when there is no bound.
	Exposure     Money               `json:"exposure"`
	ExposureHigh decimal.NullDecimal `json:"exposure_high"`

	// Consumers are all that need the product, each with its reason.
	Consumers []Outcome `json:"consumers,omitempty"`
	// Entitlements are all that were bought of the product, each with what it
	// covers or why it does not apply.
	Entitlements []Supply `json:"entitlements,omitempty"`
	// Choices are the things that could be licensed in several ways, with what each
	// way asks; the licenses of the first way of each are in the position.
	Choices []Choice `json:"choices,omitempty"`
	// Unproven says how far the choices may be from the best where they were too many
	// to prove it; empty when no choice is cheaper.
	Unproven string `json:"unproven,omitempty"`
	// Explanation is the arithmetic of Required.
	Explanation string `json:"explanation,omitempty"`
	// Sources fed the position; Doubtful are those of them that failed, are
	// stale or never delivered, each once, sorted.
	Sources  []SourceID `json:"sources,omitempty"`
	Doubtful []SourceID `json:"doubtful,omitempty"`
	// Missing names the facts that nobody knows, each once, sorted.
	Missing []string `json:"missing,omitempty"`
}

// Key identifies the position within a result.
func (p Position) Key() string { return string(p.Product) + "|" + string(p.Metric) }

// Reason says in a code why a consumer or an entitlement ended as it did.
type Reason string

// The reasons of a consumer.
const (
	// OwnVersion: covered by an entitlement for the version in use.
	OwnVersion Reason = "own-version"
	// Upgrade: covered by an entitlement whose maintenance includes the newer
	// version in use.
	Upgrade Reason = "upgrade"
	// Downgrade: covered by an entitlement for a newer version that allows the
	// older one.
	Downgrade Reason = "downgrade"
	// CrossEdition: covered by an entitlement for another edition that allows the
	// one in use.
	CrossEdition Reason = "cross-edition"
	// NoEntitlement: nothing that was bought may cover it.
	NoEntitlement Reason = "no-entitlement"
	// Exhausted: entitlements may cover it but are used up by others.
	Exhausted Reason = "exhausted"
	// MissingFacts: how much it needs is not known.
	MissingFacts Reason = "missing-facts"
	// NothingRequired: the metric asks nothing for it.
	NothingRequired Reason = "nothing-required"
)

// The reasons why an entitlement does not cover a consumer, or does not apply
// at all.
const (
	NotStarted         Reason = "term-not-started"
	Expired            Reason = "term-expired"
	OtherMetric        Reason = "other-metric"
	OtherEdition       Reason = "other-edition"
	OlderVersion       Reason = "older-version-without-maintenance"
	NoDowngrade        Reason = "newer-version-without-downgrade"
	OutsideEntity      Reason = "outside-entity"
	OutsideCountry     Reason = "outside-country"
	OutsideEnvironment Reason = "outside-environment"
	// AllocatedElsewhere: other entitlements are allocated to the consumer.
	AllocatedElsewhere Reason = "allocated-elsewhere"
)

// Outcome is what became of one consumer.
type Outcome struct {
	// Consumer is the device, user or series that consumes, by its identifier.
	Consumer string `json:"consumer"`
	// Alike is how many consumers the outcome stands for, where a [Tally] counted
	// them, and zero for one that stands for itself. All quantities are those of all
	// of them together.
	Alike int `json:"alike,omitempty"`
	// Device is the device behind the consumer, User the user; either may be
	// empty.
	Device DeviceID `json:"device,omitempty"`
	User   UserID   `json:"user,omitempty"`
	// Layer is the layer under which the consumer, a host, is licensed; empty for what
	// is licensed by itself.
	Layer string `json:"layer,omitempty"`
	// Editions and Versions are what is in use there, sorted.
	Editions []string `json:"editions,omitempty"`
	Versions []string `json:"versions,omitempty"`
	// Entity and Country are those of the device or the user.
	Entity  string `json:"entity,omitempty"`
	Country string `json:"country,omitempty"`
	// Environments are those of the devices on which it is in use, sorted, an empty
	// one for what is not known. They are stated where an entitlement asks.
	Environments []string `json:"environments,omitempty"`
	// LastUsed is when the product was last used there, zero when not known.
	LastUsed time.Time `json:"last_used,omitzero"`

	// Required is the number of units that it needs, by Explanation.
	Required    Interval `json:"required"`
	Explanation string   `json:"explanation,omitempty"`
	// NotAllowed says why the metric's rule does not allow the use at all, in
	// which case no number of licenses helps; empty when it does.
	NotAllowed string `json:"not_allowed,omitempty"`
	// Covered lists the entitlements that cover it, Short what remains.
	Covered []Coverage      `json:"covered,omitempty"`
	Short   decimal.Decimal `json:"short"`
	// Through is set where the licenses of another consumer carry it: Required is
	// then what it would need by itself, and no part of the position's.
	Through *Through `json:"through,omitempty"`
	Reason  Reason   `json:"reason,omitempty"`
	// Refusals says for each entitlement of the product why it may not cover
	// this consumer, sorted by entitlement. Entitlements that may are not in it.
	Refusals []Refusal `json:"refusals,omitempty"`
	Missing  []string  `json:"missing,omitempty"`
}

// Coverage is a quantity of one entitlement given to one consumer.
type Coverage struct {
	Entitlement EntitlementID   `json:"entitlement"`
	Quantity    decimal.Decimal `json:"quantity"`
	Right       Reason          `json:"right,omitempty"`
	// Nontransferable is what was taken beyond Quantity because packs cannot be
	// divided.
	Nontransferable decimal.Decimal `json:"nontransferable,omitzero"`
}

// Refusal is why an entitlement may not cover a consumer.
type Refusal struct {
	Entitlement EntitlementID `json:"entitlement"`
	Reason      Reason        `json:"reason,omitempty"`
}

// Supply is what became of one entitlement.
type Supply struct {
	Entitlement EntitlementID   `json:"entitlement"`
	Owned       decimal.Decimal `json:"owned"`
	Used        decimal.Decimal `json:"used"`
	// Allocated is what is allocated to single consumers, InUse the part of it that
	// they need, Held the part that they do not and that nobody else may use.
	Allocated decimal.Decimal `json:"allocated,omitzero"`
	InUse     decimal.Decimal `json:"allocated_in_use,omitzero"`
	Held      decimal.Decimal `json:"held,omitzero"`
	// Nontransferable is what consumers leave of packs and nobody else may use.
	Nontransferable decimal.Decimal `json:"nontransferable,omitzero"`
	// Refused says why it does not apply at all; empty when it does.
	Refused Reason `json:"refused,omitempty"`
}

// Unrecognised is a raw title that the catalog does not know, with the number
// of installs it stands for.
type Unrecognised struct {
	Title    catalog.Title `json:"title"`
	Installs int           `json:"installs"`
}

// Result is the outcome of a reconciliation: equal inputs give equal bytes.
type Result struct {
	// AsOf is the instant for which terms were judged.
	AsOf time.Time `json:"as_of,omitzero"`
	// KnownAt is the instant whose knowledge it was computed from, zero when the
	// input did not say.
	KnownAt time.Time `json:"known_at,omitzero"`
	// Method is how entitlements were assigned, left out for the optimum.
	Method Method `json:"method,omitzero"`
	// Documents are those by which it was computed.
	Documents Documents `json:"documents,omitzero"`
	// Positions are sorted by product and metric.
	Positions []Position `json:"positions,omitempty"`
	// Unmanaged are recognised, licensable products without a licensing line or
	// entitlement, with their installs, ranked by installs, then key.
	Unmanaged []Unmanaged `json:"unmanaged,omitempty"`
	// Unrecognised are ranked by installs, then title.
	Unrecognised []Unrecognised `json:"unrecognised,omitempty"`
	// Sources are all sources of the estate with what is doubtful about them.
	Sources []SourceState `json:"sources,omitempty"`
	// Installs is the number of install rows judged: those recognised, ignored
	// and unrecognised add up to it.
	Installs   int `json:"installs"`
	Recognised int `json:"recognised"`
	Ignored    int `json:"ignored"`
	// Digest of the estate, hexadecimal.
	Estate string `json:"estate,omitempty"`
}

// Unmanaged is a product that is in use while nothing says how it is licensed.
type Unmanaged struct {
	Product  catalog.ProductKey `json:"product"`
	Installs int                `json:"installs"`
	// Paid is true when the catalog knows that the product needs a license, false
	// when it does not know.
	Paid bool `json:"paid"`
}

// SourceState is what a reconciliation makes of a source.
type SourceState struct {
	Source
	// Age is the time between its last full reading and the snapshot; negative
	// when it never was read to its end.
	Age time.Duration `json:"-"`
	// Doubt says why its facts lower confidence: failed, stale, never-read or
	// short-of-control-total; empty when they do not.
	Doubt string `json:"doubt,omitempty"`
}
