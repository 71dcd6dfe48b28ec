//go:build alertmanager

package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/dispatch"
	matchers "github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/common/model"

	"github.com/trueup-dev/trueup/escalation/route"
)

// pair is one tree in both forms.
type pair struct {
	ours   *route.Routes
	theirs *dispatch.Route
}

func newPair(t tree) (pair, error) {
	ours, err := route.Load(t.name, []byte(t.document()), route.Options{Severities: severities})
	if err != nil {
		return pair{}, err
	}
	theirs, err := t.root.config()
	if err != nil {
		return pair{}, err
	}
	return pair{ours, dispatch.NewRoute(theirs, nil)}, nil
}

// config is a node as Alertmanager's configuration has it.
func (n node) config() (*config.Route, error) {
	c := &config.Route{Receiver: n.name, Continue: n.proceed}
	add := func(kind matchers.MatchType, name, value string) error {
		m, err := matchers.NewMatcher(kind, name, value)
		c.Matchers = append(c.Matchers, m)
		return err
	}
	if n.publisher != "" {
		if err := add(matchers.MatchEqual, "publisher", n.publisher); err != nil {
			return nil, err
		}
	}
	if n.severe {
		if err := add(matchers.MatchRegexp, "severity", "high|critical"); err != nil {
			return nil, err
		}
	}
	if n.pattern != "" {
		if err := add(matchers.MatchRegexp, "product", n.pattern); err != nil {
			return nil, err
		}
	}
	for _, child := range n.children {
		r, err := child.config()
		if err != nil {
			return nil, err
		}
		c.Routes = append(c.Routes, r)
	}
	return c, nil
}

func (l labels) subject() route.Subject {
	return route.Subject{Publisher: l.publisher, Product: l.product, Severity: l.severity, Entity: l.entity}
}

func (l labels) set() model.LabelSet {
	set := model.LabelSet{}
	for name, value := range map[string]string{"publisher": l.publisher, "product": l.product, "severity": l.severity, "entity": l.entity} {
		if value != "" {
			set[model.LabelName(name)] = model.LabelValue(value)
		}
	}
	return set
}

// agree compares the routes that both choose.
func (p pair) agree(sets []labels) error {
	for _, l := range sets {
		s := l.subject()
		ours, err := p.ours.Match(context.Background(), &s)
		if err != nil {
			return err
		}
		var a, b []string
		for _, r := range ours {
			a = append(a, r.Name)
		}
		for _, r := range p.theirs.Match(l.set()) {
			b = append(b, r.RouteOpts.Receiver)
		}
		if !slices.Equal(a, b) {
			return fmt.Errorf("%+v goes to %v, with Alertmanager to %v", l, a, b)
		}
	}
	return nil
}
