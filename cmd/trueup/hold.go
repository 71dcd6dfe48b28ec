package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/hold"
	"github.com/trueup-dev/trueup/evidence/seal"
)

func holdPlaceCommand() command {
	return command{
		name: "hold place",
		args: "-matter TEXT -reason TEXT [-kinds PREFIX] [-of RUN] [-from TIME] [-until TIME] [-all] [-subject NAME]... [-keyring DIR] [-by NAME] [-log DIR|URL] [-key FILE] [-now TIME]",
		about: "hold entries of the log, or persons whose data is in it by the keyring that seals it, for a legal matter: " +
			"neither are they erased nor is the log pruned over them until every matter is released",
		run: placeHold,
	}
}

func holdReleaseCommand() command {
	return command{
		name: "hold release", args: "-matter TEXT -reason TEXT [-subject NAME]... [-keyring DIR] [-by NAME] [-log DIR|URL] [-key FILE] [-now TIME]",
		about: "release what is held for a matter, or only the persons named",
		run:   releaseHold,
	}
}

func holdListCommand() command {
	return command{
		name: "hold list", args: "[-log DIR|URL] [-key FILE]",
		about: "list what is held, by matter, as the log has it",
		run:   listHolds,
	}
}

// order is what placing and releasing are told alike.
type order struct {
	log, key, matter, by, reason, keyring, at string
	subjects                                  []string
	now                                       time.Time
}

// flags are the flags that set o.
func (o *order) flags(name string) *flag.FlagSet {
	f := flags(name)
	f.StringVar(&o.log, "log", "evidence-log", "")
	f.StringVar(&o.key, "key", "", "")
	f.StringVar(&o.matter, "matter", "", "")
	f.StringVar(&o.by, "by", operator(), "")
	f.StringVar(&o.reason, "reason", "", "")
	f.StringVar(&o.keyring, "keyring", "", "")
	f.StringVar(&o.at, "now", "", "")
	f.Func("subject", "", func(s string) error { o.subjects = append(o.subjects, s); return nil })
	return f
}

func (o *order) parse(f *flag.FlagSet, args []string) (err error) {
	if err := f.Parse(args); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if f.NArg() > 0 {
		return fmt.Errorf("%w: %s is too much", errUsage, f.Arg(0))
	}
	if len(o.subjects) > 0 && o.keyring == "" {
		return fmt.Errorf("%w: -subject needs the -keyring that seals the data of persons, since the log must not name them", errUsage)
	}
	o.now, err = instant(o.at)
	return err
}

// pseudonyms stand for the subjects in the log.
func (o *order) pseudonyms() ([]hold.Pseudonym, error) {
	if len(o.subjects) == 0 {
		return nil, nil
	}
	ring, err := seal.Open(o.keyring)
	if err != nil {
		return nil, err
	}
	var out []hold.Pseudonym
	for _, s := range o.subjects {
		out = append(out, ring.Pseudonym(seal.Subject(s)))
	}
	return out, nil
}

// append opens the log and gives its holds to do.
func (o *order) append(ctx context.Context, s streams, said string, do func(*hold.Book) (evidence.Index, error)) (err error) {
	l, _, err := openStore(ctx, o.log, o.key)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	i, err := do(&hold.Book{Log: l})
	if errors.Is(err, hold.ErrMalformed) {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "entry %d: %s for %s\n", i, said, o.matter)
	return nil
}

func placeHold(ctx context.Context, s streams, args []string) (err error) {
	var o order
	var scope hold.Scope
	f := o.flags("hold place")
	f.StringVar(&scope.Kinds, "kinds", "", "")
	f.StringVar((*string)(&scope.Run), "of", "", "")
	for name, to := range map[string]*time.Time{"from": &scope.From, "until": &scope.Until} {
		f.Func(name, "", func(text string) (err error) { *to, err = time.Parse(time.RFC3339, text); return err })
	}
	all := f.Bool("all", false, "")
	if err := o.parse(f, args); err != nil {
		return err
	}
	h := hold.Hold{Matter: o.matter, By: o.by, At: o.now, Reason: o.reason}
	if h.Subjects, err = o.pseudonyms(); err != nil {
		return err
	}
	if scope != (hold.Scope{}) || *all {
		h.Scopes = []hold.Scope{scope}
	}
	return o.append(ctx, s, "held", func(b *hold.Book) (evidence.Index, error) { return b.Place(ctx, h) })
}

func releaseHold(ctx context.Context, s streams, args []string) (err error) {
	var o order
	if err := o.parse(o.flags("hold release"), args); err != nil {
		return err
	}
	r := hold.Release{Matter: o.matter, By: o.by, At: o.now, Reason: o.reason}
	if r.Subjects, err = o.pseudonyms(); err != nil {
		return err
	}
	return o.append(ctx, s, "released", func(b *hold.Book) (evidence.Index, error) { return b.Release(ctx, r) })
}

func listHolds(ctx context.Context, s streams, args []string) (err error) {
	f := flags("hold list")
	where := f.String("log", "evidence-log", "")
	keyFile := f.String("key", "", "")
	if err := f.Parse(args); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	l, _, err := openStore(ctx, *where, *keyFile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	holds, err := (&hold.Book{Log: l}).Read(ctx, nil)
	if err != nil {
		return err
	}
	for _, h := range holds.Active() {
		fmt.Fprintf(s.out, "%s: since %s by %s (%s)\n", h.Matter, h.At.UTC().Format(time.RFC3339), h.By, h.Reason)
		if n := len(h.Subjects); n > 0 {
			fmt.Fprintf(s.out, "  persons: %d\n", n)
		}
		for _, scope := range h.Scopes {
			fmt.Fprintf(s.out, "  entries: %s\n", scopeText(scope))
		}
	}
	return nil
}

func scopeText(c hold.Scope) string {
	var parts []string
	if c.Kinds != "" {
		parts = append(parts, "of kinds "+c.Kinds+"*")
	}
	if c.Run != "" {
		parts = append(parts, "of run "+string(c.Run))
	}
	if !c.From.IsZero() {
		parts = append(parts, "from "+c.From.UTC().Format(time.RFC3339))
	}
	if !c.Until.IsZero() {
		parts = append(parts, "until "+c.Until.UTC().Format(time.RFC3339))
	}
	if len(parts) == 0 {
		return "all"
	}
	return strings.Join(parts, ", ")
}
