package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/trueup-dev/trueup/connectors"
)

// table reads a table from the beginning, or from where an earlier reading was cut off.
func (r *reading) table(ctx context.Context, t table) error {
	s := r.now.Tables[t.name]
	if s == nil {
		rec, total, err := r.newest(ctx, t)
		if err != nil {
			return err
		}
		s = &state{Mark: rec["sys_updated_on"], Count: total}
		if err := r.clock(ctx, t, rec); err != nil {
			return err
		}
		r.now.Tables[t.name] = s
	}
	if s.Done {
		return nil
	}
	late, err := s.from()
	if err != nil {
		return err
	}
	each := func(rec record) error {
		s.Read++
		if rec["sys_updated_on"] >= late {
			r.keep(s, rec)
		}
		return t.row(r, rec)
	}
	page := func(last string) error {
		s.After = last
		if err := r.to.Progress(t.name, s.Read, s.Count); err != nil {
			return err
		}
		return r.checkpoint()
	}
	if err := r.scan(ctx, t, s.After, nil, each, page); err != nil {
		return err
	}
	s.Done = true
	if err := r.hidden(ctx, t, s); err != nil {
		return err
	}
	s.Count = s.Read
	return nil
}

// hidden reports records that there are but do not come.
func (r *reading) hidden(ctx context.Context, t table, s *state) error {
	if s.Read >= s.Count {
		return nil
	}
	_, total, err := r.newest(ctx, t)
	if err != nil || s.Read >= total {
		return err
	}
	r.broken++
	return r.to.Problem(connectors.Problem{Kind: connectors.PermissionDenied, Subject: t.name,
		Message: fmt.Sprintf("%d of %d records are hidden from the account; give it the right to read them", total-s.Read, total)})
}

// clock makes sure that the instance reads instants as it writes them: in a query it
// takes them to be in the account's time zone.
func (r *reading) clock(ctx context.Context, t table, rec record) error {
	if rec == nil {
		return nil
	}
	p, err := r.client.Get(ctx, t.path(), t.query(1, bySysID, "sys_id="+rec["sys_id"], "sys_updated_on>="+rec["sys_updated_on"], "sys_updated_on<="+rec["sys_updated_on"]))
	if err != nil {
		return err
	}
	found := false
	if _, err := r.records(p, func(record) error { found = true; return nil }); err != nil || found {
		return err
	}
	again, _, err := r.newest(ctx, t)
	if err != nil || again["sys_updated_on"] != rec["sys_updated_on"] {
		return err // It was changed in between.
	}
	return &connectors.Error{Kind: connectors.BadConfig, Err: errors.New(t.name + ": the instance does not find a record by its own sys_updated_on; set the time zone of the account to GMT")}
}

// keep notes a record of the overlap.
func (r *reading) keep(s *state, rec record) {
	if s.Late == nil {
		s.Late = map[string]string{}
	}
	s.Late[rec["sys_id"]] = rec["sys_mod_count"]
	r.crowded = r.crowded || len(s.Late) > mostLate
}

// from is the instant from which changes are asked for, as the instance writes it.
func (s *state) from() (string, error) {
	mark, err := parseTime(s.Mark)
	if err != nil || mark.IsZero() {
		return "", err
	}
	return mark.Add(-overlap).Format(time.DateTime), nil
}

// checkpoint saves how far the reading is.
func (r *reading) checkpoint() error {
	if r.broken > 0 || r.crowded {
		return nil
	}
	c, err := r.now.encode()
	if err != nil {
		return err
	}
	return r.to.Checkpoint(c)
}

// changes reads what changed since the cursor.
func (r *reading) changes(ctx context.Context, all []table) error {
	if len(all) != len(r.now.Tables) {
		return badCursor("the cursor is of other tables")
	}
	for _, t := range all {
		s := r.now.Tables[t.name]
		if s == nil {
			return badCursor("the cursor is of other tables than %s", t.name)
		}
		if err := r.changed(ctx, t, s); err != nil {
			return err
		}
	}
	return r.checkpoint()
}

// changed reads what changed of one table.
func (r *reading) changed(ctx context.Context, t table, s *state) error {
	newest, total, err := r.newest(ctx, t)
	if err != nil {
		return err
	}
	from, err := s.from()
	if err != nil {
		return err
	}
	next := &state{Mark: newest["sys_updated_on"], Done: true}
	late, err := next.from()
	if err != nil {
		return err
	}
	var terms []string
	if from != "" {
		terms = []string{"sys_updated_on>=" + from}
	}
	added := 0
	each := func(rec record) error {
		if rec["sys_updated_on"] >= late {
			r.keep(next, rec)
		}
		count, known := s.Late[rec["sys_id"]]
		switch {
		case known && count == rec["sys_mod_count"]:
			return nil
		case known || rec["sys_created_on"] < from:
			if !t.keyed {
				return badCursor("%s: a record was changed, and what it was is not told: collect again without a cursor", t.name)
			}
		default:
			added++
		}
		return t.row(r, rec)
	}
	if err := r.scan(ctx, t, "", terms, each, func(string) error { return r.to.Progress(t.name, added, 0) }); err != nil {
		return err
	}
	want := s.Count + added
	if total < want {
		// Some may have been added since they were counted.
		if _, total, err = r.newest(ctx, t); err != nil {
			return err
		}
	}
	if total != want {
		return badCursor("%s: there are %d records, there were %d and %d are new: collect again without a cursor", t.name, total, s.Count, added)
	}
	next.Count = want
	r.now.Tables[t.name] = next
	return nil
}
