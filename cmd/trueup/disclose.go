package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/access"
	"github.com/trueup-dev/trueup/evidence/disclose"
	"github.com/trueup-dev/trueup/evidence/statement"
	"github.com/trueup-dev/trueup/playbook/audit"
)

func discloseCommand() command {
	return command{
		name: "disclose",
		args: "-product KEY -clearance LEVEL -audience NAME -purpose TEXT [-grant] [-log DIR|URL] [-key FILE] [-openings DIR] [-run ID] [-metric KEY] [-columns LIST] [-leaves] [-sample N [-challenge TEXT]] [-valid DURATION] [-by NAME] [-now TIME] BUNDLE",
		about: "commit to the consumers of a position in the log and write what one audience may see of them, with its proof; LEVEL is " + strings.Join(audit.Clearances(), ", ") +
			", -grant goes by what the log grants the audience, -sample shows rows drawn from the checkpoint and not all",
		run: runDisclose,
	}
}

// disclosure is what trueup disclose is told.
type disclosure struct {
	log, key, openings, run, product, metric, clearance string
	audience, purpose, columns, challenge, by           string
	grant, leaves                                       bool
	sample                                              int64
	valid                                               time.Duration
	now                                                 time.Time
	out                                                 string
}

func parseDisclosure(args []string) (d disclosure, err error) {
	f := flags("disclose")
	for flag, to := range map[string]*string{"run": &d.run, "product": &d.product, "metric": &d.metric, "clearance": &d.clearance, "audience": &d.audience,
		"purpose": &d.purpose, "columns": &d.columns, "challenge": &d.challenge, "by": &d.by, "key": &d.key, "openings": &d.openings} {
		f.StringVar(to, flag, "", "")
	}
	f.StringVar(&d.log, "log", "evidence-log", "")
	f.BoolVar(&d.grant, "grant", false, "")
	f.BoolVar(&d.leaves, "leaves", false, "")
	f.Int64Var(&d.sample, "sample", 0, "")
	f.DurationVar(&d.valid, "valid", 30*24*time.Hour, "")
	at := f.String("now", "", "")
	if d.out, err = one(f, args, "a file for the bundle"); err != nil {
		return d, err
	}
	if d.product == "" || d.clearance == "" || d.audience == "" || d.purpose == "" || d.valid <= 0 {
		return d, fmt.Errorf("%w: -product, -clearance, -audience, -purpose and a -valid above zero are needed", errUsage)
	}
	if d.openings == "" && database(d.log) {
		return d, fmt.Errorf("%w: -openings is needed with a log in a database", errUsage)
	}
	if d.openings == "" {
		d.openings = d.log + ".openings"
	}
	if d.by == "" {
		d.by = operator()
	}
	d.now, err = instant(*at)
	return d, err
}

// instant is the time that a flag gives, or now.
func instant(text string) (time.Time, error) {
	if text == "" {
		return time.Now().UTC().Truncate(time.Second), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fmt.Errorf("%w: -now: %w", errUsage, err)
	}
	return at, nil
}

// operator is who runs the program.
func operator() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "operator"
}

func runDisclose(ctx context.Context, s streams, args []string) (err error) {
	d, err := parseDisclosure(args)
	if err != nil {
		return err
	}
	clearance, err := audit.ParseClearance(d.clearance)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	l, key, err := openStore(ctx, d.log, d.key)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	pos, err := audit.FindPosition(ctx, l, evidence.RunID(d.run), d.product, d.metric)
	if err != nil {
		return err
	}
	r, err := d.request(pos, clearance)
	if err != nil {
		return err
	}
	if err := d.allowed(ctx, l, pos, clearance); err != nil {
		return err
	}
	opening, index, err := d.commit(ctx, l, pos)
	if err != nil {
		return err
	}
	c, err := l.Checkpoint(ctx)
	if err != nil {
		return err
	}
	proof, err := evidence.Present(ctx, l, index, c)
	if err != nil {
		return err
	}
	signer, err := statement.NewSigner(key.Key())
	if err != nil {
		return err
	}
	bundle, err := opening.Bundle(proof, *r, signer)
	if err != nil {
		return err
	}
	if err := writeNew(d.out, bundle); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s: %s of %s for %s, %d bytes, until %s\n", d.out, clearance, pos.Position.Product, d.audience, len(bundle), r.Expires.Format(time.RFC3339))
	return nil
}

