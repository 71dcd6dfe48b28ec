package remediation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/delta"
)

// Calendar says when people work. Package escalation/calendar has some.
type Calendar interface {
	// NextOpen is the instant itself in working time, else the next at which it begins.
	NextOpen(at time.Time) time.Time
}

// Cause is a part of why a position is short: what changed since an earlier instant, by
// package delta. The parts of a position add up to the whole change.
type Cause struct {
	Position string
	// Since is the earlier instant. Name is the cause, such as installs or expiry.
	Since time.Time
	Name  string
	// Short is by how many units, and Exposure by how much money, the cause made it
	// worse; negative where it made it better.
	Short    decimal.Decimal
	Exposure compliance.Money
}

// Impact is what a plan touches.
type Impact struct {
	// Devices and Users are how many distinct ones something is taken from or changed,
	// Entities and Environments where these are, sorted; what is not known is left out.
	Devices, Users int
	Entities       []string `json:",omitempty"`
	Environments   []string `json:",omitempty"`
	// Irreversible is how many steps cannot be taken back.
	Irreversible int
}

// whyShort splits the change of every position of the request since the earlier input.
func (r Request) whyShort(ctx context.Context, positions []compliance.Position) ([]Cause, error) {
	if r.Before == nil {
		return nil, nil
	}
	changes, err := delta.Split(ctx, *r.Before, r.Input)
	if err != nil {
		return nil, fmt.Errorf("remediation: root cause: %w", err)
	}
	since := r.Before.AsOf
	if since.IsZero() {
		since = r.Before.Estate.At()
	}
	var out []Cause
	for _, p := range positions {
		for _, c := range changes {
			if c.Product != p.Product {
				continue
			}
			for _, part := range c.Parts {
				if part.Change.Short.IsZero() && part.Change.Exposure.IsZero() {
					continue
				}
				out = append(out, Cause{p.Key(), since.UTC(), part.Cause.String(), part.Change.Short, compliance.Money{Amount: part.Change.Exposure, Currency: c.Currency}})
			}
		}
	}
	return out, nil
}

// impact is what the steps touch.
func (r Request) impact(steps []Step) Impact {
	var out Impact
	devices, users := map[compliance.DeviceID]bool{}, map[compliance.UserID]bool{}
	for _, s := range steps {
		if s.Undo == "" {
			out.Irreversible++
		}
		for _, a := range s.Actions {
			if a.Verb == Release {
				continue // who lets go does not have it
			}
			if d, ok := r.Input.Estate.Device(a.Device); ok && !devices[a.Device] {
				devices[a.Device] = true
				out.Entities, out.Environments = append(out.Entities, d.Entity), append(out.Environments, d.Environment)
			}
			if u, ok := r.Input.Estate.User(a.User); ok && !users[a.User] {
				users[a.User] = true
				out.Entities = append(out.Entities, u.Entity)
			}
		}
	}
	out.Devices, out.Users = len(devices), len(users)
	out.Entities, out.Environments = named(out.Entities), named(out.Environments)
	return out
}

// named are the distinct names, sorted; nil where there are none.
func named(names []string) []string {
	slices.Sort(names)
	names = slices.DeleteFunc(slices.Compact(names), func(s string) bool { return s == "" })
	if len(names) == 0 {
		return nil
	}
	return names
}

// open is the first working instant that is not before another.
func (r Request) open(t time.Time) time.Time {
	if r.Calendar == nil {
		return t
	}
	return r.Calendar.NextOpen(t)
}
