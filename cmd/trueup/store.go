package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/postgres"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/audit"
)

// store is an open log of either kind.
type store interface {
	playbook.Log
	audit.Log
	evidence.Prover
	Latest(ctx context.Context) (evidence.Checkpoint, error)
	Entry(ctx context.Context, i evidence.Index) (evidence.Entry, error)
	Append(ctx context.Context, e evidence.Entry) (evidence.Index, error)
	Len(ctx context.Context) (int64, error)
	Close() error
}

// database is whether a log is in a database and not in a folder.
func database(where string) bool {
	return strings.HasPrefix(where, "postgres://") || strings.HasPrefix(where, "postgresql://")
}

// openStore opens the log in a folder, or in the database that a URL names, with the
// key of keyFile: beside the folder if that is empty. The key is made on first use.
func openStore(ctx context.Context, where, keyFile string) (store, *evidence.Signer, error) {
	if keyFile == "" && database(where) {
		return nil, nil, fmt.Errorf("%w: -key is needed with a log in a database", errUsage)
	}
	if keyFile == "" {
		keyFile = where + ".key"
	}
	signer, err := signerOf(keyFile)
	if err != nil {
		return nil, nil, err
	}
	if !database(where) {
		l, err := evidence.Open(ctx, where, evidence.Options{Signer: signer})
		if err != nil {
			return nil, nil, err
		}
		return l, signer, nil
	}
	pool, err := pgxpool.New(ctx, where)
	if err != nil {
		return nil, nil, err
	}
	l, err := postgres.Open(ctx, pool, postgres.Options{Signer: signer})
	if err != nil {
		pool.Close()
		return nil, nil, err
	}
	return pooled{l, pool}, signer, nil
}

// pooled is a log that has its pool to itself.
type pooled struct {
	*postgres.Log
	pool *pgxpool.Pool
}

func (p pooled) Close() error {
	defer p.pool.Close()
	return p.Log.Close()
}

func logExportCommand() command {
	return command{
		name: "log export", args: "-log URL -key FILE [-by NAME] [-purpose TEXT] [-now TIME] FOLDER",
		about: "write a log that is in a database as a folder that verify checks; that it was is an entry of it",
		run:   exportLog,
	}
}

func exportLog(ctx context.Context, s streams, args []string) (err error) {
	f := flags("log export")
	where := f.String("log", "", "")
	keyFile := f.String("key", "", "")
	by := f.String("by", operator(), "")
	purpose := f.String("purpose", "copy of the log", "")
	at := f.String("now", "", "")
	dir, err := one(f, args, "a folder to write to")
	if err != nil {
		return err
	}
	now, err := instant(*at)
	if err != nil {
		return err
	}
	if !database(*where) {
		return fmt.Errorf("%w: -log with the postgres:// URL of a database is needed; a log in a folder is one already", errUsage)
	}
	l, _, err := openStore(ctx, *where, *keyFile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if err := (leaving{by: *by, purpose: *purpose, now: now}).record(ctx, l); err != nil {
		return err
	}
	if _, err := l.Checkpoint(ctx); err != nil {
		return err
	}
	c, err := l.(pooled).Export(ctx, dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d entries of %s, root %s\n", c.Size, c.Origin, c.Root)
	return nil
}