// commit finds the commitment to a position's consumers in the log, or makes and
// appends it. What opens it is kept before it is appended.
func (d *disclosure) commit(ctx context.Context, l store, pos *audit.Logged) (*disclose.Opening, evidence.Index, error) {
	name := strings.Join([]string{"disclosure", string(pos.Run.Run), string(pos.Position.Product), string(pos.Position.Metric)}, "/")
	sum := sha256.Sum256([]byte(name))
	file := filepath.Join(d.openings, hex.EncodeToString(sum[:8])+".json")
	opening, err := readOpening(file)
	if errors.Is(err, fs.ErrNotExist) {
		if opening, err = disclose.Commit(audit.Consumers(pos.Position), nil); err != nil {
			return nil, 0, err
		}
		b, err := opening.Encode()
		if err != nil {
			return nil, 0, err
		}
		if err := os.MkdirAll(d.openings, 0o700); err != nil {
			return nil, 0, err
		}
		if err := writeNew(file, b); err != nil {
			return nil, 0, err
		}
	} else if err != nil {
		return nil, 0, err
	}
	commitment := opening.Commitment()
	payload := commitment.Payload()
	index, err := l.Append(ctx, evidence.Entry{Kind: disclose.Kind, Key: name, Payload: payload})
	if err != nil {
		return nil, 0, err
	}
	e, err := l.Entry(ctx, index)
	if err != nil {
		return nil, 0, err
	}
	if !slices.Equal(e.Payload, payload) {
		return nil, 0, fmt.Errorf("entry %d commits to this position with an opening that is not in %s", index, d.openings)
	}
	return opening, index, nil
}

func readOpening(file string) (*disclose.Opening, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	opening, err := disclose.ParseOpening(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return opening, nil
}

// writeNew writes a file that only its owner reads, durably, and replaces none.
func writeNew(file string, content []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// request is what the bundle shows: what the clearance allows, or fewer columns.
func (d *disclosure) request(pos *audit.Logged, clearance audit.Clearance) (*disclose.Request, error) {
	engine, err := engineDigest()
	if err != nil {
		return nil, err
	}
	r := &disclose.Request{Audience: d.audience, Purpose: d.purpose, Expires: d.now.Add(d.valid).UTC(), Header: pos.Header(engine, d.by, d.now),
		Leaves: d.leaves, Sample: d.sample, Challenge: d.challenge}
	clearance.Show(r)
	if d.leaves && clearance < audit.Quantities {
		return nil, fmt.Errorf("%w: -leaves shows the quantity of every row, which clearance %s does not", errUsage, clearance)
	}
	if d.sample > 0 {
		if clearance < audit.Quantities {
			return nil, fmt.Errorf("%w: -sample shows rows, which clearance %s does not", errUsage, clearance)
		}
		r.All = false
	}
	if d.columns == "" {
		return r, nil
	}
	var columns []string
	for _, name := range strings.Split(d.columns, ",") {
		if !slices.Contains(r.Columns, name) {
			return nil, fmt.Errorf("%w: clearance %s shows the columns %s, not %q", errUsage, clearance, strings.Join(r.Columns, ", "), name)
		}
		columns = append(columns, name)
	}
	r.Columns = columns
	return r, nil
}

// allowed decides whether it may leave, and records that before it does: by the
// operator's word, or with -grant by what the log grants the audience.
func (d *disclosure) allowed(ctx context.Context, l store, pos *audit.Logged, clearance audit.Clearance) error {
	policy, err := disclosurePolicy()
	if err != nil {
		return err
	}
	e, err := l.Entry(ctx, pos.Index)
	if err != nil {
		return err
	}
	res := access.Resource{Kind: e.Kind, Run: pos.Run.Run, Level: access.Level(clearance.String()), At: pos.Run.AsOf,
		Frameworks: []string{framework}, Publisher: pos.Position.Publisher, Product: string(pos.Position.Product)}
	q := access.Request{Principal: access.Principal{ID: d.by, Roles: []string{"operator"}, Clearance: access.Level(audit.Persons.String())}, Purpose: d.purpose + ", for " + d.audience, Now: d.now}
	if d.grant {
		q.Principal, q.Purpose = access.Principal{ID: d.audience}, d.purpose
	}
	rows := int64(0)
	if clearance >= audit.Quantities {
		rows = int64(len(pos.Position.Consumers))
	}
	if d.sample > 0 {
		rows = d.sample
	}
	err = access.NewReader(l, policy, func(evidence.Entry) access.Resource { return res }).Disclose(ctx, q,
		access.Disclosure{Entry: pos.Index, Shows: res, Rows: rows, Until: d.now.Add(d.valid)})
	if errors.Is(err, access.ErrDenied) && d.grant {
		return fmt.Errorf("the log has no grant that allows %s to export %s of %s until %s: %w", d.audience, clearance, pos.Position.Product,
			d.now.Add(d.valid).UTC().Format(time.RFC3339), err)
	}
	return err
}
