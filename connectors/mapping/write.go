package mapping

import (
	"errors"
	"time"

	"github.com/trueup-dev/trueup/connectors"
)

// nameless reports a row that names no product, or no period that can be.
func (r *Rows) nameless(rec *record) error {
	switch r.rule.Kind {
	case connectors.Install:
		if rec.install.Title.Name == "" && rec.install.Title.ProductCode == "" {
			return errors.New("the row names no product: neither name nor product_code is known")
		}
	case connectors.Seat:
		if rec.seat.Title.Name == "" {
			return errors.New("the row names no product")
		}
	case connectors.Entitlement:
		if rec.license.Title.Name == "" && rec.license.Title.ProductCode == "" {
			return errors.New("the row names no product: neither name nor product_code is known")
		}
		return ordered(rec.license.Start, rec.license.End)
	case connectors.Price:
		if rec.price.Title.Name == "" {
			return errors.New("the row names no product")
		}
		return ordered(rec.price.From, rec.price.To)
	case connectors.Usage:
		if rec.usage.Title.Name == "" {
			return errors.New("the row names no product")
		}
		return ordered(rec.usage.From, rec.usage.To)
	}
	return nil
}

// ordered reports a period that ends before it begins. Either end may be unknown.
func ordered(from, to time.Time) error {
	if !from.IsZero() && !to.IsZero() && to.Before(from) {
		return errors.New("the period ends before it begins")
	}
	return nil
}

func (r *Rows) write(rec *record) error {
	switch r.rule.Kind {
	case connectors.Device:
		return r.intake.to.Device(rec.device)
	case connectors.User:
		return r.intake.to.User(rec.user)
	case connectors.Install:
		return r.intake.to.Install(rec.install)
	case connectors.Seat:
		return r.intake.to.Seat(rec.seat)
	case connectors.Entitlement:
		return r.intake.to.License(rec.license)
	case connectors.Price:
		return r.intake.to.Price(rec.price)
	case connectors.GroupMember:
		return r.intake.to.Membership(rec.member)
	}
	return r.intake.to.Usage(rec.usage)
}
