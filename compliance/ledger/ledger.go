package ledger

import (
	"slices"
	"time"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
)

// Ledger is all that was ever stated, in whatever order it arrived. The zero ledger
// is empty and ready. It may be read by many at once while nobody adds.
type Ledger struct {
	entitlements book[compliance.Entitlement]
	contracts    book[compliance.Contract]
	licensing    book[compliance.Licensing]
	estates      []snapshot
}

type snapshot struct {
	recorded time.Time
	estate   *compliance.Estate
}

// Terms are what is in force: what was bought, under which agreements, and how
// products are licensed.
type Terms struct {
	// Entitlements and Contracts are sorted by identifier, Licensing by product and
	// edition.
	Entitlements []compliance.Entitlement
	Contracts    []compliance.Contract
	Licensing    []compliance.Licensing
}

// AddEntitlement states an entitlement. The ledger keeps it as it is: what its
// slices hold must not be changed afterwards. The error wraps [ErrTwice], or says
// that the dates cannot be.
func (l *Ledger) AddEntitlement(d Dates, e compliance.Entitlement) error {
	return l.entitlements.add("entitlement", string(e.ID), statement[compliance.Entitlement]{d, &e})
}

// AddContract states a contract, like [Ledger.AddEntitlement].
func (l *Ledger) AddContract(d Dates, c compliance.Contract) error {
	return l.contracts.add("contract", string(c.ID), statement[compliance.Contract]{d, &c})
}

// AddLicensing states how a product, or an edition of it, is licensed and what it
// costs, like [Ledger.AddEntitlement].
func (l *Ledger) AddLicensing(d Dates, line compliance.Licensing) error {
	return l.licensing.add("licensing of", lineID(line.Product, line.Edition), statement[compliance.Licensing]{d, &line})
}

// WithdrawEntitlement states, as recorded at an instant, that what was stated of the
// entitlement for an effective date never held. It is not how an entitlement ends:
// that is its term.
func (l *Ledger) WithdrawEntitlement(recorded, effective time.Time, id compliance.EntitlementID) error {
	return l.entitlements.add("entitlement", string(id), statement[compliance.Entitlement]{Dates: Dates{Effective: effective, Recorded: recorded}})
}

// WithdrawContract withdraws a contract, like [Ledger.WithdrawEntitlement].
func (l *Ledger) WithdrawContract(recorded, effective time.Time, id compliance.ContractID) error {
	return l.contracts.add("contract", string(id), statement[compliance.Contract]{Dates: Dates{Effective: effective, Recorded: recorded}})
}

// WithdrawLicensing withdraws a licensing line, like [Ledger.WithdrawEntitlement].
func (l *Ledger) WithdrawLicensing(recorded, effective time.Time, product catalog.ProductKey, edition string) error {
	return l.licensing.add("licensing of", lineID(product, edition), statement[compliance.Licensing]{Dates: Dates{Effective: effective, Recorded: recorded}})
}

// lineID sorts by product, then edition: no product key holds a space.
func lineID(product catalog.ProductKey, edition string) string {
	if edition == "" {
		return string(product)
	}
	return string(product) + " " + edition
}

// AddEstate remembers a snapshot, and when it was recorded: zero means at its own
// instant.
func (l *Ledger) AddEstate(recorded time.Time, e *compliance.Estate) {
	if recorded.IsZero() {
		recorded = e.At()
	}
	l.estates = append(l.estates, snapshot{recorded, e})
}

// At is what is in force at the effective instant, by what was known at the other.
// A zero instant is the end of time: everything that was ever stated.
func (l *Ledger) At(effective, known time.Time) Terms {
	return Terms{l.entitlements.at(effective, known), l.contracts.at(effective, known), l.licensing.at(effective, known)}
}

// Estate is the latest snapshot that is not after the effective instant, among those
// recorded by the other; of two of the same instant, the one recorded later. It is
// nil where there is none.
func (l *Ledger) Estate(effective, known time.Time) *compliance.Estate {
	var best snapshot
	for _, s := range l.estates {
		if !reached(s.estate.At(), effective) || !reached(s.recorded, known) {
			continue
		}
		if best.estate == nil || slices.Compare(s.order(), best.order()) > 0 {
			best = s
		}
	}
	return best.estate
}

// order is total up to snapshots that are equal.
func (s snapshot) order() []string {
	const sortable = "2006-01-02T15:04:05.000000000"
	return []string{s.estate.At().UTC().Format(sortable), s.recorded.UTC().Format(sortable), s.estate.Digest()}
}

// Input is an input of [compliance.Reconcile] for the two instants: the one given,
// with the terms, and with the ledger's estate if there is one. Where the second is
// zero the result states no instant of knowledge.
func (l *Ledger) Input(in compliance.Input, effective, known time.Time) compliance.Input {
	t := l.At(effective, known)
	in.Entitlements, in.Contracts, in.Licensing = t.Entitlements, t.Contracts, t.Licensing
	in.AsOf, in.KnownAt = effective, known
	if e := l.Estate(effective, known); e != nil {
		in.Estate = e
	}
	return in
}
