package main

import (
	"context"
	"time"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/access"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/audit"
)

// leaving is something of the log that an operator takes out of it whole, without a
// clearance: a package, findings in other people's forms, the log itself.
type leaving struct {
	run     evidence.RunID // empty is all
	at      time.Time      // what it is of; zero is not one instant
	by      string
	purpose string
	now     time.Time
}

// record makes the export an entry of the log, durable before anything leaves.
func (x leaving) record(ctx context.Context, l store) error {
	policy, err := disclosurePolicy()
	if err != nil {
		return err
	}
	first, rows := evidence.Index(0), int64(0)
	for rec, err := range l.Entries(ctx, 0) {
		if err != nil {
			return err
		}
		if x.run != "" && rec.Run != x.run {
			continue
		}
		if rows == 0 {
			first = rec.Index
		}
		rows++
	}
	persons := access.Level(audit.Persons.String())
	res := access.Resource{Kind: playbook.KindRun, Run: x.run, Level: persons, At: x.at, Frameworks: []string{framework}}
	return access.NewReader(l, policy, func(evidence.Entry) access.Resource { return res }).Disclose(ctx, access.Request{
		Principal: access.Principal{ID: x.by, Roles: []string{"operator"}, Clearance: persons}, Purpose: x.purpose, Now: x.now,
	}, access.Disclosure{Entry: first, Shows: res, Rows: rows})
}
