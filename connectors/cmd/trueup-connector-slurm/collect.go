package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/user"

	"github.com/shopspring/decimal"

	"github.com/trueup-dev/trueup/compliance"
	"github.com/trueup-dev/trueup/compliance/catalog"
	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

// reading is one collection.
type reading struct {
	*job
	to     *sdk.Writer
	config config
	broken int
}

// Collect reads what there is and what is in use now, then the days.
func (collector) Collect(ctx context.Context, req sdk.Request, to *sdk.Writer) error {
	j, err := open(req.Settings)
	if err != nil {
		return err
	}
	before, err := parseCursor(req.Cursor)
	if err != nil {
		return err
	}
	r := &reading{job: j, to: to}
	if r.config, err = j.config(ctx); err != nil {
		return err
	}
	if !r.config.at.After(before.At) {
		return nil
	}
	licenses, err := ask(ctx, j.source, licensesOutput, readLicenses)
	if err != nil {
		return err
	}
	if err := r.now(licenses); err != nil {
		return err
	}
	if err := r.owned(ctx, licenses); err != nil {
		return err
	}
	after := before
	if !j.since.IsZero() {
		if after, err = r.days(ctx, before, licenses); err != nil {
			return err
		}
	}
	after.At = r.config.at
	cursor, err := after.encode()
	if err != nil {
		return err
	}
	if r.broken > 0 || len(req.Cursor) > 0 {
		return to.Checkpoint(cursor)
	}
	return to.Complete("", cursor)
}

func (j *job) config(ctx context.Context) (config, error) {
	return ask(ctx, j.source, configOutput, readConfig)
}

// ask reads an output. What cannot be read ends the collection: a part of it would
// look like less use.
func ask[T any](ctx context.Context, s source, o output, read func(io.Reader) (T, error)) (T, error) {
	var none T
	f, err := s.open(ctx, o)
	if err != nil {
		return none, err
	}
	value, err := read(f)
	if err != nil {
		_, _ = io.Copy(io.Discard, f) // the command is waiting to print the rest
	}
	if closed := f.Close(); closed != nil {
		return none, closed // why it ended is the better reason
	}
	var m *misread
	if errors.As(err, &m) {
		return none, &connectors.Error{Kind: connectors.BadData, Err: fmt.Errorf("%s: %w", s.place(o), err)}
	}
	return value, err
}

func (r *reading) title(feature string) catalog.Title {
	publisher, ok := r.publishers[feature]
	if !ok {
		publisher = r.publisher
	}
	return catalog.Title{Publisher: publisher, Name: feature}
}

// now writes what is in use at the instant of the controller.
func (r *reading) now(licenses []license) error {
	used := map[string]int64{}
	for _, l := range licenses {
		used[title(l.name)] += l.used
	}
	for _, l := range licenses {
		n, ok := used[title(l.name)]
		if !ok {
			continue // the same title of another server, already written
		}
		delete(used, title(l.name))
		u := compliance.Usage{Title: r.title(title(l.name)), From: r.config.at, To: r.config.at, Peak: int(n), At: r.config.at}
		if err := r.to.Usage(u); err != nil {
			return err
		}
	}
	return nil
}

// concurrent is the metric of what Slurm counts.
const concurrent = "concurrent"

// owned writes what there is. Of a server that clusters share, each has a part, and
// the accounts know the whole.
func (r *reading) owned(ctx context.Context, licenses []license) error {
	if !r.to.Wants(connectors.Entitlement) {
		return nil
	}
	put := func(id, name string, n int64) error {
		return r.to.License(connectors.License{ID: id, Title: r.title(title(name)), Metric: concurrent,
			Quantity: decimal.NewNullDecimal(decimal.NewFromInt(n))})
	}
	shared := map[string]bool{}
	if r.config.accounts {
		resources, err := ask(ctx, r.source, resourcesOutput, readResources)
		if err != nil {
			return err
		}
		for _, s := range resources {
			name := s.name + "@" + s.server
			shared[name] = true
			if err := put(name, name, s.count); err != nil {
				return err
			}
		}
	}
	for _, l := range licenses {
		if shared[l.name] && l.remote {
			continue
		}
		if err := put(r.config.cluster+"/"+l.name, l.name, l.total); err != nil {
			return err
		}
	}
	return nil
}

// entitled reports whether the accounts show the jobs of all.
func (r *reading) entitled(ctx context.Context) (bool, error) {
	if !r.config.hidden {
		return true, nil
	}
	name := ""
	if _, live := r.source.(commands); live {
		me, err := user.Current()
		if err != nil {
			return false, err
		}
		if me.Uid == "0" || me.Username == r.config.user {
			return true, nil
		}
		name = me.Username
	}
	return ask(ctx, r.source, adminOutput(name), readRights)
}

func (r *reading) problem(p connectors.Problem) error {
	if !p.Harmless {
		r.broken++
	}
	return r.to.Problem(p)
}
