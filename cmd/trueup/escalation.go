package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/escalation"
	"github.com/trueup-dev/trueup/playbook"
)

// caseFlags are those of every command that works on the cases of a log.
type caseFlags struct {
	*flag.FlagSet
	logDir, keyFile, as, at *string
	now                     time.Time
}

func newCaseFlags(name string) *caseFlags {
	f := &caseFlags{FlagSet: flags("escalation " + name)}
	f.logDir = f.String("log", "evidence-log", "")
	f.keyFile = f.String("key", "", "")
	f.as = f.String("as", "", "")
	f.at = f.String("now", "", "")
	return f
}

// parse takes the arguments, of which the first is a playbook and the rest are as many
// as are named.
func (f *caseFlags) parse(args []string, rest ...string) (*playbook.Playbook, error) {
	if err := f.Parse(args); err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	if f.NArg() != 1+len(rest) {
		return nil, fmt.Errorf("%w: needed are a playbook%s", errUsage, strings.Join(append([]string{""}, rest...), ", "))
	}
	var err error
	if f.now, err = instant(*f.at); err != nil {
		return nil, err
	}
	return playbook.Load(f.Arg(0))
}

// cases are the cases of a log, open for one command.
type cases struct {
	book    *playbook.Playbook
	engine  *playbook.Engine
	log     store
	journal playbook.CaseJournal
}

// open opens the cases of the log, does something and closes the log. What was appended
// is under a checkpoint then.
func (f *caseFlags) open(ctx context.Context, book *playbook.Playbook, do func(*cases) error) (err error) {
	log, _, err := openStore(ctx, *f.logDir, *f.keyFile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	engine, err := playbook.Open(ctx, playbook.Options{Playbook: book, Log: log})
	if err != nil {
		return err
	}
	before, err := log.Len(ctx)
	if err != nil {
		return err
	}
	failed := do(&cases{book, engine, log, engine.CaseJournal()})
	after, err := log.Len(ctx)
	if err == nil && after != before {
		_, err = log.Checkpoint(ctx)
	}
	return errors.Join(failed, err)
}

// errNoCase is wrapped where no case, or more than one, has the name given.
var errNoCase = errors.New("no such case")

// named is the case whose name begins as said, with its events.
func (c *cases) named(ctx context.Context, name string) (escalation.Case, []escalation.Event, error) {
	ids, err := c.journal.Cases(ctx)
	if err != nil {
		return escalation.Case{}, nil, err
	}
	ids = slices.DeleteFunc(ids, func(id escalation.CaseID) bool {
		return !strings.HasPrefix(string(id), name) && !strings.HasPrefix(string(id), "case-"+name)
	})
	if len(ids) != 1 {
		return escalation.Case{}, nil, fmt.Errorf("%w: %d cases have a name that begins with %q", errNoCase, len(ids), name)
	}
	return c.load(ctx, ids[0])
}

// load is a case with its events.
func (c *cases) load(ctx context.Context, id escalation.CaseID) (escalation.Case, []escalation.Event, error) {
	events, err := c.journal.Events(ctx, id)
	if err != nil {
		return escalation.Case{}, nil, err
	}
	found, err := escalation.Replay(events)
	return found, events, err
}

// change does something to a case in somebody's name, appends what came of it, and
// gives the case after it. Whoever the playbook does not know is refused.
func (f *caseFlags) change(ctx context.Context, c *cases, name string, do func(escalation.Case) ([]escalation.Event, error)) (escalation.Case, error) {
	if n := c.book.Notices(); n != nil && !n.Has(*f.as) {
		return escalation.Case{}, fmt.Errorf("the playbook has no contact %q", *f.as)
	}
	was, _, err := c.named(ctx, name)
	if err != nil {
		return escalation.Case{}, err
	}
	events, err := do(was)
	if err != nil {
		return escalation.Case{}, err
	}
	if len(events) > 0 {
		if err := c.journal.Append(ctx, events); err != nil {
			return escalation.Case{}, err
		}
	}
	for _, e := range events {
		if was, err = was.Apply(e); err != nil {
			return escalation.Case{}, err
		}
	}
	return was, nil
}
