// Package connectortest says when a connector is done. It holds what the tests
// of connectors share and is never linked into one.
package connectortest
