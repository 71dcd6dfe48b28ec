package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/evidence/access"
	"github.com/trueup-dev/trueup/playbook/audit"
)

// framework is what the program's evidence is evidence for.
const framework = "license compliance"

// disclosurePolicy is the policy that the program goes by: its levels are the
// clearances, whoever holds the log's key may export, others need a grant.
func disclosurePolicy() (*access.Policy, error) {
	d := access.Document{Rules: []access.Rule{{Name: "operators", Actions: []access.Action{access.Export}, When: `"operator" in principal.roles`}}}
	for _, name := range audit.Clearances() {
		d.Levels = append(d.Levels, access.Level(name))
	}
	return access.New(d)
}

func grantCommand() command {
	return command{
		name: "grant", args: "-id ID -to NAME -scope CEL -clearance LEVEL -from TIME -until TIME -expires TIME -purpose TEXT [-by NAME] [-log DIR|URL] [-key FILE] [-now TIME]",
		about: "grant someone from outside what trueup disclose -grant may show them: positions of runs as of a period, within a scope such as " +
			`'resource.publisher == "oracle"', until it expires`,
		run: runGrant,
	}
}

func runGrant(ctx context.Context, s streams, args []string) (err error) {
	f := flags("grant")
	g := access.Grant{Framework: framework, Actions: []access.Action{access.Export}}
	f.StringVar(&g.ID, "id", "", "")
	f.StringVar(&g.To, "to", "", "")
	f.StringVar(&g.Scope, "scope", "", "")
	f.StringVar(&g.Purpose, "purpose", "", "")
	f.StringVar(&g.By, "by", operator(), "")
	clearance := f.String("clearance", "", "")
	times := map[string]*time.Time{"from": &g.From, "until": &g.Until, "expires": &g.Expires}
	for name, to := range times {
		f.Func(name, "", func(text string) (err error) { *to, err = time.Parse(time.RFC3339, text); return err })
	}
	where := f.String("log", "evidence-log", "")
	keyFile := f.String("key", "", "")
	at := f.String("now", "", "")
	if err := f.Parse(args); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if f.NArg() > 0 {
		return fmt.Errorf("%w: %s is too much", errUsage, f.Arg(0))
	}
	g.Clearance = access.Level(*clearance)
	if g.Given, err = instant(*at); err != nil {
		return err
	}
	policy, err := disclosurePolicy()
	if err != nil {
		return err
	}
	entry, err := policy.Entry(g)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	l, _, err := openStore(ctx, *where, *keyFile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	index, err := l.Append(ctx, entry)
	if err != nil {
		return err
	}
	there, err := l.Entry(ctx, index)
	if err != nil {
		return err
	}
	if !slices.Equal(there.Payload, entry.Payload) {
		return fmt.Errorf("there is another grant %s, in entry %d", g.ID, index)
	}
	fmt.Fprintf(s.out, "entry %d: %s may see %s until %s\n", index, g.To, strings.Join(audit.Clearances()[:slices.Index(audit.Clearances(), *clearance)+1], ", "),
		g.Expires.UTC().Format(time.RFC3339))
	return nil
}

func grantRevokeCommand() command {
	return command{
		name: "grant revoke", args: "[-by NAME] [-log DIR|URL] [-key FILE] [-now TIME] ID",
		about: "end a grant before its expiry",
		run:   runRevoke,
	}
}

func runRevoke(ctx context.Context, s streams, args []string) (err error) {
	f := flags("grant revoke")
	by := f.String("by", operator(), "")
	where := f.String("log", "evidence-log", "")
	keyFile := f.String("key", "", "")
	at := f.String("now", "", "")
	id, err := one(f, args, "the ID of a grant")
	if err != nil {
		return err
	}
	now, err := instant(*at)
	if err != nil {
		return err
	}
	entry, err := access.Revoke(id, *by, now)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	l, _, err := openStore(ctx, *where, *keyFile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	index, err := l.Append(ctx, entry)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "entry %d: grant %s has ended\n", index, id)
	return nil
}
