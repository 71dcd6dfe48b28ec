// Command duckdb does in DuckDB what benchmarks/stream does: it loads every install by its
// raw name, by the driver's appender, and counts units of products and installs of
// unknown names by SQL. Results are in benchmarks/reconcile.md.
//
// It stands in a module of its own, so that nothing else ever links the database, and
// behind a build tag, so that testing the workspace does not either:
//
//	go run -tags duckdb . -devices 1000000
package main
