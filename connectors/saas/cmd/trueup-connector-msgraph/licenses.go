package main

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/saas/httpsource"
)

// list is a page of a list.
type list struct {
	Value []json.RawMessage `json:"value"`
	Next  string            `json:"@odata.nextLink"`
	Delta string            `json:"@odata.deltaLink"`
}

func listOf(p *httpsource.Page) (list, error) {
	var l list
	if err := p.Into(&l); err != nil {
		return l, err
	}
	if l.Value == nil {
		return l, p.Lacks("value")
	}
	return l, nil
}

// subscribedSKU is a licence of the tenant.
type subscribedSKU struct {
	ID        string `json:"skuId"`
	Name      string `json:"skuPartNumber"`
	AppliesTo string `json:"appliesTo"`
	Consumed  *int64 `json:"consumedUnits"`
	Prepaid   *struct {
		Enabled *int64 `json:"enabled"`
	} `json:"prepaidUnits"`
}

// license is the purchase. Units count while the subscription is enabled: those in the
// grace period after its end, suspended and locked out ones were not renewed.
func (s subscribedSKU) license() connectors.License {
	l := connectors.License{ID: "microsoft:" + s.ID, Title: title(s.ID, s.Name), Metric: s.AppliesTo}
	if s.Prepaid != nil && s.Prepaid.Enabled != nil {
		l.Quantity = decimal.NewNullDecimal(decimal.NewFromInt(*s.Prepaid.Enabled))
	}
	return l
}

func title(id, name string) catalog.Title {
	return catalog.Title{Publisher: "Microsoft", Name: name, ProductCode: id}
}

// licenses writes what is new or changed of the licences.
func (r *reading) licenses(ctx context.Context) error {
	found, err := r.subscribed(ctx)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(r.now.SKUs)) {
		was, there := r.now.SKUs[id], found[id]
		if was.Sum != "" && there.ID == "" && r.broken == 0 || there.ID != "" && there.Name != was.Name {
			return badCursor("the licence %s is gone or has another name: collect again without a cursor", was.Name)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(found)) {
		s := found[id]
		l := s.license()
		sum, err := sumOf(l)
		if err != nil {
			return err
		}
		if s.Consumed != nil {
			r.to.Total(connectors.Total{Name: "units of " + s.Name + " assigned, as Microsoft counts them", Count: *s.Consumed})
		}
		if r.now.SKUs[id].Sum == sum {
			continue
		}
		r.now.SKUs[id] = sku{Name: s.Name, Sum: sum}
		if err := r.to.License(l); err != nil {
			return err
		}
	}
	return nil
}

// subscribed lists the licences of the tenant by identifier.
func (r *reading) subscribed(ctx context.Context) (map[string]subscribedSKU, error) {
	found := map[string]subscribedSKU{}
	err := r.client.Each(ctx, "subscribedSkus", nil, func(p *httpsource.Page) (string, error) {
		page, err := listOf(p)
		if err != nil {
			return "", err
		}
		for i, raw := range page.Value {
			s, err := httpsource.Record[subscribedSKU](raw)
			if err == nil && (s.ID == "" || s.Name == "") {
				err = errors.New("it lacks skuId or skuPartNumber")
			}
			if err != nil {
				if err := r.problem(p, i, err); err != nil {
					return "", err
				}
				continue
			}
			found[s.ID] = s
		}
		return page.Next, nil
	})
	return found, err
}
