package main

import (
	"database/sql"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	server "github.com/trueup-dev/trueup/connectors/internal/mariadb"
)

// mariadb gives the address of an empty database in a server of the test's own.
func mariadb(t *testing.T) string {
	t.Helper()
	socket := server.Start(t).Socket
	root, err := sql.Open("mysql", fmt.Sprintf("root@unix(%s)/?multiStatements=true", socket))
	require.NoError(t, err)
	defer func() { require.NoError(t, root.Close()) }()
	_, err = root.Exec("CREATE DATABASE assets CHARACTER SET utf8mb4; CREATE USER reader IDENTIFIED BY 'canary-password'; GRANT ALL ON assets.* TO reader; USE assets;" + schema + purchases)
	require.NoError(t, err)
	return fmt.Sprintf("reader:canary-password@unix(%s)/assets", socket)
}
