package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/mapping"
)

// open reads the mapping and prepares the database. Errors about the address do not
// repeat it, for it holds the password.
func open(s connectors.Settings) (*mapping.Mapping, *sql.DB, error) {
	m, err := mapping.FromSettings(s.Values["file"], s.Values["mapping"])
	if err != nil {
		return nil, nil, badConfig(err)
	}
	for _, rule := range m.Rules() {
		if strings.TrimSpace(rule.From) == "" {
			return nil, nil, badConfig(fmt.Errorf("%s: from, the query or the table, is missing", rule.At))
		}
	}
	dsn := s.Secrets["dsn"]
	var db *sql.DB
	switch s.Values["driver"] {
	case "postgres":
		config, err := pgx.ParseConfig(dsn)
		if err != nil {
			return nil, nil, badConfig(errors.New("setting dsn is no address of PostgreSQL, such as postgres://user:password@host:5432/database"))
		}
		db = stdlib.OpenDB(*config)
	case "mysql":
		config, err := mysql.ParseDSN(dsn)
		if err != nil {
			return nil, nil, badConfig(errors.New("setting dsn is no address of MySQL, such as user:password@tcp(host:3306)/database"))
		}
		config.ParseTime = false
		connector, err := mysql.NewConnector(config)
		if err != nil {
			return nil, nil, badConfig(errors.New("setting dsn is no address of MySQL, such as user:password@tcp(host:3306)/database"))
		}
		db = sql.OpenDB(connector)
	case "sqlite":
		if db, err = sql.Open("sqlite", "file:"+strings.TrimPrefix(dsn, "file:")+"?mode=ro&_pragma=query_only(1)"); err != nil {
			return nil, nil, badConfig(errors.New("setting dsn is no file of SQLite"))
		}
	}
	return m, db, nil
}

func badConfig(err error) error { return &connectors.Error{Kind: connectors.BadConfig, Err: err} }

// begin starts a transaction that only reads, in which all queries see one state.
func begin(ctx context.Context, db *sql.DB, driver string) (*sql.Tx, func() error, error) {
	opts := &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	if driver == "sqlite" {
		// A file that is opened for reading cannot be written, and a transaction of
		// SQLite sees one state.
		opts = nil
	}
	tx, err := db.BeginTx(ctx, opts)
	if err != nil {
		return nil, nil, failure(ctx, mapping.Rule{}, err)
	}
	return tx, func() error {
		if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) && ctx.Err() == nil {
			return err
		}
		return nil
	}, nil
}

// queryOf is what "from" says: a query, or the name of a table.
func queryOf(from string) string {
	if strings.ContainsAny(strings.TrimSpace(from), " \t\n") {
		return from
	}
	return "SELECT * FROM " + from
}

// subject names a rule in problems: the place of its query in the mapping.
func subject(rule mapping.Rule) string {
	return fmt.Sprintf("query of %s at %s", rule.Kind, rule.At)
}

// failure gives an error of a driver its kind, without the address.
func failure(ctx context.Context, rule mapping.Rule, err error) error {
	kind := connectors.Unavailable
	var network net.Error
	var pg *pgconn.PgError
	var my *mysql.MySQLError
	var lite *sqlite.Error
	switch {
	case ctx.Err() != nil:
		kind, err = connectors.Canceled, ctx.Err()
	case errors.As(err, &pg):
		kind, err = postgresKind(pg.Code), errors.New(pg.Message)
	case errors.As(err, &my):
		kind, err = mysqlKind(my.Number), errors.New(my.Message)
	case errors.As(err, &lite):
		kind = connectors.BadConfig
	case errors.As(err, &network):
		err = fmt.Errorf("the database cannot be reached: %w", network)
	default:
		err = errors.New("the database cannot be reached, or broke the connection")
	}
	if rule.From != "" {
		err = fmt.Errorf("%s: %w", subject(rule), err)
	}
	return &connectors.Error{Kind: kind, Err: err}
}

// postgresKind goes by the class of the code (PostgreSQL, appendix A).
func postgresKind(code string) connectors.ErrorKind {
	switch {
	case strings.HasPrefix(code, "28"):
		return connectors.AuthFailed
	case code == "42501":
		return connectors.PermissionDenied
	case strings.HasPrefix(code, "42"), strings.HasPrefix(code, "3D"), code == "25006":
		return connectors.BadConfig
	case strings.HasPrefix(code, "22"):
		return connectors.BadData
	}
	return connectors.Unavailable
}

// mysqlKind goes by the number (MySQL, server error message reference).
func mysqlKind(number uint16) connectors.ErrorKind {
	switch number {
	case 1044, 1045:
		return connectors.AuthFailed
	case 1142, 1143, 1227:
		return connectors.PermissionDenied
	case 1049, 1054, 1064, 1146, 1792:
		return connectors.BadConfig
	}
	return connectors.Unavailable
}
