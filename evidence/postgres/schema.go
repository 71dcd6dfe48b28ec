package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/trueup-dev/trueup/evidence"
	"github.com/trueup-dev/trueup/evidence/internal/merkle"
)

// layout is the version of the tables. Open refuses another one.
const layout = 1

// tables makes what is missing. Record and tile rows never change: the triggers
// say so to whoever tries by mistake.
const tables = `
CREATE SCHEMA IF NOT EXISTS @;
CREATE TABLE IF NOT EXISTS @.head (
	id integer PRIMARY KEY CHECK (id = 1),
	layout integer NOT NULL,
	origin text NOT NULL,
	size bigint NOT NULL,
	root bytea NOT NULL
) WITH (fillfactor = 10);
CREATE TABLE IF NOT EXISTS @.published (
	id integer PRIMARY KEY CHECK (id = 1),
	size bigint NOT NULL,
	note bytea NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS @.entry (
	index bigint PRIMARY KEY,
	hash bytea NOT NULL,
	key bytea UNIQUE,
	record bytea NOT NULL
);
ALTER TABLE @.entry ALTER COLUMN record SET STORAGE EXTERNAL;
CREATE TABLE IF NOT EXISTS @.tile (
	level integer,
	n bigint,
	root bytea NOT NULL,
	hashes bytea NOT NULL,
	PRIMARY KEY (level, n)
);
CREATE OR REPLACE FUNCTION @.refuse() RETURNS trigger LANGUAGE plpgsql AS
	$$ BEGIN RAISE EXCEPTION 'evidence is append-only'; END $$;
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON @.entry
	FOR EACH STATEMENT EXECUTE FUNCTION @.refuse();
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON @.tile
	FOR EACH STATEMENT EXECUTE FUNCTION @.refuse();
`

// statements are the SQL of one log, with its schema filled in.
type statements struct {
	begin, durable, lock, known                 string
	insert, insertTiles, advance, notify        string
	head, records, tile, hashes, roots          string
	published, publish, publishFirst, cosign    string
	channel, quotedChannel, setup, start, state string
	exclude, include                            string
}

func newStatements(schema string) statements {
	quoted := pgx.Identifier{schema}.Sanitize()
	in := func(sql string) string { return strings.ReplaceAll(sql, "@", quoted) }
	return statements{
		setup: in(tables),
		start: in(`INSERT INTO @.head VALUES (1, $1, $2, 0, $3) ON CONFLICT DO NOTHING`),
		state: in(`SELECT layout, origin FROM @.head`),

		begin: `BEGIN`,
		durable: `SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit')
			WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, true)`,
		lock:        in(`SELECT size, root FROM @.head FOR UPDATE`),
		known:       in(`SELECT key, index FROM @.entry WHERE key = ANY($1::bytea[])`),
		insert:      in(`INSERT INTO @.entry SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[])`),
		insertTiles: in(`INSERT INTO @.tile SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bytea[], $4::bytea[])`),
		advance:     in(`UPDATE @.head SET size = $1, root = $2`),
		notify:      `SELECT pg_notify($1, $2)`,

		head:    in(`SELECT size, root FROM @.head`),
		records: in(`SELECT index, hash, record FROM @.entry WHERE index >= $1 AND index < $2 ORDER BY index`),
		tile:    in(`SELECT hashes FROM @.tile WHERE level = $1 AND n = $2`),
		hashes:  in(`SELECT hash FROM @.entry WHERE index >= $1 AND index < $2 ORDER BY index`),
		roots:   in(`SELECT root FROM @.tile WHERE level = $1 AND n >= $2 AND n < $3 ORDER BY n`),

		published:    in(`SELECT note FROM @.published`),
		publishFirst: in(`INSERT INTO @.published VALUES (1, $1, $2) ON CONFLICT DO NOTHING`),
		publish:      in(`UPDATE @.published SET size = $1, note = $2 WHERE size < $1`),
		cosign:       in(`UPDATE @.published SET note = $3 WHERE size = $1 AND note = $2`),

		exclude: `SELECT pg_advisory_lock(hashtextextended($1, 1))`,
		include: `SELECT pg_advisory_unlock(hashtextextended($1, 1))`,

		channel:       schema,
		quotedChannel: quoted,
	}
}

// prepare makes the tables and checks that they are this log's.
func (l *Log) prepare(ctx context.Context) error {
	var fsync string
	if err := l.pool.QueryRow(ctx, `SHOW fsync`).Scan(&fsync); err != nil {
		return err
	}
	if fsync != "on" {
		return fmt.Errorf("%w: the database runs with fsync off, so nothing it acknowledges would survive a crash", evidence.ErrInvalid)
	}
	tx, err := l.pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // after Commit it does nothing
	// Two processes that make the tables at once would trip over each other.
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, l.sql.channel); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, l.sql.setup); err != nil {
		return err
	}
	var empty merkle.Tree
	root := empty.Root()
	if _, err := tx.Exec(ctx, l.sql.start, layout, l.opts.Signer.Name(), root[:]); err != nil {
		return err
	}
	var version int
	var origin string
	if err := tx.QueryRow(ctx, l.sql.state).Scan(&version, &origin); err != nil {
		return err
	}
	if version != layout || origin != l.opts.Signer.Name() {
		return fmt.Errorf("%w: the tables are of layout %d and origin %s, want %d and %s",
			evidence.ErrInvalid, version, origin, layout, l.opts.Signer.Name())
	}
	return tx.Commit(ctx)
}
